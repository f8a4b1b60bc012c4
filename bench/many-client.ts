import { HttpClient } from './http-client.js';

/** Requests whose answers are read. */
export class JsonClient {
  private readonly client: HttpClient;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.client = new HttpClient(url, headers);
  }

  /** The answer, parsed: what it holds is for the caller to know; undefined of none. @throws Error unless it is a success */
  async send<T>(method: string, path: string, body?: object): Promise<T> {
    const text = await this.client.send({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  close(): void {
    this.client.close();
  }
}
