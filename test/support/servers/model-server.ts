import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a model server got it. */
export interface ModelRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a model server answers; a text is sent as it is. */
export interface ModelReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A server on the loopback interface that stands for one with models. */
export interface ModelServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: readonly ModelRequest[];
  /** Stops it, open requests and all. */
  stop(): Promise<void>;
}

/** Starts a server that answers as `reply` says; a reply that never comes is an answer that never comes. */
export async function startModelServer(reply: (request: ModelRequest) => ModelReply | Promise<ModelReply>): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as ModelRequest['body'];
      const received = { path: request.url, headers: request.headers, body };
      requests.push(received);
      void Promise.resolve(reply(received)).then((answer) => {
        response.writeHead(answer.status ?? 200, answer.headers);
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** An OpenAI-compatible answer: a vector of `dimension` for every input, the last one first, told apart by its first component. */
export function embeddingsReply({ body }: ModelRequest, dimension: number): ModelReply {
  const input = body['input'] as readonly string[];
  const data = input.map((_text, index) => ({
    object: 'embedding',
    index,
    embedding: Array.from({ length: dimension }, (_item, at) => (at === 0 ? index + 1 : 0.5)),
  }));
  return { body: { object: 'list', data: data.reverse(), usage: { prompt_tokens: 7, total_tokens: 7 } } };
}
