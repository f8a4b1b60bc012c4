import { encodePart, type Method, openTransport, send, type Transport } from './transport.js';
import type {
  BatchUpdate,
  BatchUpdateReport,
  Collection,
  CollectionOptions,
  DeleteReport,
  FilterDeleteReport,
  Health,
  JsonObject,
  JsonValue,
  SearchOptions,
  SearchResult,
  UpdatedVector,
  Vector,
  VectorChanges,
} from './types.js';
import { VectorizerError } from './vectorizer-error.js';

export interface ClientOptions {
  /** The server's root; it may have a path. `http://localhost:15002` unless given. */
  readonly baseURL?: string;
  /** Sent as `X-API-Key`. */
  readonly apiKey?: string;
  /** How many milliseconds a request may take, 30,000 unless given. */
  readonly timeout?: number;
}

/** Talks to one server. Every method rejects with VectorizerError when the server refuses the call or cannot be reached. */
export class VectorizerClient {
  readonly #transport: Transport;

  constructor(url?: string, options?: Omit<ClientOptions, 'baseURL'>);
  constructor(options: ClientOptions);
  constructor(first: string | ClientOptions = {}, second: Omit<ClientOptions, 'baseURL'> = {}) {
    const options: ClientOptions = typeof first === 'string' ? { ...second, baseURL: first } : first;
    this.#transport = openTransport(options.baseURL ?? 'http://localhost:15002', options.apiKey, options.timeout ?? 30_000);
  }

  /** A vector that is not there is an error with status 404. */
  async deleteVector(collection: string, vectorId: string): Promise<void> {
    await send(this.#transport, 'DELETE', vectorPath(collection, vectorId));
  }

  /** Reports on each id. No ids, no request: the report then counts zero. */
  async batchDelete(collection: string, ids: readonly string[]): Promise<DeleteReport> {
    if (ids.length === 0) return { collection, count: 0, deleted: 0, failed: 0, results: [] };
    return this.#send<DeleteReport>('POST', pathOf(collection, 'batch_delete'), { ids });
  }

  /** Deletes all vectors that match. The server refuses a filter without conditions. */
  async deleteByFilter(collection: string, filter: JsonObject): Promise<FilterDeleteReport> {
    return this.#send<FilterDeleteReport>('POST', pathOf(collection, 'delete_by_filter'), { filter: complete(filter) });
  }

  /** The best matches, best first. An empty query finds what the filter matches, in the order of insertion. */
  async search(collection: string, query: string, options: SearchOptions = {}): Promise<SearchResult[]> {
    const { filter, limit = 10, ...others } = options;
    const body = { query, limit, ...others, ...(filter && { filter: complete(filter) }) };
    const answer = await this.#send<{ readonly results?: SearchResult[] }>('POST', pathOf(collection, 'search'), body);
    return present(answer.results, 'results');
  }

  /** Inserts a text, or replaces the one with this id, and returns the id. */
  async insertText(collection: string, text: string, metadata?: JsonObject, id?: string): Promise<string> {
    return this.#insert(collection, { id, text, metadata });
  }

  /** Inserts a vector, or replaces the one with this id, and returns the id. */
  async insertVector(collection: string, vector: readonly number[], metadata?: JsonObject, id?: string): Promise<string> {
    return this.#insert(collection, { id, vector, metadata });
  }

  /**
   * Returns the ids of the vectors made of the texts; a long text becomes several. Texts that the server refuses make an error of
   * type `partial_failure`; the others are inserted, and the report is in its `details`.
   *
   * @throws RangeError when there are not as many metadatas or ids as texts
   */
  async batchInsertText(
    collection: string,
    texts: readonly string[],
    metadatas?: readonly (JsonObject | null)[],
    ids?: readonly (string | null)[],
  ): Promise<string[]> {
    assertBeside(texts, metadatas, 'metadatas');
    assertBeside(texts, ids, 'ids');
    const entries = texts.map((text, index) => ({
      text,
      metadata: metadatas?.[index] ?? undefined,
      id: ids?.[index] ?? undefined,
    }));
    const report = await this.#send<JsonObject & InsertReport>('POST', pathOf(collection, 'batch_insert'), { texts: entries });
    const { failed, ids: inserted } = report;
    if (failed > 0) {
      throw new VectorizerError(200, 'partial_failure', `${failed} of ${texts.length} texts were not inserted`, report);
    }
    return present(inserted, 'ids');
  }

  /** A vector that is not there is an error with status 404. */
  async getVector(collection: string, vectorId: string): Promise<Vector> {
    return this.#send<Vector>('GET', vectorPath(collection, vectorId));
  }

  /** Changes what is given, and returns the vector as it is then. */
  async updateVector(collection: string, vectorId: string, changes: VectorChanges): Promise<UpdatedVector> {
    return this.#send<UpdatedVector>('PATCH', vectorPath(collection, vectorId), changes);
  }

  /** Reports on each update. */
  async batchUpdate(collection: string, updates: readonly BatchUpdate[]): Promise<BatchUpdateReport> {
    return this.#send<BatchUpdateReport>('POST', pathOf(collection, 'batch_update'), { updates });
  }

  /** A name that is taken is an error with status 409. */
  async createCollection(name: string, options: CollectionOptions = {}): Promise<JsonObject> {
    const { dimension = 512, metric = 'cosine', ...others } = options;
    return this.#send<JsonObject>('POST', '/collections', { ...others, name, dimension, metric });
  }

  /** All collections, by name. */
  async listCollections(): Promise<Collection[]> {
    const answer = await this.#send<{ readonly collections?: Collection[] }>('GET', '/collections');
    return present(answer.collections, 'collections');
  }

  /** A collection that is not there is an error with status 404. */
  async getCollectionInfo(name: string): Promise<Collection> {
    return this.#send<Collection>('GET', pathOf(name));
  }

  /** Deletes a collection and everything in it. */
  async deleteCollection(name: string): Promise<JsonObject> {
    return this.#send<JsonObject>('DELETE', pathOf(name));
  }

  async healthCheck(): Promise<Health> {
    return this.#send<Health>('GET', '/health');
  }

  async #insert(collection: string, entry: object): Promise<string> {
    const answer = await this.#send<{ readonly id?: string }>('POST', pathOf(collection, 'insert'), entry);
    return present(answer.id, 'id');
  }

  async #send<T extends object>(method: Method, path: string, body?: object): Promise<T> {
    const answer = await send(this.#transport, method, path, body);
    if (typeof answer !== 'object' || answer === null) {
      throw new VectorizerError(200, 'invalid_response', 'the answer is not a JSON object');
    }
    return answer as T;
  }
}

interface InsertReport {
  readonly failed: number;
  readonly ids?: string[];
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new VectorizerError(200, 'invalid_response', `the answer has no ${what}`);
  return value;
}

function pathOf(collection: string, ...rest: readonly string[]): string {
  return ['/collections', encodePart(collection, 'collection'), ...rest].join('/');
}

function vectorPath(collection: string, vectorId: string): string {
  return pathOf(collection, 'vectors', encodePart(vectorId, 'vector id'));
}

/**
 * JSON leaves out what is undefined, and a filter with a condition less matches more.
 *
 * @throws TypeError when JSON cannot carry the whole filter
 */
function complete(filter: JsonObject): JsonObject {
  JSON.stringify(filter, (key, value: JsonValue | undefined) => {
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new TypeError(`the filter's '${key}' is ${value}, which JSON does not have`);
    }
    return value;
  });
  return filter;
}

function assertBeside(texts: readonly string[], values: readonly unknown[] | undefined, what: string): void {
  if (values !== undefined && values.length !== texts.length) {
    throw new RangeError(`there are ${texts.length} texts but ${values.length} ${what}`);
  }
}
