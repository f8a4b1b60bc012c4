import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in front of a Pinecone server and of one of its indexes, and answers every other request 429 or 503. */
export class BusyProxy {
  /** The keys that requests came with. */
  readonly keys = new Set<string | undefined>();
  refused = 0;
  private readonly server: Server;
  private asked = 0;

  constructor(
    private readonly controlUrl: string,
    private readonly indexUrl: string,
  ) {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, text }) => response.writeHead(status, { 'retry-after': '0' }).end(text));
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

  private async answer(request: IncomingMessage): Promise<{ readonly status: number; readonly text: string }> {
    const { method = 'GET', url = '/', headers } = request;
    this.keys.add(headers['api-key'] as string | undefined);
    this.asked += 1;
    if (this.asked % 2 === 1) {
      this.refused += 1;
      return { status: this.asked % 4 === 1 ? 429 : 503, text: 'busy' };
    }
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const to = url.startsWith('/indexes') ? this.controlUrl : this.indexUrl;
    const body = parts.length === 0 ? {} : { body: Buffer.concat(parts), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${to}${url}`, { method, ...body });
    // clients go on to the host that an index says it has
    const text = (await answer.text()).replaceAll(/"host":"[^"]*"/g, `"host":"${this.host}"`);
    return { status: answer.status, text };
  }
}
