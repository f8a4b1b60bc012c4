import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { SentRequest, WireRequest } from './request-mutations.js';

/** What came back: a status of 0 when nothing did. */
export interface FuzzAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** The longest that an answer may take to begin, or a connection to be closed. */
const MAX_WAIT_MS = 15_000;
/** How long the rest of a request may be awaited. */
const REST_MS = 150;

/** Connections that are used again and again, as clients do. */
export class FuzzClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private readonly port: number;

  constructor(url: string) {
    this.port = Number(new URL(url).port);
  }

  async send({ method, path, headers, body }: SentRequest): Promise<FuzzAnswer> {
    const own = headers.some(([name]) => name === 'host') ? [] : ['host', '127.0.0.1'];
    const framing = ['content-length', String(body.length)];
    return new Promise((resolve) => {
      const fail = (error: Error): void => {
        resolve({ status: 0, retryAfter: undefined, text: error.message });
      };
      const sent = request(
        {
          ...{ host: '127.0.0.1', port: this.port, method, path, agent: this.agent, timeout: MAX_WAIT_MS },
          headers: [...own, ...headers.flat(), ...framing],
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', fail);
      sent.end(body);
    });
  }

  /** On a connection of its own, until there is an answer or an end. A `text` that ends with `hangs` when neither came. */
  async sendBytes({ bytes }: WireRequest): Promise<FuzzAnswer> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect({ host: '127.0.0.1', port: this.port, timeout: MAX_WAIT_MS });
      // what waits for the rest of a request will wait for ever: there is none
      const ending = setTimeout(() => socket.end(), REST_MS);
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        socket.destroy();
      });
      socket.on('timeout', () => {
        chunks.push(Buffer.from('hangs'));
        socket.destroy();
      });
      // a connection that is reset has been refused
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(ending);
        const text = Buffer.concat(chunks).toString('latin1');
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
        resolve({ status, retryAfter: /\r\nretry-after: *([^\r]*)/i.exec(text)?.[1], text });
      });
      socket.write(bytes);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
