import { setTimeout as sleep } from 'node:timers/promises';

/** Requests that are sent again: so often, and with pauses up to this long. */
const MAX_ATTEMPTS = 8;
const LONGEST_PAUSE_MS = 30_000;
const AGAIN = new Set([408, 429, 500, 502, 503, 504]);

/** What a server has refused, or not done however often it was asked. */
export class RefusedRequest extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** A server over HTTP. What it may answer differently a moment later is asked again. */
export class HttpClient {
  constructor(
    /** Scheme, host and port; perhaps a path that all of the server's own lie below. */
    readonly origin: string,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly wait: (milliseconds: number) => Promise<unknown> = (milliseconds) => sleep(milliseconds),
  ) {}

  /** The answer's text; undefined when there is no such thing. @throws Error with the server's words, without any header */
  async text(path: string, body?: unknown): Promise<string | undefined> {
    return body === undefined ? this.send('GET', path) : this.send('POST', path, JSON.stringify(body));
  }

  /** The same with any method, and with a body that is JSON already. It may arrive twice. */
  async send(method: string, path: string, body?: string): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.attempt(method, path, body);
      if (!(answer instanceof Error) && answer.ok) return answer.text();
      if (!(answer instanceof Error) && (answer.status === 404 || answer.status === 410)) return undefined;
      const isWorthIt = answer instanceof Error || AGAIN.has(answer.status);
      if (!isWorthIt || attempt === MAX_ATTEMPTS) throw await this.failure(path, answer);
      await this.wait(pauseAfter(attempt, answer));
    }
  }

  private async attempt(method: string, path: string, body: string | undefined): Promise<Response | Error> {
    try {
      return await fetch(`${this.origin}${path}`, {
        method,
        // the key is for this server, and for none that it names
        redirect: 'manual',
        headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private async failure(path: string, answer: Response | Error): Promise<Error> {
    if (answer instanceof Error) {
      const { cause } = answer;
      return new Error(`${this.origin} does not answer: ${cause instanceof Error ? cause.message : answer.message}`, {
        cause: answer,
      });
    }
    const text = (await answer.text()).slice(0, 500);
    return new RefusedRequest(`${this.origin}${path} answers ${String(answer.status)}: ${text}`, answer.status);
  }
}

function pauseAfter(attempt: number, answer: Response | Error): number {
  const asked = answer instanceof Error ? NaN : askedPause(answer.headers.get('retry-after'));
  const wanted = Number.isNaN(asked) ? 100 * 2 ** attempt : asked;
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, wanted));
}

/** Of a number of seconds, or of a date, in milliseconds; NaN when it is neither. */
function askedPause(header: string | null): number {
  if (header === null || header.trim() === '') return NaN;
  const seconds = Number(header);
  return Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
}
