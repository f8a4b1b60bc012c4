import type { Failure } from '../../src/console/api/contract/session.js';
import { key, lockOut } from './state/key.js';

const BASE = '/console/api/v1';

/** What the gateway refused, or could not do. `status` 0: it was not reached. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** A call of the console's own API; its answer as JSON, undefined when it is empty. @throws ApiError */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const response = await open(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The lines of a streamed answer, each as it comes. Ends when the gateway ends it. @throws ApiError */
export async function* lines<T>(method: Method, path: string, options: CallOptions = {}): AsyncGenerator<T> {
  const response = await open(method, path, options);
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield JSON.parse(part) as T;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T;
}

/** The answer itself, for those that are not JSON. @throws ApiError */
export async function open(method: Method, path: string, { body, signal }: CallOptions): Promise<Response> {
  const response = await send(method, path, { body, signal });
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (response.status === 401) lockOut();
  throw new ApiError(failure.message, response.status, failure.code, failure.requestId);
}

async function send(method: Method, path: string, { body, signal }: CallOptions): Promise<Response> {
  try {
    return await fetch(BASE + path, {
      method,
      headers: {
        'x-polyvec-console': '1',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...authorization(),
      },
      credentials: 'omit',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError('The gateway does not answer.', 0, 'unreachable', '');
  }
}

/** The header that carries the key, for the protocols' paths, too. */
export function authorization(): Readonly<Record<string, string>> {
  return key.value === null ? {} : { authorization: `Bearer ${key.value}` };
}

/** Whether someone here ended the call. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

async function failureOf(response: Response): Promise<Failure> {
  const requestId = response.headers.get('x-request-id') ?? '';
  try {
    const read = (await response.json()) as Partial<Failure>;
    return { code: read.code ?? 'unknown', message: read.message ?? response.statusText, requestId: read.requestId ?? requestId };
  } catch {
    return { code: 'unknown', message: `The gateway answered ${response.status} ${response.statusText}`, requestId };
  }
}

/** A path of the console's API with its parameters; those that are undefined or null are left out. */
export function withParameters(path: string, parameters: Readonly<Record<string, string | number | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
