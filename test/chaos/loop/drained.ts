import { request } from 'node:http';

/** What came back, without its text. */
export interface Drained {
  /** 0: nothing came. */
  readonly status: number;
  readonly bytes: number;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A long answer waits for a database on a busy machine, too. */
const MAX_WAIT_MS = 90_000;

/** Sends a request and throws its answer away as it comes, so that it costs little here however long it is. */
export async function drained(url: string, { method, path, headers, body }: Sent): Promise<Drained> {
  const content = body === undefined ? undefined : Buffer.from(body);
  const length: Readonly<Record<string, string>> = content === undefined ? {} : { 'content-length': String(content.length) };
  return new Promise((resolve) => {
    const sent = request(
      `${url.replace(/\/$/, '')}${path}`,
      { method, headers: { ...headers, ...length }, timeout: MAX_WAIT_MS, agent: false },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('close', () => {
          resolve({ status: response.statusCode ?? 0, bytes });
        });
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => {
      resolve({ status: 0, bytes: 0 });
    });
    sent.end(content);
  });
}
