import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RecordedRequest {
  readonly method: string;
  /** As it came, still encoded, with its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Empty when there was none. */
  readonly body: string;
}

export interface RecordingServer {
  readonly url: string;
  /** Every request so far, in the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Forgets the requests. */
  clear(): void;
  stop(): Promise<void>;
}

type Answer = (request: RecordedRequest, response: ServerResponse) => Promise<void> | void;

/** A server on a free port of 127.0.0.1 that writes down every request before it answers. */
export async function startRecordingServer(answer: Answer): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: await text(incoming) };
      requests.push(request);
      await answer(request, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    clear: () => {
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Passes every request on to another server, and its answer back. */
export async function startRecordingProxy(target: string): Promise<RecordingServer> {
  return startRecordingServer(async ({ method, path, headers, body }, response) => {
    const type = headers['content-type'];
    const answer = await fetch(new URL(path, target), {
      method,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(body !== '' && { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
}
