import { type RequestContext, runRequest } from '../../../src/observability/request-context.js';

/** What the gateway knows of a request while it is carried out, for tests of what lies behind the protocols. */
export function newRequest(): RequestContext {
  const startedAt = performance.now();
  return {
    id: 'test',
    protocol: 'chroma',
    startedAt,
    trace: undefined,
    plans: [],
    databaseMs: 0,
    poolMs: 0,
    isConsole: false,
    place: undefined,
    keyId: null,
    whenOver: [],
    isOver: false,
  };
}

export function end(request: RequestContext): void {
  request.isOver = true;
  for (const finish of request.whenOver) finish();
}

/** Carries out `work` on behalf of a request of its own. */
export async function asRequest<T>(work: () => Promise<T>): Promise<T> {
  const request = newRequest();
  try {
    return await runRequest(request, work);
  } finally {
    end(request);
  }
}
