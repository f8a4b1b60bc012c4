import { randomUUID } from 'node:crypto';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { type CollectionApi, type Entry, type Hit, type Outcome, VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The numbers in `docs/differences.md`, section Vectorizer. */

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  // a thousand writes at once may all wait for the connection, on a slow machine for long
  const noHurry = { POLYVEC_POOL_TIMEOUT_MS: '120000', POLYVEC_POOL_MAX_WAITING: '2000' };
  const env = { POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS: '50', ...noHurry };
  gateway = await startGateway({ env });
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

async function get(path: string): Promise<Outcome> {
  return api.get(path);
}

async function post(path: string, body: unknown): Promise<Outcome> {
  return api.post(path, body);
}

/** A new collection of two dimensions; `inside` says otherwise. */
async function create(inside: Readonly<Record<string, unknown>> = {}): Promise<CollectionApi> {
  return api.create({ dimension: 2, ...inside });
}

/** A new collection with these vectors. */
async function filled(vectors: readonly Entry[], inside: Readonly<Record<string, unknown>> = {}): Promise<CollectionApi> {
  const collection = await create(inside);
  await collection.fill(vectors);
  return collection;
}

/** A new collection with these texts, by id. */
async function filledWithTexts(texts: Readonly<Record<string, string>>): Promise<CollectionApi> {
  const collection = await create({ dimension: 256 });
  const entries = Object.entries(texts).map(([id, text]) => ({ id, text, metadata: { id } }));
  expect(await collection.post('/insert_texts', { texts: entries })).toMatchObject([200, { inserted: entries.length }]);
  return collection;
}

/** What a search of any route finds, best first. */
async function found(collection: CollectionApi, route: string, body: object): Promise<readonly Hit[]> {
  const [status, answer] = await collection.post(route, body);
  expect([status, answer]).toMatchObject([200, {}]);
  return (answer as { readonly results: readonly Hit[] }).results;
}

function idsOf(hits: readonly Hit[]): readonly string[] {
  return hits.map(({ id }) => id);
}

/** Vectors of two dimensions, no two in one direction. */
function fan(count: number): readonly Entry[] {
  return Array.from({ length: count }, (_, index) => ({ id: `v${index}`, embedding: [1, index / 10] }));
}

/** @throws Error when it is there for ten seconds */
async function untilGone(collection: CollectionApi, path: string): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    const [status] = await collection.get(path);
    if (status === 404) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still there: ${path}`);
}

const EAST = { id: 'east', embedding: [1, 0], payload: { color: 'red', page: 1 } };
const NORTH = { id: 'north', embedding: [0, 1], payload: { color: 'blue', tags: ['a', 'b'] } };
const BARE = { id: 'bare', embedding: [1, 1] };

describe('vectors', () => {
  it('D48: a vector is read as it was stored, and an unknown id is 404', async () => {
    const collection = await filled([EAST]);
    const { payload } = EAST;
    expect(await collection.vector('east')).toMatchObject({ vector: [1, 0], data: [1, 0], payload, metadata: payload });
    expect(await collection.get('/vectors/west')).toMatchObject([404, { error_type: 'vector_not_found' }]);
  });

  it('D49: updates change what they name', async () => {
    const collection = await filled([EAST]);
    const update = { collection: collection.name, id: 'east', metadata: { page: 2 } };
    expect(await post('/update', update)).toMatchObject([200, { payload: { color: 'red', page: 2 } }]);
    expect(await post('/update', { ...update, id: 'west' })).toMatchObject([404, { error_type: 'vector_not_found' }]);
    const merged = await collection.call('PATCH', '/vectors/east', { metadata: { color: null, x: 1 } });
    expect((merged.body as Hit).payload).toEqual({ page: 2, x: 1 });
    const replaced = await collection.call('PUT', '/vectors/east', { metadata: { y: 1 }, vector: [0, 1] });
    expect(replaced.status).toBe(200);
    const { vector, payload } = await collection.vector('east');
    expect([vector, payload]).toEqual([[0, 1], { y: 1 }]);
  });

  it('D50: POST /vector reads a vector, and POST /delete removes it', async () => {
    const collection = await filled([EAST]);
    const body = { collection: collection.name, id: 'east' };
    expect(await post('/vector', body)).toMatchObject([200, { id: 'east', vector: [1, 0] }]);
    expect(await post('/delete', body)).toMatchObject([200, { success: true, id: 'east' }]);
    expect(await post('/vector', body)).toMatchObject([404, { error_type: 'vector_not_found' }]);
  });

  it("D51: the guide's routes below a collection are served", async () => {
    const collection = await create();
    expect(await collection.post('/insert', { id: 'one', vector: [1, 0] })).toMatchObject([200, { status: 'inserted' }]);
    expect(await collection.post('/batch_insert', { vectors: [EAST, NORTH] })).toMatchObject([200, { inserted: 2 }]);
    expect(await collection.post('/vectors', { vectors: [{ id: 'two', data: [0, 1] }] })).toMatchObject([200, { inserted: 1 }]);
    const updates = [{ id: 'one', metadata: { x: 1 } }];
    expect(await collection.post('/batch_update', { updates })).toMatchObject([200, { updated: 1 }]);
    expect(await collection.post('/batch_search', { queries: [{ vector: [1, 0] }] })).toMatchObject([200, { succeeded: 1 }]);
    expect(await collection.post('/batch_delete', { ids: ['one', 'two'] })).toMatchObject([200, { deleted: 2 }]);
    expect(await collection.post('/delete_by_filter', { filter: { color: 'red' } })).toMatchObject([200, { deleted: 1 }]);
    expect(await collection.get('/stats')).toMatchObject([200, { vector_count: 1 }]);
    expect((await collection.call('PATCH', '', { description: 'colours' })).status).toBe(200);
    const missing = { ids: ['a'] };
    expect(await post('/collections/missing/batch_delete', missing)).toMatchObject([404, { error_type: 'collection_not_found' }]);
    expect(await post('/batch_delete', { collection: 'missing', ...missing })).toMatchObject([200, { deleted: 0, failed: 1 }]);
  });

  it('D115: the searches of a batch have a number', async () => {
    const collection = await filled([EAST]);
    const queries = new Array<object>(1_001).fill({ vector: [1, 0] });
    const refusal = { error_type: 'payload_too_large', message: expect.stringContaining('(POLYVEC_MAX_SEARCHES)') as string };
    expect(await collection.post('/batch_search', { queries })).toMatchObject([413, refusal]);
    expect(await collection.post('/batch_search', { queries: queries.slice(1) })).toMatchObject([200, { succeeded: 1_000 }]);
  });

  it('D52: payloads keep their types', async () => {
    const collection = await create();
    const metadata = { page: 1, draft: false, none: null, list: [1, 'a'], nested: { a: 1.5 } };
    await collection.post('/insert', { id: 'text', text: 'on foxes', metadata });
    await collection.post('/insert_vectors', { vectors: [{ id: 'vector', embedding: [1, 0], metadata }] });
    expect((await collection.vector('text')).payload).toEqual(metadata);
    expect((await collection.vector('vector')).payload).toEqual(metadata);
  });

  it('D53: a short text is kept, and given back as content', async () => {
    const collection = await create();
    await collection.post('/insert', { id: 'a', text: 'on foxes', metadata: { page: 1 } });
    const { content, payload } = await collection.vector('a');
    expect([content, payload]).toEqual(['on foxes', { page: 1 }]);
    expect(await collection.search({ query: 'foxes' })).toMatchObject([{ id: 'a', content: 'on foxes' }]);
  });

  it('D54: encryption is refused, and nothing is stored in clear instead', async () => {
    const collection = await create();
    const refusal = [400, { error_type: 'encryption_error' }];
    const secret = { id: 'a', embedding: [1, 0], public_key: 'MFkw' };
    expect(await collection.post('/insert', { text: 'secret', public_key: 'MFkw' })).toMatchObject(refusal);
    expect(await collection.post('/insert_vectors', { vectors: [EAST, secret] })).toMatchObject(refusal);
    expect(await collection.count()).toBe(0);
  });

  it('D55: an integer is an id, by its digits', async () => {
    const collection = await filled([{ id: 7, embedding: [1, 0] }]);
    expect(await collection.ids()).toEqual(['7']);
    expect(await collection.post('/batch_delete', { ids: [7] })).toMatchObject([200, { deleted: 1 }]);
  });

  it('D56: a collection that an insert makes has the dimension of its first vector', async () => {
    const name = `made-${randomUUID()}`;
    const vectors = [{ id: 'a', embedding: [1, 2, 3] }];
    expect(await post('/insert_vectors', { collection: name, vectors })).toMatchObject([200, { inserted: 1 }]);
    expect(await get(`/collections/${name}`)).toMatchObject([200, { dimension: 3, metric: 'Cosine' }]);
  });

  it('D57: a page has up to 1,000 vectors, whatever min_score says', async () => {
    const collection = await filled(fan(120));
    const [, page] = await collection.get('/vectors?limit=5000&min_score=0.9');
    expect(page).toMatchObject({ limit: 1000, total: 120, message: null });
    expect((page as { readonly vectors: readonly unknown[] }).vectors).toHaveLength(120);
  });

  it('D58: an expired vector is removed soon after', async () => {
    const collection = await filled([EAST, NORTH]);
    expect((await collection.call('PATCH', '/vectors/east/expiry', { expires_at: 1 })).status).toBe(200);
    await untilGone(collection, '/vectors/east');
    expect(await collection.ids()).toEqual(['north']);
  });
});

describe('filters', () => {
  it('D59: a filter may map keys to values and operators', async () => {
    const collection = await filled([EAST, NORTH, BARE]);
    expect(await collection.ids({ color: 'red' })).toEqual(['east']);
    expect(await collection.ids({ color: { $in: ['red', 'blue'] }, page: { $lt: 2 } })).toEqual(['east']);
    expect(await collection.ids({ $or: [{ page: 1 }, { color: { $exists: false } }] })).toEqual(['east', 'bare']);
    const unknown = await collection.post('/delete_by_filter', { filter: { color: { $before: 'x' } } });
    expect(unknown).toMatchObject([400, { error_type: 'parse_error' }]);
    expect(await collection.count()).toBe(3);
  });

  it('D60: conditions need no type', async () => {
    const collection = await filled([EAST, NORTH, BARE]);
    const red = { key: 'color', match: { value: 'red' } };
    expect(await collection.ids({ must: [red] })).toEqual(['east']);
    expect(await collection.ids({ must_not: [red], should: null })).toEqual(['north', 'bare']);
    expect(await collection.ids({ must: [{ type: 'match', key: 'color', match_value: 'red' }] })).toEqual(['east']);
  });

  it('D61: equality looks into lists', async () => {
    const collection = await filled([EAST, NORTH]);
    expect(await collection.ids({ tags: 'a' })).toEqual(['north']);
    expect(await collection.ids({ must: [{ type: 'match', key: 'tags', match_value: 'b' }] })).toEqual(['north']);
  });

  it('D62: a vector without a payload has an empty one', async () => {
    const collection = await filled([EAST, BARE]);
    expect((await collection.vector('bare')).payload).toEqual({});
    expect(await collection.ids({ must_not: [{ type: 'match', key: 'color', match_value: 'red' }] })).toEqual(['bare']);
  });
});

describe('searches', () => {
  it('D63: every search filters, and finds the best of those that match', async () => {
    const vectors = await filled([EAST, BARE, NORTH]);
    expect(idsOf(await vectors.search({ vector: [1, 0], limit: 1, filter: { color: 'blue' } }))).toEqual(['north']);
    const texts = await filledWithTexts({ near: 'on red foxes', far: 'of hens' });
    const search = { query: 'red foxes', limit: 1, filter: { id: 'far' } };
    expect(idsOf(await found(texts, '/search/text', search))).toEqual(['far']);
  });

  it('D64: every search keeps to its threshold', async () => {
    const texts = await filledWithTexts({ near: 'red foxes', far: 'of hens' });
    expect(idsOf(await found(texts, '/search/text', { query: 'red foxes' }))).toEqual(['near', 'far']);
    expect(idsOf(await found(texts, '/search/text', { query: 'red foxes', threshold: 0.9 }))).toEqual(['near']);
  });

  it('D65: a search finds up to 10,000, without their vectors when it may be more than 100', async () => {
    const collection = await filled(fan(150));
    const [, answer] = await collection.post('/search', { vector: [1, 0], limit: 20_000 });
    expect(answer).toMatchObject({ limit: 10_000, total: 150 });
    const [nearest] = (answer as { readonly results: readonly Hit[] }).results;
    expect(nearest).toMatchObject({ id: 'v0', vector: null, data: [] });
    expect(await collection.search({ vector: [1, 0], limit: 1 })).toMatchObject([{ vector: [1, 0] }]);
    expect(await collection.post('/search', { vector: [1, 0], limit: -1 })).toMatchObject([
      400,
      { error_type: 'validation_error' },
    ]);
  });

  it('D66: a search for nothing lists what its filter matches, in the order of first insert', async () => {
    const collection = await filled([NORTH, EAST, BARE]);
    const listed = await collection.search({ query: '', filter: { color: { $exists: true } } });
    expect(listed).toMatchObject([
      { id: 'north', score: 0 },
      { id: 'east', score: 0 },
    ]);
    expect(idsOf(await collection.search({ query: ' ' }))).toEqual(['north', 'east', 'bare']);
    expect(idsOf(await collection.search({ filter: { page: 1 } }))).toEqual(['east']);
  });

  it('D67: a search by file finds the chunks of the file', async () => {
    const collection = await filled([{ id: 'a', embedding: [1, 0], payload: { file_path: 'docs/a.md' } }, NORTH]);
    expect(idsOf(await found(collection, '/search/file', { file_path: 'docs/a.md' }))).toEqual(['a']);
  });

  it('D68: a hybrid search without sparse weights ranks the texts by their words', async () => {
    const texts = await filledWithTexts({ hens: 'of hens', foxes: 'on red foxes' });
    const [best] = await found(texts, '/hybrid_search', { query: 'foxes', alpha: 0, algorithm: 'weighted' });
    expect(best).toMatchObject({ id: 'foxes' });
    expect(best?.score).toBeGreaterThan(0);
  });

  it('D69: an intelligent search is one search of each collection', async () => {
    const texts = await filledWithTexts({ a: 'on red foxes', b: 'on red foxes' });
    const answer = await post('/intelligent_search', { query: 'red foxes and hens', collections: [texts.name] });
    expect(answer).toMatchObject([200, { results: [{ doc_id: 'a' }, { doc_id: 'b' }], metadata: { total_queries: 1 } }]);
  });

  it('D70: texts are embedded without a vocabulary, and those that share words are near', async () => {
    const embed = () => post('/embed', { text: 'the red fox', dimension: 256 });
    const [status, embedded] = await embed();
    expect([status, embedded]).toMatchObject([200, { model: 'bm25', dimension: 256 }]);
    expect(await embed()).toEqual([200, embedded]);
    const texts = await filledWithTexts({ hens: 'a yard full of hens', foxes: 'some red foxes' });
    expect(idsOf(await texts.search({ query: 'red fox', limit: 1 }))).toEqual(['foxes']);
  });
});

describe('collections', () => {
  it('D71: a collection has any dimension up to 16,000, also for texts', async () => {
    const collection = await create({ dimension: 384 });
    expect(await collection.post('/insert', { id: 'a', text: 'on foxes' })).toMatchObject([200, { id: 'a' }]);
    expect(await collection.describe()).toMatchObject({ dimension: 384, embedding_provider: 'bm25', vector_count: 1 });
    expect(await (await create({ dimension: 16_000 })).describe()).toMatchObject({ dimension: 16_000 });
    expect(await post('/collections', { name: 'wider', dimension: 16_001 })).toMatchObject([
      400,
      { details: { field: 'dimension' } },
    ]);
  });

  it('D72: a collection has the metric that was asked for', async () => {
    const euclidean = await api.create({ metric: undefined, similarity_metric: 'euclidean' });
    expect(await euclidean.describe()).toMatchObject({ metric: 'Euclidean' });
    const dot = await filled([{ id: 'a', embedding: [3, 4] }], { metric: 'dot_product' });
    expect(await dot.describe()).toMatchObject({ metric: 'DotProduct' });
    expect((await dot.vector('a')).vector).toEqual([3, 4]);
    const refused = await post('/collections', { name: 'foo', dimension: 2, metric: 'foo' });
    expect(refused).toMatchObject([400, { error_type: 'validation_error', details: { field: 'metric' } }]);
  });

  it('D73: hnsw_config and quantization are remembered, and change no result', async () => {
    const hnsw = { m: 2, ef_construction: 4, ef_search: 1 };
    const configured = await filled(fan(50), { hnsw_config: hnsw, quantization: { type: 'binary' } });
    expect(await configured.describe()).toMatchObject({
      quantization: { enabled: true, type: 'binary', bits: 1 },
      indexing_status: { hnsw_config: hnsw },
    });
    const plain = await filled(fan(50));
    expect(await configured.search({ vector: [1, 1] })).toEqual(await plain.search({ vector: [1, 1] }));
    expect(await configured.post('/reindex', { m: 8 })).toMatchObject([200, { state: 'completed' }]);
  });

  it('D74: empty and cleanup are no names for a collection', async () => {
    for (const name of ['empty', 'cleanup', '..', 'a/b', 'a\nb', 'x'.repeat(256)]) {
      expect(await post('/collections', { name, dimension: 2 })).toMatchObject([400, { error_type: 'invalid_configuration' }]);
    }
    expect(await get('/collections/empty')).toMatchObject([200, { status: 'success' }]);
  });

  it('D75: who sends similarity_metric is answered with the collection', async () => {
    const [name, other] = [`c-${randomUUID()}`, `c-${randomUUID()}`];
    const [status, collection] = await post('/collections', { name, dimension: 2, similarity_metric: 'cosine' });
    expect([status, collection]).toMatchObject([200, { name, vector_count: 0, status: 'ready' }]);
    expect(collection).not.toHaveProperty('message');
    const message = expect.any(String) as string;
    expect(await post('/collections', { name: other, dimension: 2 })).toMatchObject([200, { message, collection: other }]);
  });

  it('D76: updated_at is when the definition changed last', async () => {
    const collection = await create();
    const sinceCreation = async (): Promise<number> => {
      const { created_at: created, updated_at: updated } = await collection.describe();
      return Date.parse(String(updated)) - Date.parse(String(created));
    };
    await collection.fill([EAST]);
    expect(await sinceCreation()).toBe(0);
    await collection.call('PATCH', '', { description: 'colours' });
    expect(await sinceCreation()).toBeGreaterThan(0);
  });

  it('D77: a clean-up spares the collections of other protocols', async () => {
    const foreign = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 0]] });
    expect(await post(`/collections/${foreign.name}/batch_delete`, { ids: ['a'] })).toMatchObject([200, { deleted: 1 }]);
    const own = await create();
    expect(await api.delete('/collections/cleanup')).toMatchObject([200, { status: 'success' }]);
    expect(await own.get()).toMatchObject([404, { error_type: 'collection_not_found' }]);
    expect(await get(`/collections/${foreign.name}`)).toMatchObject([200, { vector_count: 0 }]);
  });
});

describe('the wire', () => {
  it('D78: errors are JSON, whatever went wrong', async () => {
    const malformed = await api.call('POST', '/collections', '{"name":');
    expect(malformed.headers['content-type']).toContain('application/json');
    expect(malformed).toMatchObject({ status: 400, body: { error_type: 'parse_error', details: { field: 'body' } } });
    expect(await get('/nowhere')).toMatchObject([404, { error_type: 'not_found', status_code: 404 }]);
    const wrong = await api.call('DELETE', '/collections');
    expect(wrong).toMatchObject({ status: 405, body: { error_type: 'method_not_allowed' } });
    expect(wrong.headers.allow).toContain('POST');
  });

  it('D79: a body may be empty, and its type may be missing', async () => {
    const { name } = await create();
    const typed = { 'content-type': 'application/json' };
    expect((await api.call('POST', `/collections/${name}/force-save`, undefined, typed)).status).toBe(200);
    const untyped = await fetch(`${gateway.vectorizerUrl}/collections/${name}/search`, {
      method: 'POST',
      body: Buffer.from('{"query":""}'),
    });
    expect(untyped.status).toBe(200);
    expect((await api.call('POST', '/collections', '<a/>', { 'content-type': 'text/xml' })).status).toBe(415);
  });

  it('D80: no origin is allowed unless it is configured', async () => {
    const answer = await api.call('GET', '/collections', undefined, { origin: 'http://example.org' });
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('D81: the NUL character is refused', async () => {
    const collection = await create();
    const vectors = [{ ...EAST, payload: { text: 'a\u0000b' } }];
    expect(await collection.post('/insert_vectors', { vectors })).toMatchObject([400, { error_type: 'parse_error' }]);
    expect(await collection.count()).toBe(0);
  });

  it('D82: writes wait, and none is 429', async () => {
    const collection = await create();
    const writes = fan(1_100).map(async (vector) => collection.post('/insert_vectors', { vectors: [vector] }));
    const statuses = new Set((await Promise.all(writes)).map(([status]) => status));
    expect([...statuses]).toEqual([200]);
    expect(await collection.count()).toBe(1_100);
  });

  it('D83: snapshots are 501', async () => {
    const collection = await create();
    const unimplemented = [501, { error_type: 'unimplemented' }];
    expect(await collection.post('/snapshot')).toMatchObject(unimplemented);
    expect(await collection.get('/snapshots')).toMatchObject(unimplemented);
    expect(await collection.post('/snapshots/x/restore')).toMatchObject(unimplemented);
  });

  it('D84: what is not about vectors is 404', async () => {
    const paths = ['/workspace/list', '/graph/nodes/x', '/backups', '/config', '/logs', '/dashboard', '/replication/status'];
    for (const path of paths) expect(await get(path)).toMatchObject([404, { error_type: 'not_found' }]);
    for (const path of ['/discover', '/file/list', '/admin/restart']) {
      expect(await post(path, {})).toMatchObject([404, { error_type: 'not_found' }]);
    }
  });

  it('D85: HTTP is the only transport', async () => {
    for (const path of ['/mcp', '/umicp', '/graphql'])
      expect(await post(path, {})).toMatchObject([404, { error_type: 'not_found' }]);
    expect(await get('/ws/dashboard')).toMatchObject([404, { error_type: 'not_found' }]);
  });

  it("D86: Qdrant's routes answer as Qdrant does, and at once", async () => {
    const path = `/qdrant/collections/${(await create()).name}/points`;
    const points = [
      { id: 1, vector: [1, 0], payload: { color: 'red' } },
      { id: 'b', vector: [0, 1] },
    ];
    const upsert = await api.outcome('PUT', path, { points });
    expect(upsert).toMatchObject([200, { status: 'ok', result: { status: 'completed' } }]);
    const filter = { must: [{ key: 'color', match: { value: 'red' } }] };
    expect(await post(`${path}/search`, { vector: [0, 1], limit: 1, filter })).toMatchObject([200, { result: [{ id: 1 }] }]);
    expect(await post(`${path}/count`, { filter })).toMatchObject([200, { result: { count: 1 } }]);
  });

  it("D87: answers carry the keys of the guide and the SDKs beside the server's", async () => {
    const collection = await filled([EAST]);
    expect(await collection.describe()).toMatchObject({ metric: 'Cosine', similarity_metric: 'cosine' });
    const hit = { vector: [1, 0], data: [1, 0], payload: EAST.payload, metadata: EAST.payload };
    const search = await collection.post('/search', { vector: [1, 0] });
    expect(search).toMatchObject([200, { results: [hit], total_results: 1, total: 1 }]);
    const report = await post('/batch_delete', { collection: collection.name, ids: ['east'] });
    expect(report).toMatchObject([200, { deleted: 1, deleted_count: 1, status: 'success', errors: [] }]);
    const health = { status: 'healthy', version: '3.5.0', gateway_version: expect.any(String) as string, cache: { hits: 0 } };
    expect(await get('/health')).toMatchObject([200, health]);
  });

  it('D88: an id may hold a slash or a percent sign', async () => {
    const collection = await filled(['a/b', '100%'].map((id) => ({ id, embedding: [1, 0] })));
    for (const id of ['a/b', '100%']) {
      expect(await collection.get(`/vectors/${id}`)).toMatchObject([200, { id }]);
      expect(await collection.delete(`/vectors/${id}`)).toMatchObject([200, { id }]);
    }
  });

  it("D89: Rust's SDK is told the metric once", async () => {
    const { name } = await create();
    const keysFor = async (headers: Readonly<Record<string, string>>): Promise<readonly string[]> =>
      Object.keys((await api.call('GET', `/collections/${name}`, undefined, headers)).body as object);
    expect(await keysFor({ accept: '*/*' })).not.toContain('similarity_metric');
    expect(await keysFor({ accept: '*/*', 'user-agent': 'node' })).toContain('similarity_metric');
  });

  it('D90: a collection tells no history of its counts', async () => {
    const collection = await filled([EAST]);
    expect(Object.keys(await collection.describe())).not.toContain('vector_count_history');
  });

  it('D91: any key will do, and there is nothing under /auth', async () => {
    const { name } = await create();
    for (const headers of [{ 'x-api-key': 'any' }, { authorization: 'Bearer a.b.c' }, { authorization: 'any' }]) {
      expect(await api.call('GET', `/collections/${name}`, undefined, headers)).toMatchObject({ status: 200, body: { name } });
    }
    expect(await api.call('POST', '/auth/login', {})).toMatchObject({ status: 404, body: { error_type: 'not_found' } });
  });
});
