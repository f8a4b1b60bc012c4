import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';

/** What came back over Vectorizer's REST. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed text; undefined when it is empty or not JSON. */
  readonly body: unknown;
}

/** Status and body, to be compared with `toEqual`. */
export type Outcome = readonly [status: number, body: unknown];

export type Headers = Readonly<Record<string, string>>;

export interface Entry {
  readonly id?: unknown;
  readonly embedding?: readonly number[];
  readonly payload?: Readonly<Record<string, unknown>>;
}

export interface Hit {
  readonly id: string;
  readonly score: number;
  readonly vector: readonly number[] | null;
  readonly data: readonly number[];
  readonly payload: Readonly<Record<string, unknown>> | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly content?: string | null;
}

export interface StoredVector {
  readonly id: string;
  readonly vector: readonly number[];
  readonly data: readonly number[];
  readonly payload: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content?: string;
  readonly collection: string;
}

/** The five vectors of the conformance cases. */
export const SEED_VECTORS: readonly Entry[] = [
  { id: 'vec_001', embedding: [1, 0, 0, 0], payload: { category: 'old_docs', created_at: '2024-01-01T00:00:00' } },
  { id: 'vec_002', embedding: [0, 1, 0, 0], payload: { category: 'old_docs', created_at: '2024-01-01T00:00:00' } },
  { id: 'vec_003', embedding: [0, 0, 1, 0], payload: { category: 'new', created_at: '2025-06-01T00:00:00', page: 1 } },
  { id: 'vec_004', embedding: [0, 0, 0, 1], payload: { category: 'new', tags: ['a', 'b'] } },
  { id: 'vec_005', embedding: [1, 1, 0, 0], payload: {} },
];

/** Vectorizer's REST at one address. */
export class VectorizerApi {
  constructor(readonly baseUrl: string) {}

  /** Sends the path as it is written, not encoded anew. A body goes as JSON, text and bytes as they are; undefined is no body. */
  async call(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    const { hostname, port, pathname } = new URL(this.baseUrl);
    const content = sentContent(body);
    const defaults =
      content === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(content.length) };
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          ...{ hostname, port, method, agent: false, path: `${pathname.replace(/\/$/, '')}${path}` },
          headers: { ...defaults, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(content);
    });
  }

  async outcome(method: string, path: string, body?: unknown): Promise<Outcome> {
    const answer = await this.call(method, path, body);
    return [answer.status, answer.body];
  }

  async get(path: string): Promise<Outcome> {
    return this.outcome('GET', path);
  }

  async post(path: string, body?: unknown): Promise<Outcome> {
    return this.outcome('POST', path, body);
  }

  async delete(path: string, body?: unknown): Promise<Outcome> {
    return this.outcome('DELETE', path, body);
  }

  /** A new collection, of four dimensions unless `inside` says otherwise. @throws Error with the answer when it is refused */
  async create(inside: Readonly<Record<string, unknown>> = {}): Promise<CollectionApi> {
    const definition = { name: `c-${randomUUID()}`, dimension: 4, metric: 'cosine', ...inside };
    succeeded(await this.call('POST', '/collections', definition));
    return new CollectionApi(this, definition.name);
  }
}

/** The collection that the conformance cases begin with. @throws Error with the answer when it is refused */
export async function setUp(api: VectorizerApi, name = `c-${randomUUID()}`): Promise<CollectionApi> {
  const collection = await api.create({ name });
  await collection.fill(SEED_VECTORS);
  return collection;
}

/** The calls on one collection. */
export class CollectionApi {
  constructor(
    readonly api: VectorizerApi,
    readonly name: string,
  ) {}

  /** Its path, and what follows it, which begins with a slash and is sent as it is. */
  path(after = ''): string {
    return `/collections/${encodeURIComponent(this.name)}${after}`;
  }

  async call(method: string, after: string, body?: unknown, headers?: Headers): Promise<Answer> {
    return this.api.call(method, this.path(after), body, headers);
  }

  async get(after = ''): Promise<Outcome> {
    return this.api.get(this.path(after));
  }

  async post(after: string, body?: unknown): Promise<Outcome> {
    return this.api.post(this.path(after), body);
  }

  async delete(after = '', body?: unknown): Promise<Outcome> {
    return this.api.delete(this.path(after), body);
  }

  /** @throws Error with the answer unless every entry is stored */
  async fill(vectors: readonly Entry[]): Promise<void> {
    const answer = await this.api.call('POST', '/insert_vectors', { collection: this.name, vectors });
    const { failed } = succeeded(answer) as { failed: number };
    if (failed !== 0) throw new Error(`fill: ${answer.text}`);
  }

  /** The collection object. @throws Error with the answer when it is refused */
  async describe(): Promise<Readonly<Record<string, unknown>>> {
    return succeeded(await this.call('GET', '')) as Record<string, unknown>;
  }

  /** How many vectors it says it has. @throws Error with the answer when it is refused */
  async count(): Promise<unknown> {
    return (await this.describe())['vector_count'];
  }

  /** The hits in their order. @throws Error with the answer when it is refused */
  async search(body: object): Promise<readonly Hit[]> {
    const { results } = succeeded(await this.call('POST', '/search', body)) as { results: readonly Hit[] };
    return results;
  }

  /** Up to ten thousand ids in insertion order, of the rows that match when a filter is given. @throws Error with the answer when it is refused */
  async ids(filter: unknown = null): Promise<readonly string[]> {
    return (await this.search({ query: '', limit: 10_000, filter })).map(({ id }) => id);
  }

  /** One vector. @throws Error with the answer when it is refused */
  async vector(id: string): Promise<StoredVector> {
    return succeeded(await this.call('GET', `/vectors/${encodeURIComponent(id)}`)) as StoredVector;
  }
}

/** A refusal of this type, with these further keys; its message is any text unless they say which. */
export function refused(status: number, errorType: string, inside: object = {}): Outcome {
  const known = { error_type: errorType, status_code: status, message: expect.any(String) as unknown, ...inside };
  return [status, expect.objectContaining(known)];
}

/** What a mistake in one field is answered with; the reason has these words in it. */
export function invalidField(field: string, words = ''): Outcome {
  return fieldRefusal('validation_error', `Invalid ${field}: `, field, words);
}

/** What a field that cannot be understood is answered with. */
export function unparseable(field: string, words = ''): Outcome {
  return fieldRefusal('parse_error', `Failed to parse ${field}: `, field, words);
}

export function noCollection(name: string): Outcome {
  const details = { collection_name: name };
  return refused(404, 'collection_not_found', { message: `Collection not found: ${name}`, details });
}

export function noVector(id: string): Outcome {
  return refused(404, 'vector_not_found', { message: `Vector not found: ${id}`, details: { vector_id: id } });
}

/** A 200 with at least these keys. */
export function done(inside: object = {}): Outcome {
  return [200, expect.objectContaining(inside)];
}

/** The body. @throws Error with the answer unless it is a 200 */
export function succeeded(answer: Answer): unknown {
  if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
  return answer.body;
}

function fieldRefusal(errorType: string, start: string, field: string, words: string): Outcome {
  const message: unknown = expect.stringContaining(start);
  const reason: unknown = expect.stringContaining(words);
  return refused(400, errorType, { message, details: { field, reason } });
}

function sentContent(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
