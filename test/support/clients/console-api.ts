/** An answer of the console's API. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, a list of lines where it is made of them; undefined for an empty one. */
  readonly body: unknown;
}

export interface ConsoleCall {
  readonly method?: string;
  readonly body?: unknown;
  readonly key?: string | undefined;
  /** Undefined: not sent, where it is otherwise. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Calls the console's API as its page does. */
export class ConsoleApi {
  constructor(
    private readonly url: string,
    private readonly key?: string,
  ) {}

  /** As somebody else. */
  as(key: string): ConsoleApi {
    return new ConsoleApi(this.url, key);
  }

  /** POST where there is a body, else GET, unless `method` says otherwise. */
  async call(path: string, { method, body, key = this.key, headers }: ConsoleCall = {}): Promise<ConsoleAnswer> {
    const sent: Readonly<Record<string, string | undefined>> = {
      'x-polyvec-console': '1',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    const given = Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await fetch(`${this.url}/console/api/v1${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: given,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: bodyOf(text, answer.headers.get('content-type') ?? '') };
  }

  /** The body of an answer that must be good. @throws Error with the answer */
  async get<T>(path: string, call: ConsoleCall = {}): Promise<T> {
    const answer = await this.call(path, call);
    if (answer.status > 299) throw new Error(`${path}: ${String(answer.status)} ${answer.text}`);
    return answer.body as T;
  }
}

function bodyOf(text: string, type: string): unknown {
  if (text === '') return undefined;
  if (type.startsWith('application/json')) return JSON.parse(text);
  if (!type.startsWith('application/x-ndjson')) return undefined;
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}
