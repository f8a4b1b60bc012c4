import { currentRequest, type RequestContext } from './request-context.js';
import { endStatementSpan, startStatementSpan } from './tracing.js';

/** Carries out `wait`, and counts its time as spent waiting for a connection, where a request does. */
export function measureWait<T>(wait: () => Promise<T>): Promise<T> {
  const request = currentRequest();
  return request === undefined ? wait() : waitFor(request, wait);
}

/** Carries out a statement, and counts its time as the database's, where a request waits for it. */
export function measureStatement<T>(text: string, send: () => Promise<T>): Promise<T> {
  const request = currentRequest();
  return request === undefined ? send() : sendFor(request, text, send);
}

async function waitFor<T>(request: RequestContext, wait: () => Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    return await wait();
  } finally {
    request.poolMs += performance.now() - since;
  }
}

async function sendFor<T>(request: RequestContext, text: string, send: () => Promise<T>): Promise<T> {
  const span = request.trace === undefined ? undefined : startStatementSpan(request.trace, text);
  const since = performance.now();
  let failure: unknown;
  try {
    return await send();
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    request.databaseMs += performance.now() - since;
    if (span !== undefined) endStatementSpan(span, failure);
  }
}
