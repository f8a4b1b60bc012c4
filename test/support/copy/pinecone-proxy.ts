import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Stands in front of a Pinecone server and of the index that its answers name, and answers some requests in its place. */
export class PineconeProxy {
  /** How many requests of each path came through. */
  readonly passed = new Map<string, number>();
  /** What it answers itself; undefined: nothing. */
  instead: (method: string, path: string) => Answer | undefined = () => undefined;
  private indexHost = '';
  private readonly server: Server;

  constructor(private readonly controlUrl: string) {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, text }) => response.writeHead(status).end(text));
    });
  }

  /** Listens. @returns its host and port */
  async open(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return this.host;
  }

  async close(): Promise<void> {
    await new Promise((closed) => this.server.close(closed));
  }

  private get host(): string {
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { method = 'GET', url = '/' } = request;
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const [path = ''] = url.split('?');
    const own = this.instead(method, path);
    if (own !== undefined) return own;
    this.passed.set(path, (this.passed.get(path) ?? 0) + 1);
    const to = url.startsWith('/indexes') ? this.controlUrl : `http://${this.indexHost}`;
    const body = parts.length === 0 ? {} : { body: Buffer.concat(parts), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${to}${url}`, { method, ...body });
    // clients go on to the host that an index says it has
    const text = (await answer.text()).replaceAll(/"host":"(?:http:\/\/)?([^"]*)"/g, (_, host: string) => {
      this.indexHost = host.replace('localhost', '127.0.0.1');
      return `"host":"${this.host}"`;
    });
    return { status: answer.status, text };
  }
}
