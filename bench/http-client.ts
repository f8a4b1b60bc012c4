import { Agent, request } from 'node:http';
import { CLIENTS } from './measure.js';

/** A request before it is sent. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | Buffer | undefined;
}

/** Sends requests over kept-alive connections, and costs its machine little: answers are read to their end, not parsed. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** @throws Error unless the answer is a success */
  async send({ method, path, body }: HttpRequest): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', ...this.headers };
      const call = request(this.url + path, { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${this.url}${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
