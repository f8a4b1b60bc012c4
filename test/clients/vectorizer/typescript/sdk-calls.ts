import {
  type Json,
  objectOf,
  validateCollection,
  validateCollectionInfo,
  validateDatabaseStats,
  validateEmbedding,
  validateSearchResponse,
  validateVector,
} from './validators.js';

/** An answer of status 400 and above. */
export class ReplyError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`HTTP ${String(status)}: ${JSON.stringify(body)}`);
  }
}

export interface SdkVector {
  readonly id?: string;
  readonly data: readonly number[];
  readonly metadata?: Json;
}

export interface SdkText {
  readonly id?: string;
  readonly text: string;
  readonly metadata?: Json;
}

/**
 * The calls of Vectorizer's TypeScript client 3.5.0, by its names for them: the same method, path (names and ids are put in as they
 * are), headers and body, sent by `fetch` as it sends them; a reply passes the same demands.
 */
export class SdkCalls {
  constructor(private readonly baseUrl: string) {}

  async healthCheck(): Promise<Json> {
    return objectOf(await this.get('/health'));
  }

  async getStats(): Promise<Json> {
    return objectOf(await this.get('/stats'));
  }

  async getDatabaseStats(): Promise<Json> {
    return validateDatabaseStats(await this.get('/stats'));
  }

  async getStatus(): Promise<Json> {
    return objectOf(await this.get('/status'));
  }

  async embedText(request: { readonly text: string; readonly model?: string }): Promise<Json> {
    return validateEmbedding(await this.post('/embed', request));
  }

  async createCollection(request: Json): Promise<Json> {
    return validateCollection(await this.post('/collections', request));
  }

  async updateCollection(collection: string, request: Json): Promise<Json> {
    return validateCollection(await this.put(`/collections/${collection}`, request));
  }

  async getCollection(collection: string): Promise<Json> {
    return validateCollectionInfo(await this.get(`/collections/${collection}`));
  }

  async listCollections(): Promise<readonly Json[]> {
    const reply = await this.get('/collections');
    return (Array.isArray(reply) ? reply : (objectOf(reply)['collections'] ?? [])) as readonly Json[];
  }

  async deleteCollection(collection: string): Promise<void> {
    await this.delete(`/collections/${collection}`);
  }

  async forceSaveCollection(collection: string): Promise<Json> {
    return objectOf(await this.post(`/collections/${collection}/force-save`, {}));
  }

  async insertVectors(collection: string, vectors: readonly SdkVector[]): Promise<number> {
    const points = vectors.map(({ id, data, metadata }, at) => ({
      id: id ?? `${String(Date.now())}-${String(at)}`,
      vector: data,
      payload: metadata ?? {},
    }));
    await this.put(`/qdrant/collections/${collection}/points`, { points });
    return vectors.length;
  }

  /** @returns the id of the vector, or of the first chunk */
  async insertText(collection: string, id: string, text: string, metadata?: Json): Promise<string> {
    const reply = objectOf(await this.post('/insert', { collection, id, text, metadata }));
    return (reply['vector_ids'] as readonly string[])[0] ?? id;
  }

  async insertTexts(collection: string, texts: readonly SdkText[]): Promise<Json> {
    return objectOf(await this.post('/insert_texts', { collection, texts }));
  }

  async getVector(collection: string, id: string): Promise<Json> {
    return validateVector(await this.get(`/collections/${collection}/vectors/${id}`));
  }

  /** What the client makes of the same reply as `getVector`'s, from other keys. */
  async getVectorByPath(collection: string, id: string): Promise<Json> {
    const reply = objectOf(await this.get(`/collections/${collection}/vectors/${id}`));
    return { id: reply['id'], data: reply['vector'], metadata: reply['payload'] };
  }

  async updateVector(collection: string, id: string, request: Json): Promise<Json> {
    return validateVector(await this.put(`/collections/${collection}/vectors/${id}`, request));
  }

  async listVectors(collection: string, page = 0, limit = 10): Promise<Json> {
    const query = `limit=${String(limit)}&offset=${String(page * limit)}`;
    return objectOf(await this.get(`/collections/${collection}/vectors?${query}`));
  }

  async deleteVector(collection: string, id: string): Promise<void> {
    await this.delete(`/collections/${collection}/vectors/${id}`);
  }

  async deleteVectors(collection: string, ids: readonly string[]): Promise<Json> {
    return objectOf(await this.post('/batch_delete', { collection, ids }));
  }

  async deleteByFilter(collection: string, filter: Json): Promise<Json> {
    return objectOf(await this.post(`/collections/${collection}/vectors/delete_by_filter`, { filter }));
  }

  async searchVectors(collection: string, { query_vector: vector, ...options }: Json): Promise<readonly Json[]> {
    const reply = objectOf(await this.post('/search', { vector, ...options, collection }));
    return (reply['results'] ?? []) as readonly Json[];
  }

  async searchText(collection: string, request: Json): Promise<Json> {
    return validateSearchResponse(await this.post(`/collections/${collection}/search/text`, request));
  }

  async hybridSearch({ collection, ...request }: Json & { readonly collection: string }): Promise<Json> {
    const defaults = { alpha: 0.7, algorithm: 'rrf', dense_k: 20, sparse_k: 20, final_k: 10 };
    return objectOf(await this.post(`/collections/${collection}/hybrid_search`, { ...defaults, ...request }));
  }

  async intelligentSearch(request: Json): Promise<Json> {
    return objectOf(await this.post('/intelligent_search', request));
  }

  get(path: string): Promise<unknown> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.send('POST', path, body);
  }

  put(path: string, body: unknown): Promise<unknown> {
    return this.send('PUT', path, body);
  }

  /** The client sends no body; its forebears did. */
  delete(path: string, body?: unknown): Promise<unknown> {
    return this.send('DELETE', path, body);
  }

  /** @throws ReplyError for a status of 400 and above */
  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      // of requests without a body too
      headers: { 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const isJson = response.headers.get('content-type')?.includes('application/json') === true;
    const reply: unknown = isJson ? await response.json() : await response.text();
    if (!response.ok) throw new ReplyError(response.status, reply);
    return reply;
  }
}
