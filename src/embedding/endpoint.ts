import { setTimeout } from 'node:timers/promises';
import { GatewayError } from '../errors.js';

/** A server that is asked over HTTP. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  /** What it does, as errors call it. */
  readonly subject: 'embedding' | 'rerank';
  /** Gets the reason of a failure, which has neither the key nor a text in it. */
  readonly report: (failure: string) => void;
}

/** What an endpoint answered. */
export type Answer = { readonly kind: 'answer'; readonly value: unknown } | { readonly kind: 'refusal'; readonly status: number };

/** It cannot answer now. */
interface Busy {
  readonly kind: 'busy';
  readonly status: number;
  /** When it wants to be asked again, if it says so. */
  readonly retryAfterMs: number | undefined;
}

const MAX_ATTEMPTS = 3;
const FIRST_WAIT_MS = 200;
/** A client that would have to wait longer gets the time, and may ask again itself. */
const MAX_WAIT_MS = 2_000;

/**
 * Posts JSON and reads the JSON of the answer; up to three times, when the endpoint is busy for a moment. A status of 4xx, except
 * 429, is a refusal.
 * @throws GatewayError `unavailable` for any other status, no answer in time, and what is no JSON
 */
export async function post(endpoint: Endpoint, path: string, body: object): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(endpoint, path, body);
    if (answer.kind !== 'busy') return answer;
    const { status, retryAfterMs: wanted } = answer;
    const wait = wanted ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
    if (attempt === MAX_ATTEMPTS || wait > MAX_WAIT_MS) throw unavailable(endpoint, `status ${String(status)}`, wanted);
    await setTimeout(wait);
  }
}

async function ask(endpoint: Endpoint, path: string, body: object): Promise<Answer | Busy> {
  try {
    const response = await fetch(`${endpoint.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(endpoint.key !== undefined && { authorization: `Bearer ${endpoint.key}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(endpoint.timeoutMs),
    });
    if (response.ok) return { kind: 'answer', value: await response.json() };
    await response.body?.cancel();
    const { status } = response;
    if (status >= 400 && status < 500 && status !== 429) return { kind: 'refusal', status };
    return { kind: 'busy', status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw unavailable(endpoint, reasonOf(error, endpoint.timeoutMs));
  }
}

/** The error for an endpoint that does not do its work. */
export function unavailable(endpoint: Endpoint, failure: string, retryAfterMs?: number): GatewayError {
  endpoint.report(`${endpoint.subject} endpoint ${endpoint.url}: ${failure}`);
  return new GatewayError({
    kind: 'unavailable',
    subject: endpoint.subject,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** An object's property; undefined when there is none, or no object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}

/** Why there is no answer. Only codes of the connection are reported: messages may quote what was sent or received. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const name = property(error, 'name');
  if (name === 'TimeoutError') return `no answer within ${String(timeoutMs)} ms`;
  if (name === 'SyntaxError') return 'the answer is not JSON';
  const code = property(property(error, 'cause'), 'code');
  return typeof code === 'string' ? code : 'no answer';
}
