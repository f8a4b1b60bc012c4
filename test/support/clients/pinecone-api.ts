import { randomUUID } from 'node:crypto';
import type { TestGateway } from '../gateway/gateway.js';

/** What came back over Pinecone's REST. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text; the text itself when it is not JSON. */
  readonly body: unknown;
}

export interface Call {
  readonly method?: string;
  /** Text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  /** Parameters of the URL; a list is repeated. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** Status and body, to be compared with `toEqual`. */
export type Outcome = readonly [status: number, body: unknown];

export interface SparseValues {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

export interface Vector {
  readonly id: string;
  readonly values?: readonly number[];
  readonly sparseValues?: SparseValues;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Pinecone's REST at one address. */
export class PineconeApi {
  constructor(readonly baseUrl: string) {}

  async call(path: string, { method, body, query = {}, headers = {} }: Call = {}): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}${queryText(query)}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  async outcome(path: string, call: Call = {}): Promise<Outcome> {
    const { status, body } = await this.call(path, call);
    return [status, body];
  }
}

/** A new index of the gateway, serverless unless `inside` says otherwise. @throws Error with the answer when it is refused */
export async function createIndex(
  gateway: Pick<TestGateway, 'pineconeUrl'>,
  inside: Readonly<Record<string, unknown>>,
): Promise<IndexApi> {
  const name = `i-${randomUUID()}`;
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const control = new PineconeApi(gateway.pineconeUrl);
  const answer = await control.call('/indexes', {
    body: { name, spec, ...inside },
    headers: { 'x-pinecone-api-version': '2025-10' },
  });
  if (answer.status !== 201) throw new Error(`create: ${String(answer.status)} ${answer.text}`);
  const { host } = answer.body as { host: string };
  return new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1)));
}

/** The data plane of one index, at its own port. */
export class IndexApi extends PineconeApi {
  constructor(
    readonly name: string,
    readonly port: number,
  ) {
    super(`http://127.0.0.1:${String(port)}`);
  }

  /** A namespace that nothing else uses; it does not exist yet. */
  namespace(name = `n-${randomUUID()}`): NamespaceApi {
    return new NamespaceApi(this, name);
  }

  /** A new namespace that holds these vectors. */
  async filled(vectors: readonly Vector[]): Promise<NamespaceApi> {
    const namespace = this.namespace();
    await namespace.fill(vectors);
    return namespace;
  }

  /** How many records each namespace has, by name; the default one is `''`. @throws Error with the answer when it is refused */
  async counts(): Promise<Readonly<Record<string, number>>> {
    const answer = await this.call('/describe_index_stats', { method: 'POST', headers: { 'x-pinecone-api-version': '2025-04' } });
    const { namespaces } = succeeded(answer) as { namespaces: Readonly<Record<string, { readonly vectorCount: number }>> };
    return Object.fromEntries(Object.entries(namespaces).map(([name, { vectorCount }]) => [name, vectorCount]));
  }
}

/** The calls on one namespace. */
export class NamespaceApi {
  constructor(
    readonly index: IndexApi,
    readonly name: string,
  ) {}

  /** Sends a body to which the namespace is added. */
  async post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.index.call(path, { body: { namespace: this.name, ...body }, headers });
  }

  async get(path: string, query: Query = {}): Promise<Answer> {
    return this.index.call(path, { query: { namespace: this.name, ...query } });
  }

  async outcome(path: string, body: object): Promise<Outcome> {
    const answer = await this.post(path, body);
    return [answer.status, answer.body];
  }

  async read(path: string, query: Query = {}): Promise<Outcome> {
    const answer = await this.get(path, query);
    return [answer.status, answer.body];
  }

  /** @throws Error with the answer when the vectors are refused */
  async fill(vectors: readonly Vector[]): Promise<void> {
    succeeded(await this.post('/vectors/upsert', { vectors }));
  }

  /** The stored vectors of these ids, by id. @throws Error with the answer when it is refused */
  async fetch(...ids: readonly string[]): Promise<Readonly<Record<string, Vector>>> {
    const { vectors } = succeeded(await this.get('/vectors/fetch', { ids })) as { vectors: Record<string, Vector> };
    return vectors;
  }

  /** The best matches in their order. @throws Error with the answer when it is refused */
  async matches(query: object): Promise<readonly Match[]> {
    const { matches } = succeeded(await this.post('/query', { topK: 10, ...query })) as { matches: readonly Match[] };
    return matches;
  }

  /** The ids of the first hundred records, in their order. @throws Error with the answer when it is refused */
  async ids(): Promise<readonly string[]> {
    const { vectors } = succeeded(await this.get('/vectors/list')) as { vectors: readonly { readonly id: string }[] };
    return vectors.map(({ id }) => id);
  }
}

export interface Match extends Vector {
  readonly score: number;
}

/** What every mistake in a request is answered with. */
export function invalid(message: unknown): Outcome {
  return [400, { code: 3, message, details: [] }];
}

/** The same, with a message in which these words occur. */
export function invalidWith(words: string): Outcome {
  return invalid(expect.stringContaining(words) as unknown);
}

export const MISSING_NAMESPACE: Outcome = [404, { code: 5, message: 'Namespace not found', details: [] }];

/** Done, and nothing to tell. */
export const DONE: Outcome = [200, {}];

/** The body. @throws Error with the answer unless it is a 200 */
export function succeeded(answer: Answer): unknown {
  if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
  return answer.body;
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) parameters.append(name, String(item));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
