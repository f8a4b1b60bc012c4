import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { SdkCalls, type SdkVector } from './typescript/sdk-calls.js';
import type { Json } from './typescript/validators.js';

const VECTORS: readonly SdkVector[] = [
  { id: 'a', data: [1, 0, 0], metadata: { topic: 'index', year: 2020, seen: true } },
  { id: 'b', data: [0, 1, 0], metadata: { topic: 'query', year: 2021 } },
  { id: 'c', data: [0, 0, 1], metadata: { topic: 'query', year: 2022 } },
];
const TEXTS = [
  { id: 'fox', text: 'the quick brown fox jumps over the lazy dog', metadata: { kind: 'animal' } },
  { id: 'tax', text: 'income tax return for the fiscal year', metadata: { kind: 'paper' } },
];
/** As the client puts them into paths. */
const PATH_IDS = ['a b', 'ünï', '100%', 'a/b', 'a/b/c', 'x+y', 'a&b=c', '日本'];

let gateway: TestGateway;
let client: SdkCalls;
let made = 0;

beforeAll(async () => {
  gateway = await startGateway();
  client = new SdkCalls(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

describe('the TypeScript client @hivehub/vectorizer-sdk 3.5.0, whose requests are replayed: on collections it', () => {
  it.each([undefined, 'cosine', 'euclidean', 'dot_product'])('creates one with the metric %s', async (metric) => {
    const name = newName();
    const created = await client.createCollection({ name, dimension: 3, similarity_metric: metric });
    expect(created).toMatchObject({ name, dimension: 3 });
    expect(await client.getCollection(name)).toMatchObject({
      name,
      dimension: 3,
      similarity_metric: metric ?? 'cosine',
      vector_count: 0,
    });
  });

  it('lists them by name', async () => {
    const names = [newName(), newName()];
    for (const name of names) await client.createCollection({ name, dimension: 3 });
    expect((await client.listCollections()).map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it('updates one, and reads the reply as a collection', async () => {
    const name = await filled();
    expect(await client.updateCollection(name, { description: 'told later' })).toMatchObject({ name, dimension: 3 });
    expect(await countOf(name)).toBe(3);
  });

  it('saves one', async () => {
    const name = await filled();
    expect(await client.forceSaveCollection(name)).toMatchObject({ success: true });
  });

  it('deletes one, once', async () => {
    const name = await filled();
    await client.deleteCollection(name);
    await expect(client.getCollection(name)).rejects.toMatchObject({ status: 404 });
    await expect(client.deleteCollection(name)).rejects.toMatchObject({
      status: 404,
      body: { error_type: 'collection_not_found', message: `Collection not found: ${name}` },
    });
  });

  it.each(['with space', 'über', '100%', 'a.b:c'])('finds one of the name %s', async (name) => {
    await client.createCollection({ name, dimension: 3 });
    await client.insertVectors(name, VECTORS);
    expect(await client.getCollection(name)).toMatchObject({ name, vector_count: 3 });
  });
});

describe('the TypeScript client @hivehub/vectorizer-sdk 3.5.0, whose requests are replayed: on vectors it', () => {
  it('inserts them as points, and gets one', async () => {
    const name = await filled();
    expect(await countOf(name)).toBe(3);
    expect(await client.getVector(name, 'a')).toMatchObject({ id: 'a', data: [1, 0, 0], metadata: VECTORS[0]?.metadata });
    expect(await client.getVectorByPath(name, 'a')).toEqual(VECTORS[0]);
  });

  it('inserts them without ids and metadata', async () => {
    const name = await empty();
    await client.insertVectors(name, [{ data: [1, 0, 0] }, { data: [0, 1, 0] }]);
    expect(await countOf(name)).toBe(2);
  });

  it('inserts a text', async () => {
    const name = await empty(512);
    expect(await client.insertText(name, 'one', 'the quick brown fox', { n: 1 })).toBe('one');
    expect(await client.insertText(name, 'two', 'without metadata')).toBe('two');
    expect(await client.getVectorByPath(name, 'one')).toMatchObject({ id: 'one', metadata: { n: 1 } });
    expect(await countOf(name)).toBe(2);
  });

  it('inserts texts', async () => {
    const name = await empty(512);
    expect(await client.insertTexts(name, [...TEXTS, { text: 'without an id' }])).toMatchObject({
      collection: name,
      inserted: 3,
      failed: 0,
      results: [{ client_id: 'fox' }, { client_id: 'tax' }, { client_id: null }],
    });
    expect(await countOf(name)).toBe(3);
  });

  it('lists them page by page', async () => {
    const name = await filled();
    expect(await client.listVectors(name)).toMatchObject({ total: 3, limit: 10, offset: 0 });
    const page = await client.listVectors(name, 1, 2);
    expect(page).toMatchObject({ total: 3, limit: 2, offset: 2, vectors: [{ id: 'c', payload: VECTORS[2]?.metadata }] });
  });

  it('updates the values of one, and keeps its metadata', async () => {
    const name = await filled();
    expect(await client.updateVector(name, 'a', { data: [0, 3, 4] })).toMatchObject({ id: 'a', metadata: VECTORS[0]?.metadata });
    const { data, metadata } = await client.getVector(name, 'a');
    expect(data).toEqual([0, expect.closeTo(0.6), expect.closeTo(0.8)]);
    expect(metadata).toEqual(VECTORS[0]?.metadata);
  });

  it('replaces the metadata of one, and keeps its values', async () => {
    const name = await filled();
    expect(await client.updateVector(name, 'a', { metadata: { only: 1 } })).toMatchObject({ id: 'a', data: [1, 0, 0] });
    expect((await client.getVector(name, 'a'))['metadata']).toEqual({ only: 1 });
  });

  it('is told of one that is missing', async () => {
    const name = await filled();
    const refusal = { status: 404, body: { error_type: 'vector_not_found', message: 'Vector not found: no such' } };
    await expect(client.getVector(name, 'no such')).rejects.toMatchObject(refusal);
    await expect(client.updateVector(name, 'no such', { data: [1, 0, 0] })).rejects.toMatchObject(refusal);
    await expect(client.deleteVector(name, 'no such')).rejects.toMatchObject(refusal);
  });

  it('deletes one', async () => {
    const name = await filled();
    await client.deleteVector(name, 'a');
    expect(await countOf(name)).toBe(2);
    await expect(client.getVector(name, 'a')).rejects.toMatchObject({ status: 404 });
  });

  it('deletes many, and is told of each', async () => {
    const name = await filled();
    const report = await client.deleteVectors(name, ['a', 'no such', 'b']);
    expect(report).toMatchObject({ collection: name, count: 3, deleted: 2, failed: 1 });
    expect(statusesOf(report)).toEqual(['ok', 'error', 'ok']);
    expect(await countOf(name)).toBe(1);
  });

  it.each([
    ['a map', { topic: 'query' }, 2],
    ['a map of operators', { year: { $lt: 2021 } }, 1],
    ['the builder: must', { must: [{ key: 'topic', match: { value: 'query' } }] }, 2],
    ['the builder: any of', { must: [{ key: 'year', match: { any: [2020, 2022] } }] }, 2],
    ['the builder: range', { must: [{ key: 'year', range: { gte: 2021, lte: 2021 } }] }, 1],
    ['the builder: must not', { must_not: [{ key: 'topic', match: { value: 'query' } }] }, 1],
    ['the builder: nested', { should: [{ key: '__nested__', filter: { must: [{ key: 'seen', match: { value: true } }] } }] }, 1],
  ])('deletes by a filter of %s', async (_form, filter, deleted) => {
    const name = await filled();
    expect(await client.deleteByFilter(name, filter)).toMatchObject({ scanned: 3, matched: deleted, deleted });
    expect(await countOf(name)).toBe(3 - deleted);
  });

  it('deletes nothing by a filter that is empty', async () => {
    const name = await filled();
    await expect(client.deleteByFilter(name, {})).rejects.toMatchObject({
      status: 400,
      body: { error_type: 'validation_error' },
    });
    expect(await countOf(name)).toBe(3);
  });

  it.each(PATH_IDS)('gets, updates and deletes the id %s', async (id) => {
    const name = await empty();
    await client.insertVectors(name, [{ id, data: [1, 0, 0] }]);
    expect(await client.getVector(name, id)).toMatchObject({ id, data: [1, 0, 0] });
    expect(await client.updateVector(name, id, { metadata: { seen: id } })).toMatchObject({ id, metadata: { seen: id } });
    await client.deleteVector(name, id);
    expect(await countOf(name)).toBe(0);
  });

  it('loses what follows a # or a ? of an id on the way', async () => {
    const name = await empty();
    await client.insertVectors(name, [
      { id: 'doc', data: [1, 0, 0] },
      { id: 'doc?x=1', data: [0, 1, 0] },
    ]);
    expect((await client.getVector(name, 'doc#0'))['id']).toBe('doc');
    expect((await client.getVector(name, 'doc?x=1'))['id']).toBe('doc');
    expect(await client.deleteVectors(name, ['doc?x=1'])).toMatchObject({ deleted: 1 });
  });
});

describe('the TypeScript client @hivehub/vectorizer-sdk 3.5.0, whose requests are replayed: searching it', () => {
  it('finds vectors by a vector', async () => {
    const name = await filled();
    const hits = await client.searchVectors(name, { query_vector: [0, 1, 0.1], limit: 2, include_metadata: true });
    expect(hits.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(hits[0]).toMatchObject({ payload: VECTORS[1]?.metadata, metadata: VECTORS[1]?.metadata });
  });

  it('finds vectors by a vector and a filter', async () => {
    const name = await filled();
    const hits = await client.searchVectors(name, { query_vector: [0, 1, 0], filter: { topic: 'index' } });
    expect(hits.map(({ id }) => id)).toEqual(['a']);
  });

  it('finds vectors above a threshold', async () => {
    const name = await filled();
    const hits = await client.searchVectors(name, { query_vector: [1, 0, 0], threshold: 0.999 });
    expect(hits.map(({ id }) => id)).toEqual(['a']);
  });

  it('finds texts by a text', async () => {
    const name = await texts();
    const found = await client.searchText(name, { query: 'quick brown fox', limit: 1 });
    expect(found).toMatchObject({ total: 1, results: [{ id: 'fox', content: TEXTS[0]?.text, metadata: TEXTS[0]?.metadata }] });
  });

  it('finds texts by a text and a filter', async () => {
    const name = await texts();
    const found = await client.searchText(name, { query: 'quick brown fox', filter: { kind: 'paper' }, include_metadata: true });
    expect(found).toMatchObject({ total: 1, results: [{ id: 'tax' }] });
  });

  it('finds no text above a threshold that none reaches', async () => {
    const name = await texts();
    expect(await client.searchText(name, { query: 'quick', threshold: 1 })).toMatchObject({ total: 0, results: [] });
  });

  it.each(['rrf', 'weighted', 'alpha'])('finds texts by hybrid search of %s', async (algorithm) => {
    const found = await client.hybridSearch({ collection: await texts(), query: 'quick brown fox', algorithm });
    expect(found).toMatchObject({ query: 'quick brown fox', algorithm, alpha: 0.7 });
    expect((found['results'] as readonly Json[])[0]).toMatchObject({ id: 'fox' });
  });

  it('finds texts by intelligent search', async () => {
    const name = await texts();
    const found = await client.intelligentSearch({ query: 'quick brown fox', collections: [name], max_results: 1 });
    expect(found).toMatchObject({ total_results: 1, results: [{ id: 'fox', collection: name, content: TEXTS[0]?.text }] });
  });
});

describe('the TypeScript client @hivehub/vectorizer-sdk 3.5.0, whose requests are replayed: of the server it', () => {
  it('asks for its health, statistics and status', async () => {
    const before = await client.getStats();
    await filled();
    const after = await client.getStats();
    expect(after['total_vectors']).toBe(Number(before['total_vectors']) + 3);
    const { status, timestamp } = await client.healthCheck();
    expect({ status, time: typeof timestamp }).toEqual({ status: 'healthy', time: 'string' });
    expect(await client.getStatus()).toMatchObject({ online: true, collections_count: after['collections'] });
  });

  it('asks for an embedding', async () => {
    const { embedding, text, dimension } = await client.embedText({ text: 'brown fox' });
    expect({ text, dimension }).toEqual({ text: 'brown fox', dimension: 512 });
    expect(embedding).toHaveLength(512);
  });

  it('cannot read the database statistics, as it cannot of the real server', async () => {
    await expect(client.getDatabaseStats()).rejects.toThrow('the client demands that collections is an array');
  });

  it.each([
    ['/batch_insert', { texts: TEXTS }],
    ['/batch_search', { queries: [{ query: 'a' }] }],
    ['/batch_update', { updates: [{ id: 'a', data: [1] }] }],
    ['/batch_delete', { vector_ids: ['a'] }],
  ])('is refused at %s, to which it sends no collection', async (path, body) => {
    await expect(client.post(path, body)).rejects.toMatchObject({
      status: 400,
      body: { error_type: 'validation_error', details: { field: 'collection' } },
    });
  });
});

describe('the requests of older releases, replayed:', () => {
  it("deleteVectors of the TypeScript client's releases up to 3.2", async () => {
    const name = await filled();
    const report = await client.post(`/collections/${name}/vectors/delete`, { vector_ids: ['a', 'no such'] });
    expect(report).toMatchObject({ collection: name, deleted: 1, failed: 1 });
    expect(await countOf(name)).toBe(2);
  });

  it("delete_vectors of the Python client's releases up to 2", async () => {
    const name = await filled();
    const report = await client.delete(`/collections/${name}/vectors`, { vector_ids: ['a', 'b'] });
    expect(report).toMatchObject({ collection: name, deleted: 2, failed: 0 });
    expect(await countOf(name)).toBe(1);
  });
});

function newName(): string {
  made += 1;
  return `replayed-${String(made)}`;
}

async function empty(dimension = 3): Promise<string> {
  const name = newName();
  await client.createCollection({ name, dimension });
  return name;
}

async function filled(): Promise<string> {
  const name = await empty();
  await client.insertVectors(name, VECTORS);
  return name;
}

async function texts(): Promise<string> {
  const name = await empty(512);
  await client.insertTexts(name, TEXTS);
  return name;
}

async function countOf(name: string): Promise<unknown> {
  return (await client.getCollection(name))['vector_count'];
}

function statusesOf(report: Json): readonly unknown[] {
  return (report['results'] as readonly Json[]).map(({ status }) => status);
}
