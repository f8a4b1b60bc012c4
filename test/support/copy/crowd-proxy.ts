import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands in front of a Chroma server: holds each write for a while, and counts how many are there at once. */
export class CrowdProxy {
  most = 0;
  /** The write with this number, from 0 on, is refused. */
  failing: number | undefined;
  private writes = 0;
  private waiting = 0;
  private readonly server: Server;

  constructor(private readonly url: string) {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, text }) => response.writeHead(status).end(text));
    });
  }

  /** Listens. @returns its host and port */
  async open(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    await new Promise((closed) => this.server.close(closed));
  }

  private async answer(request: IncomingMessage): Promise<{ readonly status: number; readonly text: string }> {
    const { method = 'GET', url = '/' } = request;
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const isWrite = url.endsWith('/upsert');
    if (isWrite) {
      const number = this.writes;
      this.writes += 1;
      this.waiting += 1;
      this.most = Math.max(this.most, this.waiting);
      await sleep(100);
      this.waiting -= 1;
      if (number === this.failing) return { status: 400, text: 'refused' };
    }
    const body = parts.length === 0 ? {} : { body: Buffer.concat(parts), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${this.url}${url}`, { method, ...body });
    return { status: answer.status, text: await answer.text() };
  }
}
