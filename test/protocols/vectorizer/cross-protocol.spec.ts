import { ChromaApi, CollectionApi as ChromaCollection, uniqueName } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { createIndex, DONE, IndexApi, type NamespaceApi, PineconeApi, type Vector } from '../../support/clients/pinecone-api.js';
import {
  CollectionApi,
  done,
  noCollection,
  noVector,
  refused,
  setUp,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** docs/cross-protocol.md, for Vectorizer: one store, three protocols. */

const VERSION = { 'x-pinecone-api-version': '2025-10' };

let gateway: TestGateway;
let vectorizer: VectorizerApi;
let chroma: ChromaApi;
let control: PineconeApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:180', POLYVEC_PINECONE_OTHER_PORTS: '90' } });
  vectorizer = new VectorizerApi(gateway.vectorizerUrl);
  chroma = new ChromaApi(gateway.chromaUrl);
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** The default namespace in which Pinecone sees a collection's records. */
async function spaceOf({ name }: { readonly name: string }): Promise<NamespaceApi> {
  const { body } = await control.call(`/indexes/${name}`, { headers: VERSION });
  const { host } = body as { readonly host: string };
  return new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1))).namespace('');
}

/** The collection that Chroma sees. */
async function chromaOf({ name }: { readonly name: string }): Promise<ChromaCollection> {
  const { id } = (await chroma.call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  return new ChromaCollection(chroma, id, name);
}

/** The collection that Vectorizer sees. */
function vectorizerOf({ name }: { readonly name: string }): CollectionApi {
  return new CollectionApi(vectorizer, name);
}

async function listed(): Promise<readonly string[]> {
  const { collections } = succeeded(await vectorizer.call('GET', '/collections')) as {
    readonly collections: readonly { readonly name: string }[];
  };
  return collections.map(({ name }) => name);
}

async function protect({ name }: { readonly name: string }, protection: 'enabled' | 'disabled'): Promise<void> {
  const body = { deletion_protection: protection };
  const answer = await control.call(`/indexes/${name}`, { method: 'PATCH', body, headers: VERSION });
  if (answer.status >= 300) throw new Error(`protect: ${String(answer.status)} ${answer.text}`);
}

async function pineconeIds(space: NamespaceApi, filter: object): Promise<readonly string[]> {
  const { body } = await space.post('/vectors/fetch_by_metadata', { filter });
  return Object.keys((body as { readonly vectors: object }).vectors);
}

const NESTED = { deep: { list: [1, [2, { three: 3 }], null], none: null }, none: null, year: 1999 };

describe('what Vectorizer writes', () => {
  let collection: CollectionApi;
  let theirs: ChromaCollection;
  let space: NamespaceApi;

  beforeEach(async () => {
    collection = await setUp(vectorizer);
    theirs = await chromaOf(collection);
    space = await spaceOf(collection);
  });

  it('is read and counted through Chroma', async () => {
    expect(await theirs.shown()).toMatchObject({ dimension: 4, configuration_json: { hnsw: { space: 'cosine' } } });
    expect((await theirs.post('get', { include: ['embeddings', 'metadatas', 'documents', 'uris'] })).body).toMatchObject({
      ids: ['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005'],
      embeddings: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [1, 1, 0, 0],
      ],
      documents: [null, null, null, null, null],
      uris: [null, null, null, null, null],
    });
    expect((await chroma.call(`${theirs.path}/count`)).body).toBe(5);
  });

  it('is filtered through Chroma', async () => {
    expect(await theirs.ids({ where: { category: 'new' } })).toEqual(['vec_003', 'vec_004']);
    expect(await theirs.ids({ where: { page: { $gte: 1 } } })).toEqual(['vec_003']);
    const query = { query_embeddings: [[1, 0, 0, 0]], n_results: 2, where: { category: 'new' } };
    expect((await theirs.post('query', query)).body).toMatchObject({ ids: [['vec_003', 'vec_004']] });
  });

  it('has its text as the document, which Chroma searches', async () => {
    succeeded(await collection.call('POST', '/insert', { id: 'text', text: 'hello wide world', metadata: { page: 7 } }));
    const body = { where_document: { $contains: 'wide' }, include: ['documents', 'metadatas'] };
    expect((await theirs.post('get', body)).body).toMatchObject({
      ...{ ids: ['text'], documents: ['hello wide world'], metadatas: [{ page: 7 }] },
    });
  });

  it('is changed and deleted through Chroma', async () => {
    expect((await theirs.post('update', { ids: ['vec_003'], metadatas: [{ page: 2 }], documents: ['new text'] })).status).toBe(
      200,
    );
    expect(await collection.vector('vec_003')).toMatchObject({ payload: { category: 'new', page: 2 }, content: 'new text' });
    expect(await collection.ids({ page: 2 })).toEqual(['vec_003']);
    expect((await theirs.post('delete', { where: { category: 'new' } })).status).toBe(200);
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_005']);
    expect(await collection.count()).toBe(3);
  });

  it('is listed, described and counted through Pinecone', async () => {
    const { indexes } = (await control.call('/indexes', { headers: VERSION })).body as { readonly indexes: readonly object[] };
    expect(indexes).toEqual(expect.arrayContaining([expect.objectContaining({ name: collection.name, dimension: 4 })]));
    expect(await space.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
    expect(await space.index.counts()).toEqual({ '': 5 });
  });

  it('is fetched, queried and filtered through Pinecone', async () => {
    expect(await space.fetch('vec_004', 'vec_005')).toEqual({
      vec_004: { id: 'vec_004', values: [0, 0, 0, 1], metadata: { category: 'new', tags: ['a', 'b'] } },
      vec_005: expect.objectContaining({ id: 'vec_005', values: [1, 1, 0, 0] }) as unknown,
    });
    const matches = await space.matches({ vector: [1, 0, 0, 0], topK: 2 });
    expect(matches).toMatchObject([
      { id: 'vec_001', score: expect.closeTo(1, 5) as number },
      { id: 'vec_005', score: expect.closeTo(Math.SQRT1_2, 5) as number },
    ]);
    expect(await pineconeIds(space, { tags: 'a' })).toEqual(['vec_004']);
    expect(await pineconeIds(space, { category: { $in: ['old_docs'] } })).toEqual(['vec_001', 'vec_002']);
  });

  it('has its text as chroma:document through Pinecone', async () => {
    succeeded(await collection.call('POST', '/insert', { id: 'text', text: 'hello wide world', metadata: { page: 7 } }));
    const { text } = await space.fetch('text');
    expect(text?.metadata).toEqual({ page: 7, 'chroma:document': 'hello wide world' });
    expect(await pineconeIds(space, { 'chroma:document': 'hello wide world' })).toEqual(['text']);
  });

  it('is changed and deleted through Pinecone', async () => {
    expect(await space.outcome('/vectors/update', { id: 'vec_003', setMetadata: { page: 2 }, values: [0, 0, 1, 1] })).toEqual(
      DONE,
    );
    const half = expect.closeTo(Math.SQRT1_2, 5) as unknown;
    expect(await collection.vector('vec_003')).toMatchObject({
      vector: [0, 0, half, half],
      payload: { category: 'new', page: 2 },
    });
    expect(await space.outcome('/vectors/delete', { ids: ['vec_001'] })).toEqual(DONE);
    expect(await space.outcome('/vectors/delete', { filter: { category: 'new' } })).toEqual(DONE);
    expect(await collection.ids()).toEqual(['vec_002', 'vec_005']);
    expect(await space.outcome('/vectors/delete', { deleteAll: true })).toEqual(DONE);
    expect(await collection.count()).toBe(0);
  });

  it('comes back as it is, nested and null, and outlives a change through Chroma', async () => {
    await collection.fill([{ id: 'nested', embedding: [1, 0, 0, 0], payload: NESTED }]);
    expect((await theirs.post('get', { ids: ['nested'], include: ['metadatas'] })).body).toMatchObject({ metadatas: [NESTED] });
    expect((await space.fetch('nested'))['nested']?.metadata).toEqual(NESTED);
    expect((await theirs.post('update', { ids: ['nested'], metadatas: [{ year: 2000 }] })).status).toBe(200);
    expect((await collection.vector('nested')).payload).toEqual({ ...NESTED, year: 2000 });
    expect(await space.outcome('/vectors/update', { id: 'nested', setMetadata: { year: 2001 } })).toEqual(DONE);
    expect((await collection.vector('nested')).payload).toEqual({ ...NESTED, year: 2001 });
    expect(await collection.ids({ 'deep.none': null })).toEqual(['nested']);
  });

  it.each([
    ['cosine', 'cosine', 'cosine'],
    ['euclidean', 'l2', 'euclidean'],
    ['dot_product', 'ip', 'dotproduct'],
  ])('of the metric %s is %s for Chroma and %s for Pinecone', async (metric, chromaMetric, pineconeMetric) => {
    const own = await vectorizer.create({ metric });
    expect(await (await chromaOf(own)).shown()).toMatchObject({ configuration_json: { hnsw: { space: chromaMetric } } });
    expect((await control.call(`/indexes/${own.name}`, { headers: VERSION })).body).toMatchObject({ metric: pineconeMetric });
  });

  it('is gone everywhere when its collection is deleted', async () => {
    expect(await collection.delete()).toEqual(done({ status: 'deleted' }));
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`)).status).toBe(404);
    expect((await control.call(`/indexes/${collection.name}`, { headers: VERSION })).status).toBe(404);
  });

  it('is deleted with its collection through Chroma and through Pinecone', async () => {
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' })).status).toBe(200);
    expect(await collection.get()).toEqual(noCollection(collection.name));
    const other = await setUp(vectorizer);
    expect((await control.call(`/indexes/${other.name}`, { method: 'DELETE', headers: VERSION })).status).toBe(202);
    expect(await other.get()).toEqual(noCollection(other.name));
  });

  it('keeps the name from the others', async () => {
    expect((await chroma.call(COLLECTIONS, { body: { name: collection.name } })).status).toBe(409);
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    const body = { name: collection.name, dimension: 4, metric: 'cosine', spec };
    expect((await control.call('/indexes', { body, headers: VERSION })).status).toBe(409);
  });

  it('answers to its old name in every protocol', async () => {
    const { name } = collection;
    succeeded(await collection.call('POST', '/rename', { new_name: `${name}-new` }));
    expect((await chroma.call(`${COLLECTIONS}/${name}`)).body).toMatchObject({ id: theirs.id, name: `${name}-new` });
    expect((await control.call(`/indexes/${name}`, { headers: VERSION })).body).toMatchObject({ name: `${name}-new` });
    expect(await theirs.ids({ ids: ['vec_001'] })).toEqual(['vec_001']);
    expect(await space.ids()).toHaveLength(5);
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    const body = { name, dimension: 4, metric: 'cosine', spec };
    expect((await chroma.call(COLLECTIONS, { body: { name } })).status).toBe(409);
    expect((await control.call('/indexes', { body, headers: VERSION })).status).toBe(409);
  });
});

describe('what Chroma writes', () => {
  let theirs: ChromaCollection;
  let collection: CollectionApi;

  beforeEach(async () => {
    theirs = await chroma.filled({
      ids: ['a', 'b', 'c#0'],
      embeddings: [
        [1, 0],
        [0, 2],
        [3, 4],
      ],
      documents: ['first text', null, ''],
      uris: ['file://a', null, null],
      metadatas: [{ genre: 'comedy', year: 1999, seen: true }, { genre: 'drama', year: 2020 }, null],
    });
    collection = vectorizerOf(theirs);
  });

  it('is a collection', async () => {
    expect(await listed()).toContain(theirs.name);
    expect(await collection.describe()).toMatchObject({ name: theirs.name, dimension: 2, vector_count: 3, metric: 'Euclidean' });
  });

  it('is read, the document as content, the metadata as payload', async () => {
    const payload = { genre: 'comedy', year: 1999, seen: true };
    expect(await collection.vector('a')).toEqual({
      ...{ id: 'a', vector: [1, 0], data: [1, 0], payload, metadata: payload },
      ...{ content: 'first text', collection: theirs.name },
    });
    expect(await collection.vector('c#0')).toMatchObject({ vector: [3, 4], payload: {}, content: '' });
    expect(await collection.get('/vectors?limit=2')).toMatchObject([200, { vectors: [{ id: 'a' }, { id: 'b' }], total: 3 }]);
  });

  it('is searched and filtered', async () => {
    const hits = await collection.search({ vector: [1, 1], limit: 2 });
    expect(hits).toMatchObject([
      { id: 'a', score: 0.5, content: 'first text' },
      { id: 'b', score: expect.closeTo(1 / (1 + Math.SQRT2), 5) as number },
    ]);
    expect(await collection.ids({ genre: 'comedy', year: { $lt: 2000 } })).toEqual(['a']);
    expect(await collection.ids({ must_not: [{ key: 'genre', match: { value: 'drama' } }] })).toEqual(['a', 'c#0']);
    expect((await collection.search({ vector: [1, 0], filter: { year: { $gt: 2000 } } })).map(({ id }) => id)).toEqual(['b']);
  });

  it.each(['euclidean', 'cosine', 'dot_product'])('scores by the metric that it has: %s', async (metric) => {
    const space = { euclidean: 'l2', cosine: 'cosine', dot_product: 'ip' }[metric];
    const own = await chroma.filled({ ids: ['a'], embeddings: [[3, 4]] }, { configuration: { hnsw: { space } } });
    const score = { euclidean: 1 / (1 + Math.sqrt(20)), cosine: 0.6, dot_product: 1 / (1 + Math.exp(-3)) }[metric] ?? 0;
    expect(await vectorizerOf(own).describe()).toMatchObject({ similarity_metric: metric });
    expect(await vectorizerOf(own).search({ vector: [1, 0] })).toMatchObject([{ score: expect.closeTo(score, 5) as number }]);
  });

  it('is deleted by id, in a batch and by filter', async () => {
    expect(await collection.delete('/vectors/a')).toEqual(done({ success: true, id: 'a' }));
    expect(await theirs.ids()).toEqual(['b', 'c#0']);
    expect(await collection.post('/batch_delete', { ids: ['c#0', 'a'] })).toEqual(done({ deleted: 1, failed: 1 }));
    expect(await collection.post('/delete_by_filter', { filter: { genre: 'drama' } })).toEqual(done({ scanned: 1, deleted: 1 }));
    expect(await theirs.ids()).toEqual([]);
    expect(await collection.describe()).toMatchObject({ vector_count: 0, dimension: 2 });
  });

  it('is updated, and keeps what an update does not name', async () => {
    succeeded(await collection.call('PATCH', '/vectors/a', { vector: [0, 5], metadata: { year: null, deep: { x: 1 } } }));
    const body = { ids: ['a'], include: ['embeddings', 'documents', 'uris', 'metadatas'] };
    expect((await theirs.post('get', body)).body).toMatchObject({
      ...{ embeddings: [[0, 5]], documents: ['first text'], uris: ['file://a'] },
      metadatas: [{ genre: 'comedy', seen: true, deep: { x: 1 } }],
    });
  });

  it('takes vectors, and replaces records that have the same id', async () => {
    await collection.fill([{ id: 'a', embedding: [7, 8], payload: { by: 'vectorizer' } }]);
    const body = { ids: ['a'], include: ['embeddings', 'documents', 'uris', 'metadatas'] };
    expect((await theirs.post('get', body)).body).toMatchObject({
      ...{ embeddings: [[7, 8]], documents: [null], uris: [null], metadatas: [{ by: 'vectorizer' }] },
    });
    expect(await collection.ids()).toEqual(['a', 'b', 'c#0']);
  });

  it('has no one who embeds texts for Vectorizer', async () => {
    expect((await collection.post('/insert', { id: 'x', text: 'hello' }))[0]).toBe(400);
    expect((await collection.post('/search/text', { query: 'hello' }))[0]).toBe(400);
    expect((await collection.post('/search', { query: 'hello' }))[0]).toBe(400);
    expect((await vectorizer.outcome('PATCH', collection.path('/vectors/a'), { text: 'hello' }))[0]).toBe(400);
    const flat = { collection: theirs.name, texts: [{ id: 'x', text: 'hello' }] };
    expect(await vectorizer.post('/insert_texts', flat)).toEqual(done({ inserted: 0, failed: 1, status: 'error' }));
    expect(await theirs.ids()).toEqual(['a', 'b', 'c#0']);
    expect(await collection.search({ query: '', filter: { genre: 'drama' } })).toMatchObject([{ id: 'b' }]);
  });

  it('has its numbers as they were written', async () => {
    const text = '{"ids":["n"],"embeddings":[[1,0]],"metadatas":[{"one":1.0,"large":9007199254740993}]}';
    expect((await theirs.post('upsert', text)).status).toBe(200);
    const answer = await collection.call('GET', '/vectors/n');
    expect(answer.text).toMatch(/"one": ?1\.0[,}]/);
    expect(answer.text).toMatch(/"large": ?9007199254740993[,}]/);
  });
});

describe('a collection of Chroma without a dimension', () => {
  it('is not there', async () => {
    const { name } = await chroma.createCollection();
    expect(await listed()).not.toContain(name);
    expect(await vectorizer.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await vectorizer.get(`/collections/${name}/vectors`)).toEqual(noCollection(name));
    expect(await vectorizer.post(`/collections/${name}/search`, { vector: [1] })).toEqual(noCollection(name));
    expect(await vectorizer.delete(`/collections/${name}`)).toEqual(noCollection(name));
    const other = await vectorizer.create();
    expect(await other.post('/rename', { new_name: name })).toEqual(refused(409, 'collection_already_exists'));
    expect((await chroma.call(`${COLLECTIONS}/${name}`)).body).toMatchObject({ name, dimension: null });
  });

  it('becomes the one that is created by its name', async () => {
    const { name } = await chroma.createCollection();
    expect((await vectorizer.post('/collections', { name, dimension: 2, metric: 'cosine' }))[0]).toBe(200);
    expect(await listed()).toContain(name);
    const shown = (await chroma.call(`${COLLECTIONS}/${name}`)).body;
    expect(shown).toMatchObject({ name, dimension: 2, configuration_json: { hnsw: { space: 'cosine' } } });
  });

  it('becomes the one that an insert makes', async () => {
    const { name } = await chroma.createCollection();
    const vectors = [{ id: 'a', embedding: [1, 0, 0] }];
    expect((await vectorizer.post('/insert_vectors', { collection: name, vectors }))[0]).toBeLessThan(300);
    expect((await chroma.call(`${COLLECTIONS}/${name}`)).body).toMatchObject({ name, dimension: 3 });
  });

  it('keeps the metric that Chroma asked for, and says that it is there', async () => {
    const { name } = await chroma.createCollection({ metadata: { 'hnsw:space': 'l2' } });
    const answer = await vectorizer.call('POST', '/collections', { name, dimension: 2, metric: 'cosine' });
    expect([answer.status, answer.text]).toEqual([
      409,
      expect.stringContaining("a collection made through Chroma's API, without records, of metric l2"),
    ]);
  });
});

describe('a collection in another database of Chroma', () => {
  it('is not there', async () => {
    const database = uniqueName();
    await chroma.call('/api/v2/tenants/default_tenant/databases', { body: { name: database } });
    const elsewhere = await chroma.createCollection({}, COLLECTIONS.replace('default_database', database));
    await elsewhere.fill({ ids: ['a'], embeddings: [[1, 0]] });
    expect(await listed()).not.toContain(elsewhere.name);
    expect(await vectorizerOf(elsewhere).get()).toEqual(noCollection(elsewhere.name));
    const own = await vectorizer.create({ name: elsewhere.name });
    expect(await own.count()).toBe(0);
    expect(await elsewhere.ids()).toEqual(['a']);
  });
});

describe('what Pinecone writes', () => {
  const VECTORS: readonly Vector[] = [
    { id: 'a', values: [1, 0], metadata: { genre: 'comedy', tags: ['x', 'y'], year: 1999 } },
    { id: 'b', values: [0, 2], metadata: { genre: 'drama', 'chroma:document': 'a text' } },
    { id: 'c', values: [3, 4] },
  ];
  let space: NamespaceApi;
  let collection: CollectionApi;

  beforeEach(async () => {
    const index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    space = index.namespace('');
    await space.fill(VECTORS);
    collection = vectorizerOf(index);
  });

  it('is a collection', async () => {
    expect(await listed()).toContain(collection.name);
    expect(await collection.describe()).toMatchObject({ dimension: 2, vector_count: 3, metric: 'Cosine' });
  });

  it('is read, its document as content', async () => {
    expect(await collection.vector('b')).toEqual({
      ...{ id: 'b', vector: [0, 1], data: [0, 1], payload: { genre: 'drama' }, metadata: { genre: 'drama' } },
      ...{ content: 'a text', collection: collection.name },
    });
    const vector = [expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)] as unknown;
    expect(await collection.vector('c')).toMatchObject({ vector, payload: {} });
  });

  it('is searched and filtered', async () => {
    expect(await collection.search({ vector: [1, 0], limit: 2 })).toMatchObject([
      { id: 'a', score: expect.closeTo(1, 5) as number },
      { id: 'c', score: expect.closeTo(0.6, 5) as number },
    ]);
    expect(await collection.ids({ tags: 'x' })).toEqual(['a']);
    expect(await collection.ids({ year: { $exists: false } })).toEqual(['b', 'c']);
    expect((await collection.search({ vector: [1, 0], filter: { genre: 'drama' } })).map(({ id }) => id)).toEqual(['b']);
  });

  it('is deleted by id, in a batch and by filter', async () => {
    expect(await collection.delete('/vectors/a')).toEqual(done({ success: true }));
    expect(await space.ids()).toEqual(['b', 'c']);
    const flat = { collection: collection.name, ids: ['c'] };
    expect(await vectorizer.post('/batch_delete', flat)).toEqual(done({ deleted: 1 }));
    expect(await collection.post('/vectors/delete_by_filter', { filter: { genre: 'drama' } })).toEqual(done({ deleted: 1 }));
    expect(await space.ids()).toEqual([]);
  });

  it('is moved and copied into a collection of Vectorizer’s own, and back', async () => {
    const own = await vectorizer.create({ dimension: 2 });
    expect(await collection.post('/vectors/move', { destination: own.name, ids: ['a'] })).toEqual(done({ moved: 1 }));
    expect(await collection.post('/vectors/copy', { destination: own.name, ids: ['b'] })).toEqual(done({ copied: 1 }));
    expect(await space.ids()).toEqual(['b', 'c']);
    expect(await own.vector('b')).toMatchObject({ payload: { genre: 'drama' }, content: 'a text' });
    expect(await own.post('/vectors/move', { destination: collection.name, ids: ['a'] })).toEqual(done({ moved: 1 }));
    expect((await space.fetch('a'))['a']).toEqual(VECTORS[0]);
  });

  it('is updated, also in bulk, and keeps what is not named', async () => {
    const body = { filter: { genre: { $exists: true } }, patch: { deep: { x: 1 }, year: null } };
    expect(await collection.post('/vectors/bulk_update_metadata', body)).toEqual(done({ matched: 2, updated: 2 }));
    expect((await space.fetch('a'))['a']).toEqual({
      ...VECTORS[0],
      metadata: { genre: 'comedy', tags: ['x', 'y'], deep: { x: 1 } },
    });
    expect((await space.fetch('b'))['b']?.metadata).toEqual({ genre: 'drama', deep: { x: 1 }, 'chroma:document': 'a text' });
  });

  it('has no one who embeds texts for Vectorizer', async () => {
    expect((await collection.post('/insert', { id: 'x', text: 'hello' }))[0]).toBe(400);
    expect((await collection.post('/search/text', { query: 'hello' }))[0]).toBe(400);
    expect(await space.ids()).toEqual(['a', 'b', 'c']);
  });

  it('in other namespaces is not seen, not counted and not deleted', async () => {
    const other = space.index.namespace('other');
    await other.fill([
      { id: 'a', values: [0, 1], metadata: { genre: 'drama' } },
      { id: 'hidden', values: [0, 1], metadata: { genre: 'drama' } },
    ]);
    expect(await collection.count()).toBe(3);
    expect(await collection.ids()).toEqual(['a', 'b', 'c']);
    expect(await collection.get('/vectors?limit=100')).toEqual(done({ total: 3 }));
    expect(await collection.get('/vectors/hidden')).toEqual(noVector('hidden'));
    expect((await collection.search({ vector: [0, 1] })).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(await collection.delete('/vectors/hidden')).toEqual(noVector('hidden'));
    expect(await collection.post('/batch_delete', { ids: ['a', 'hidden'] })).toEqual(done({ deleted: 1, failed: 1 }));
    const filter = { genre: 'drama' };
    expect(await collection.post('/delete_by_filter', { filter })).toEqual(done({ scanned: 2, deleted: 1 }));
    const patch = { filter, patch: { x: 1 } };
    expect(await collection.post('/vectors/bulk_update_metadata', patch)).toEqual(done({ matched: 0 }));
    expect(await other.ids()).toEqual(['a', 'hidden']);
    expect(await space.index.counts()).toEqual({ '': 1, other: 2 });
  });

  it('is not deleted while it is protected', async () => {
    await protect(collection, 'enabled');
    expect(await collection.delete()).toEqual(refused(403, 'forbidden', { error: 'forbidden' }));
    expect(await collection.count()).toBe(3);
    expect(await collection.delete('/vectors/a')).toEqual(done({ success: true }));
    await protect(collection, 'disabled');
    expect(await collection.delete()).toEqual(done({ status: 'deleted' }));
  });

  it('keeps its protection under another name', async () => {
    const name = `${collection.name}-new`;
    await protect(collection, 'enabled');
    succeeded(await collection.call('POST', '/rename', { new_name: name }));
    expect(await collection.delete()).toEqual(refused(403, 'forbidden'));
    expect(await vectorizer.delete(`/collections/${name}`)).toEqual(refused(403, 'forbidden'));
  });

  it('refuses a filter that another protocol would take', async () => {
    expect(await collection.post('/search', { vector: [1, 0], filter: { genre: { $regex: 'x' } } })).toEqual(
      unparseable('filter'),
    );
  });
});

describe('an index of sparse vectors', () => {
  it('is not there, but its name is taken', async () => {
    const index = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
    const { name } = index;
    await index.namespace('').fill([{ id: 'a', sparseValues: { indices: [1], values: [2] } }]);
    expect(await listed()).not.toContain(name);
    expect(await vectorizer.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await vectorizer.get(`/collections/${name}/vectors/a`)).toEqual(noCollection(name));
    expect(await vectorizer.post(`/collections/${name}/batch_delete`, { ids: ['a'] })).toEqual(noCollection(name));
    expect(await vectorizer.delete(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await vectorizer.post('/collections', { name })).toEqual(refused(409, 'collection_already_exists'));
    expect(await index.counts()).toEqual({ '': 1 });
  });
});

describe('a vector that expires', () => {
  it('shows its time to every protocol', async () => {
    const collection = await setUp(vectorizer);
    const expiresAt = Date.now() + 3_600_000;
    const path = collection.path('/vectors/vec_005/expiry');
    expect(await vectorizer.outcome('PATCH', path, { expires_at: expiresAt })).toEqual(done({ id: 'vec_005' }));
    expect(await (await chromaOf(collection)).ids({ where: { __expires_at: { $gt: 0 } } })).toEqual(['vec_005']);
    expect(await pineconeIds(await spaceOf(collection), { __expires_at: expiresAt })).toEqual(['vec_005']);
  });
});
