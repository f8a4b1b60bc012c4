import type { JsonValue } from './types.js';
import { VectorizerError } from './vectorizer-error.js';

/** What one client's requests have in common. */
export interface Transport {
  /** The server's root, without a slash at its end. */
  readonly root: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** @throws TypeError when the address is not an http or https URL */
export function openTransport(baseUrl: string, apiKey: string | undefined, timeoutMs: number): Transport {
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`not an http or https URL: ${baseUrl}`);
  return { root: url.origin + url.pathname.replace(/\/+$/, ''), apiKey, timeoutMs };
}

/** Returns the answer's JSON, null for an empty answer. @throws VectorizerError for every other end of the exchange */
export async function send(transport: Transport, method: Method, path: string, body?: object): Promise<JsonValue> {
  const { status, reason, text } = await exchange(transport, method, path, body);
  if (status < 200 || status > 299) throw errorOf(status, reason, text);
  if (text === '') return null;
  const answer = parse(text);
  if (answer === undefined) throw new VectorizerError(status, 'invalid_response', `the answer is not JSON: ${excerpt(text)}`);
  return answer;
}

/** For a part of a path. @throws VectorizerError when a URL cannot carry the value */
export function encodePart(value: string, what: string): string {
  // `..` climbs to another resource even when it is encoded: a vector's delete would delete the collection
  if (value === '' || value === '.' || value === '..') {
    throw new VectorizerError(0, 'invalid_request', `the ${what} '${value}' cannot stand in a URL`);
  }
  return encodeURIComponent(value);
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly text: string;
}

async function exchange({ root, apiKey, timeoutMs }: Transport, method: Method, path: string, body?: object): Promise<Answer> {
  const headers = new Headers({ Accept: 'application/json' });
  if (apiKey !== undefined) headers.set('X-API-Key', apiKey);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  const content = body === undefined ? null : JSON.stringify(body);
  try {
    const response = await fetch(root + path, {
      method,
      headers,
      body: content,
      // a followed redirect may turn a POST into a GET
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, reason: response.statusText, text: await response.text() };
  } catch (error) {
    throw unanswered(error, `${method} ${path}`, timeoutMs);
  }
}

function unanswered(error: unknown, request: string, timeoutMs: number): VectorizerError {
  const { name, message, cause } = describe(error);
  if (name === 'TimeoutError') {
    return new VectorizerError(0, 'timeout', `${request}: no answer within ${timeoutMs} ms`, {}, { cause: error });
  }
  // what fetch reports says only that it failed; its cause says why
  const reason = describe(cause).message || message;
  return new VectorizerError(0, 'connection_error', `${request}: ${reason}`, {}, { cause: error });
}

interface Described {
  readonly name: string;
  readonly message: string;
  readonly cause: unknown;
}

/** Asks for no class: under some test runners the platform's errors are of another `Error` than ours. */
function describe(error: unknown): Described {
  const { name, message, cause } = (error ?? {}) as Partial<Described>;
  return { name: name ?? '', message: message ?? '', cause };
}

function errorOf(status: number, reason: string, text: string): VectorizerError {
  const body = parse(text);
  if (!isObject(body)) return new VectorizerError(status, 'http_error', excerpt(text) || reason);
  const { error_type: errorType, message, details } = body;
  return new VectorizerError(
    status,
    typeof errorType === 'string' ? errorType : 'http_error',
    typeof message === 'string' ? message : excerpt(text),
    isObject(details) ? details : {},
  );
}

/** Undefined when the text is not JSON. */
function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  return text.slice(0, 500).trim();
}
