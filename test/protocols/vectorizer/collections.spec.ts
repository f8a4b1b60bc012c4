import { randomUUID } from 'node:crypto';
import { ChromaApi, CollectionApi as ChromaCollection } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import {
  done,
  type Entry,
  invalidField,
  noCollection,
  type Outcome,
  refused,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** The Python SDK fails on any other key at the top of a collection. */
const KEYS = [
  ...['name', 'vector_count', 'document_count', 'dimension', 'metric', 'similarity_metric', 'embedding_provider', 'created_at'],
  ...['updated_at', 'last_updated', 'status', 'error_message', 'size', 'quantization', 'normalization', 'indexing_status'],
  'vector_count_history',
];
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const INVALID_CONFIGURATION = refused(400, 'invalid_configuration', {
  message: expect.stringMatching(/^Invalid configuration: ./) as unknown,
});

let gateway: TestGateway;
let api: VectorizerApi;
let name: string;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(() => {
  name = `c-${randomUUID()}`;
});

async function create(body: object): Promise<Outcome> {
  return api.post('/collections', body);
}

async function describeCollection(after = ''): Promise<Readonly<Record<string, unknown>>> {
  return succeeded(await api.call('GET', `/collections/${encodeURIComponent(name)}${after}`)) as Record<string, unknown>;
}

function created(dimension: number, metric: string): Outcome {
  const message = `Collection '${name}' created successfully`;
  return [200, { message, collection: name, name, dimension, metric, status: 'created' }];
}

/** Keys that a client would trip over. */
function foreignKeys(object: object): readonly string[] {
  return Object.keys(object).filter((key) => !KEYS.includes(key));
}

describe('POST /collections', () => {
  it("case 34: creates the guide's collection, and says what it made", async () => {
    const hnsw_config = { m: 16, ef_construction: 200, ef_search: 64 };
    const body = { name, dimension: 384, metric: 'cosine', hnsw_config, quantization: { type: 'scalar', bits: 8 } };
    expect(await create(body)).toEqual(created(384, 'cosine'));
    expect(await describeCollection()).toMatchObject({ name, dimension: 384, metric: 'Cosine', vector_count: 0 });
  });

  it('case 34: a name that is taken is 409', async () => {
    await create({ name, dimension: 384 });
    const message = `Collection already exists: ${name}`;
    expect(await create({ name, dimension: 3 })).toEqual(refused(409, 'collection_already_exists', { message }));
    expect(await describeCollection()).toMatchObject({ dimension: 384 });
  });

  it('case 34: a missing name is an invalid field, and a blank one an invalid configuration', async () => {
    expect(await create({ dimension: 4 })).toEqual(invalidField('name'));
    expect(await create({ name: null, dimension: 4 })).toEqual(invalidField('name'));
    expect(await create({ name: 5, dimension: 4 })).toEqual(invalidField('name'));
    expect(await create({ name: '', dimension: 4 })).toEqual(INVALID_CONFIGURATION);
    expect(await create({ name: ' \t', dimension: 4 })).toEqual(INVALID_CONFIGURATION);
  });

  it('case 35: answers a request with similarity_metric by the collection alone', async () => {
    const answer = await api.call('POST', '/collections', { name, dimension: 4, similarity_metric: 'euclidean' });
    const collection = succeeded(answer) as object;
    expect(foreignKeys(collection)).toEqual([]);
    const expected = { name, dimension: 4, vector_count: 0, metric: 'Euclidean', similarity_metric: 'euclidean' };
    expect(collection).toMatchObject(expected);
    expect(collection).toEqual(await describeCollection());
  });

  it('case 35: the key alone decides, also beside metric or as null', async () => {
    expect(await create({ name, dimension: 4, metric: 'dot', similarity_metric: 'dot_product' })).toEqual(
      done({ name, metric: 'DotProduct' }),
    );
    const answer = await api.call('POST', '/collections', { name: `${name}-2`, dimension: 4, similarity_metric: null });
    expect(foreignKeys(succeeded(answer) as object)).toEqual([]);
  });

  it.each([
    ['cosine', 'cosine', 'Cosine'],
    ['Cosine', 'cosine', 'Cosine'],
    ['euclidean', 'euclidean', 'Euclidean'],
    ['Euclid', 'euclidean', 'Euclidean'],
    ['L2', 'euclidean', 'Euclidean'],
    ['dot_product', 'dot_product', 'DotProduct'],
    ['DotProduct', 'dot_product', 'DotProduct'],
    ['DOT', 'dot_product', 'DotProduct'],
    ['ip', 'dot_product', 'DotProduct'],
  ])('case 36: the metric %s is %s, shown as %s', async (metric, canonical, shown) => {
    expect(await create({ name, dimension: 4, metric })).toEqual(created(4, canonical));
    expect(await describeCollection()).toMatchObject({ metric: shown, similarity_metric: canonical });
    expect(await create({ name: `${name}-2`, dimension: 4, similarity_metric: metric })).toEqual(
      done({ metric: shown, similarity_metric: canonical }),
    );
  });

  it.each(['foo', '', 'manhattan', 5])('case 36: the metric %j is refused', async (metric) => {
    expect(await create({ name, dimension: 4, metric })).toEqual(invalidField('metric'));
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
  });

  it('refuses two metrics that differ, and takes two names of one', async () => {
    expect(await create({ name, dimension: 4, metric: 'cosine', similarity_metric: 'euclidean' })).toMatchObject([400, {}]);
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await create({ name, dimension: 4, metric: 'l2', similarity_metric: 'Euclidean' })).toMatchObject([200, {}]);
  });

  it('has 512 dimensions and the cosine metric unless told otherwise', async () => {
    expect(await create({ name })).toEqual(created(512, 'cosine'));
    expect(await describeCollection()).toMatchObject({ dimension: 512, embedding_provider: 'bm25' });
  });

  it.each([1, 16_000])('makes a collection of %s dimensions', async (dimension) => {
    expect(await create({ name, dimension })).toEqual(created(dimension, 'cosine'));
  });

  it.each([0, -1, 16_001, 1.5, '4', [4]])('refuses %j dimensions', async (dimension) => {
    expect(await create({ name, dimension })).toMatchObject([400, { status_code: 400 }]);
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
  });

  it.each([
    { m: 1 },
    { m: 101 },
    { ef_construction: 3 },
    { ef_construction: 1001 },
    { m: 16, ef_construction: 31 },
    { ef_search: 0 },
    { ef_search: 1001 },
    { m: 'x' },
  ])('refuses the index settings %j', async (hnsw_config) => {
    expect(await create({ name, dimension: 4, hnsw_config })).toMatchObject([400, { status_code: 400 }]);
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
  });

  it.each([
    { m: 2, ef_construction: 4, ef_search: 1 },
    { m: 100, ef_construction: 1000, ef_search: 1000 },
  ])('takes the index settings %j', async (hnsw_config) => {
    await create({ name, dimension: 4, hnsw_config });
    expect(await describeCollection()).toMatchObject({ indexing_status: { hnsw_config } });
  });

  it.each([
    ['a space', 'with a space'],
    ['dots and colons', 'dots.and:colons'],
    ['letters of any script', 'ünï-漢-🦄'],
    ['one character', 'x'],
    ['255 characters', 'y'.repeat(255)],
    ['255 characters of more than one byte', '🦄'.repeat(255)],
  ])('takes a name of %s', async (_, taken) => {
    name = taken;
    expect(await create({ name, dimension: 4 })).toEqual(created(4, 'cosine'));
    expect(await describeCollection()).toMatchObject({ name });
    expect(await api.delete(`/collections/${encodeURIComponent(name)}`)).toMatchObject([200, { collection: name }]);
  });

  it.each([
    ['with a slash', 'a/b'],
    ['with a line break', 'a\nb'],
    ['with a control character', 'a\u0007b'],
    ['with a control character above ASCII', 'a\u0085b'],
    ['of 256 characters', 'x'.repeat(256)],
    ['that is a route: empty', 'empty'],
    ['that is a route: cleanup', 'cleanup'],
  ])('refuses a name %s', async (_, wrong) => {
    expect(await create({ name: wrong, dimension: 4 })).toEqual(INVALID_CONFIGURATION);
  });

  it('names the providers there are when it is asked for another', async () => {
    const answer = await create({ name, dimension: 4, embedding_provider: 'nobody' });
    const available: unknown = expect.arrayContaining(['bm25']);
    expect(answer).toEqual(refused(400, 'unsupported_provider', { details: { requested: 'nobody', available } }));
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await create({ name, dimension: 7, embedding_provider: 'bm25' })).toEqual(created(7, 'cosine'));
  });

  it('ignores the settings of a server it is not, and unknown ones', async () => {
    const ignored = { graph: { enabled: true }, normalization: {}, compression: 1, sharding: null, storage_type: 'mmap' };
    expect(await create({ name, dimension: 4, ...ignored, encryption: {}, nonsense: [] })).toEqual(created(4, 'cosine'));
  });
});

describe('GET /collections', () => {
  it('case 37: a collection has the keys that SDKs know, and no others', async () => {
    await setUp(api, name);
    const collection = await describeCollection();
    expect(foreignKeys(collection)).toEqual([]);
    expect(collection).not.toHaveProperty('hnsw_config');
    expect(collection).toMatchObject({
      ...{ name, vector_count: 5, document_count: 0, dimension: 4, metric: 'Cosine', similarity_metric: 'cosine' },
      ...{ embedding_provider: 'bm25', status: 'ready' },
      created_at: expect.stringMatching(RFC_3339) as unknown,
      updated_at: expect.stringMatching(RFC_3339) as unknown,
      quantization: { enabled: false, type: 'None', bits: 0 },
      normalization: { enabled: false, level: 'Disabled' },
      indexing_status: {
        ...{ status: 'completed', progress: 1, total_documents: 5, processed_documents: 5, errors: 0 },
        hnsw_config: { m: 16, ef_construction: 200, ef_search: 100 },
      },
    });
  });

  it('shows the index settings and the description only when asked', async () => {
    const hnsw_config = { m: 8, ef_construction: 64, ef_search: 50 };
    await create({ name, dimension: 4, hnsw_config, description: 'texts about foxes' });
    expect(foreignKeys(await describeCollection())).toEqual([]);
    expect(foreignKeys(await describeCollection('?with_config=false'))).toEqual([]);
    expect(await describeCollection()).toMatchObject({ indexing_status: { hnsw_config } });
    const description = 'texts about foxes';
    expect(await describeCollection('?with_config=true')).toMatchObject({ name, hnsw_config, description });
  });

  it('is 404 for a collection that does not exist', async () => {
    expect(await api.get('/collections/none')).toEqual(noCollection('none'));
    expect(await api.get('/collections/none?with_config=true')).toEqual(noCollection('none'));
    expect(await api.get('/collections/none/stats')).toEqual(noCollection('none'));
  });

  it('counts the distinct files that the payloads name', async () => {
    const collection = await api.create({ name });
    const files = ['a.txt', 'b.txt', 'a.txt', 7, null, ['c.txt'], { d: 1 }];
    const vectors = files.map((file_path, index): Entry => ({
      id: `v${String(index)}`,
      embedding: [1, 0, 0, 0],
      payload: { file_path },
    }));
    await collection.fill(vectors);
    expect(await describeCollection()).toMatchObject({ vector_count: 7, document_count: 2 });
    await collection.delete('/vectors/v1');
    expect(await describeCollection()).toMatchObject({ vector_count: 6, document_count: 1 });
  });

  it('tells sizes in bytes, kilobytes and megabytes', async () => {
    const texts: string[] = [];
    for (const [dimension, rows] of [
      [4, 2],
      [256, 10],
      [2048, 200],
    ] as const) {
      const collection = await api.create({ dimension });
      const embedding = Array.from({ length: dimension }, () => 1);
      await collection.fill(Array.from({ length: rows }, (_, index) => ({ id: String(index), embedding })));
      const { size } = (await collection.describe()) as { size: Readonly<Record<string, unknown>> };
      expect(size['total_bytes']).toBe(Number(size['index_bytes']) + Number(size['payload_bytes']));
      texts.push(String(size['total']));
    }
    const [bytes, kilobytes, megabytes] = texts;
    expect(bytes).toMatch(/^\d+ B$/);
    expect(kilobytes).toMatch(/^\d+\.\d KB$/);
    expect(megabytes).toMatch(/^\d+\.\d MB$/);
  });

  it('lists the collections by name, each as it describes itself', async () => {
    const names = ['-B', '-C', '-_', '-a', '-b', '-é', '-ｚ', '-🦄'].map((end) => `${name}${end}`);
    for (const one of names.toReversed()) await api.create({ name: one });
    const list = succeeded(await api.call('GET', '/collections')) as {
      collections: { name: string }[];
      total_collections: number;
    };
    expect(list.collections.map((collection) => collection.name).filter((one) => one.startsWith(name))).toEqual(names);
    expect(list.total_collections).toBe(list.collections.length);
    expect(list.collections.flatMap(foreignKeys)).toEqual([]);
    name = `${name}-a`;
    expect(list.collections).toContainEqual(await describeCollection());
  });

  it('gives statistics', async () => {
    const collection = await setUp(api, name);
    const bytes: unknown = expect.any(Number);
    expect(await collection.get('/stats')).toEqual([
      200,
      { vector_count: 5, indexed_count: 5, memory_usage_bytes: bytes, disk_usage_bytes: bytes },
    ]);
  });
});

describe.each(['PATCH', 'PUT'])('%s /collections/{c}', (method) => {
  async function update(body: unknown): Promise<Outcome> {
    return api.outcome(method, `/collections/${name}`, body);
  }

  it('changes the description, the index settings and the quantization', async () => {
    await create({ name, dimension: 4, description: 'before' });
    const quantization = { enabled: true, type: 'scalar', bits: 8 };
    const hnsw_config = { m: 32, ef_construction: 300, ef_search: 150 };
    const answer = await api.call(method, `/collections/${name}`, { description: 'after', hnsw_config, quantization });
    const collection = succeeded(answer) as object;
    expect(foreignKeys(collection)).toEqual([]);
    expect(collection).toMatchObject({ name, dimension: 4, indexing_status: { hnsw_config }, quantization: { type: 'scalar' } });
    expect(await describeCollection('?with_config=true')).toMatchObject({ description: 'after', hnsw_config });
    expect(await describeCollection()).toEqual(collection);
  });

  it('leaves what it does not name', async () => {
    await create({ name, dimension: 4, description: 'kept', hnsw_config: { m: 8, ef_construction: 64, ef_search: 50 } });
    expect(await update({ hnsw_config: { ef_search: 70 } })).toMatchObject([200, { name }]);
    expect(await update({})).toMatchObject([200, { name }]);
    expect(await update(undefined)).toMatchObject([200, { name }]);
    const hnsw_config = { m: 8, ef_construction: 64, ef_search: 70 };
    expect(await describeCollection('?with_config=true')).toMatchObject({ description: 'kept', hnsw_config });
  });

  it.each([{ dimension: 8 }, { metric: 'euclidean' }, { dimension: 4, description: 'x' }])('refuses %j', async (body) => {
    await create({ name, dimension: 4, description: 'before' });
    expect(await update(body)).toEqual(INVALID_CONFIGURATION);
    const unchanged = { dimension: 4, metric: 'Cosine', description: 'before' };
    expect(await describeCollection('?with_config=true')).toMatchObject(unchanged);
  });

  it('is 404 for a collection that does not exist', async () => {
    expect(await update({ description: 'x' })).toEqual(noCollection(name));
  });
});

describe('DELETE /collections/{c}', () => {
  it('removes the collection with its vectors', async () => {
    await setUp(api, name);
    const message = `Collection '${name}' deleted successfully`;
    expect(await api.delete(`/collections/${name}`)).toEqual([200, { message, status: 'deleted', collection: name }]);
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await api.delete(`/collections/${name}`)).toEqual(noCollection(name));
    await create({ name, dimension: 2 });
    expect(await describeCollection()).toMatchObject({ vector_count: 0, dimension: 2 });
  });
});

describe('POST /collections/{c}/force-save', () => {
  it('says that everything is saved', async () => {
    await create({ name, dimension: 4 });
    const expected = [200, { success: true, message: `Collection '${name}' saved successfully`, flushed: true }];
    expect(await api.post(`/collections/${name}/force-save`)).toEqual(expected);
    expect(await api.post(`/collections/${name}/force-save`, {})).toEqual(expected);
  });

  it('is 404 for a collection that does not exist', async () => {
    expect(await api.post('/collections/none/force-save')).toEqual(noCollection('none'));
  });
});

describe('POST /collections/{c}/rename', () => {
  async function rename(from: string, to: unknown): Promise<Outcome> {
    return api.post(`/collections/${from}/rename`, { new_name: to });
  }

  it('gives the collection another name, and keeps the old one as an alias', async () => {
    const collection = await setUp(api, name);
    const renamed = `${name}-renamed`;
    expect(await rename(name, renamed)).toEqual([200, { old_name: name, new_name: renamed, alias_retained: true, status: 'ok' }]);
    expect(await api.get(`/collections/${renamed}`)).toEqual(done({ name: renamed, vector_count: 5 }));
    expect(await api.get(`/collections/${name}`)).toEqual(done({ name: renamed, vector_count: 5 }));
    await collection.fill([{ id: 'late', embedding: [1, 1, 1, 1] }]);
    expect(await collection.ids({ category: 'new' })).toEqual(['vec_003', 'vec_004']);
    expect(await api.get(`/collections/${renamed}`)).toEqual(done({ name: renamed, vector_count: 6 }));
  });

  it('lists the collection once, by its new name', async () => {
    await setUp(api, name);
    await rename(name, `${name}-renamed`);
    const { collections } = succeeded(await api.call('GET', '/collections')) as { collections: { name: string }[] };
    expect(collections.map((collection) => collection.name).filter((one) => one.startsWith(name))).toEqual([`${name}-renamed`]);
  });

  it('keeps every old name, however often it is renamed', async () => {
    await setUp(api, name);
    await rename(name, `${name}-2`);
    await rename(name, `${name}-3`);
    for (const one of [name, `${name}-2`, `${name}-3`]) {
      expect(await api.get(`/collections/${one}`)).toEqual(done({ name: `${name}-3`, vector_count: 5 }));
    }
  });

  it('lets Chroma and Pinecone clients find it by its old name, too', async () => {
    await setUp(api, name);
    await rename(name, `${name}-renamed`);
    const chroma = new ChromaApi(gateway.chromaUrl);
    const [found, current] = [await chroma.call(`${COLLECTIONS}/${name}`), await chroma.call(`${COLLECTIONS}/${name}-renamed`)];
    expect(found).toMatchObject({ status: 200, body: { name: `${name}-renamed` } });
    expect(found.body).toEqual(current.body);
    const { id } = found.body as { id: string };
    expect(await new ChromaCollection(chroma, id, name).post('get', { ids: ['vec_003'] })).toMatchObject({
      status: 200,
      body: { ids: ['vec_003'], metadatas: [{ category: 'new', page: 1 }] },
    });
    const pinecone = new PineconeApi(gateway.pineconeUrl);
    const index = { status: 200, body: { name: `${name}-renamed`, dimension: 4, metric: 'cosine' } };
    expect(await pinecone.call(`/indexes/${name}`)).toMatchObject(index);
    expect(await pinecone.call(`/indexes/${name}-renamed`)).toMatchObject(index);
  });

  it('refuses a name that is taken', async () => {
    await setUp(api, name);
    const other = await setUp(api);
    const message = `Collection already exists: ${other.name}`;
    expect(await rename(name, other.name)).toEqual(refused(409, 'collection_already_exists', { message }));
    expect(await api.get(`/collections/${name}`)).toEqual(done({ name }));
  });

  it('refuses a missing name, and names that no collection may have', async () => {
    await setUp(api, name);
    expect(await api.post(`/collections/${name}/rename`, {})).toEqual(invalidField('new_name'));
    expect(await api.post(`/collections/${name}/rename`)).toEqual(invalidField('new_name'));
    for (const wrong of ['', '  ', name, 'a/b', 'empty', 'cleanup', 'x'.repeat(256)]) {
      expect(await rename(name, wrong)).toEqual(INVALID_CONFIGURATION);
    }
    expect(await api.get(`/collections/${name}`)).toEqual(done({ name }));
  });

  it('is 404 for a collection that does not exist', async () => {
    expect(await rename('none', 'any')).toEqual(noCollection('none'));
  });

  it('frees both names when the collection is deleted', async () => {
    await setUp(api, name);
    await rename(name, `${name}-renamed`);
    expect(await api.delete(`/collections/${name}`)).toMatchObject([200, { status: 'deleted' }]);
    expect(await api.get(`/collections/${name}-renamed`)).toEqual(noCollection(`${name}-renamed`));
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await create({ name, dimension: 2 })).toEqual(created(2, 'cosine'));
    expect(await describeCollection()).toMatchObject({ name, vector_count: 0 });
  });
});

describe('empty collections', () => {
  let own: TestGateway;
  let vectorizer: VectorizerApi;

  beforeAll(async () => {
    own = await startGateway();
    vectorizer = new VectorizerApi(own.vectorizerUrl);
  });

  afterAll(async () => {
    await own.stop();
  });

  async function protect(collection: string, protection: 'enabled' | 'disabled'): Promise<void> {
    const answer = await new PineconeApi(own.pineconeUrl).call(`/indexes/${collection}`, {
      method: 'PATCH',
      body: { deletion_protection: protection },
      headers: { 'x-pinecone-api-version': '2025-10' },
    });
    expect(answer.status).toBeLessThan(300);
  }

  function cleaned(count: number, dryRun: boolean): Outcome {
    const message: unknown = expect.any(String);
    return done({ status: 'success', message, deleted_count: count, dry_run: dryRun });
  }

  it('are listed, and cleaned up only when they are ours and not protected', async () => {
    await setUp(vectorizer, 'a-full');
    await vectorizer.create({ name: 'b-empty' });
    await vectorizer.create({ name: 'c-emptied' }).then(async (collection) => {
      await collection.fill([{ id: 'x', embedding: [1, 0, 0, 0] }]);
      await collection.delete('/vectors/x');
    });
    await vectorizer.create({ name: 'd-protected' });
    await protect('d-protected', 'enabled');
    const chroma = new ChromaApi(own.chromaUrl);
    const theirs = await chroma.filled({ ids: ['x'], embeddings: [[1, 0, 0, 0]] }, { name: 'e-chroma' });
    await theirs.post('delete', { ids: ['x'] });

    const names = ['b-empty', 'c-emptied', 'd-protected', 'e-chroma'];
    expect(await vectorizer.get('/collections/empty')).toEqual(done({ status: 'success', empty_collections: names, count: 4 }));
    expect(await vectorizer.delete('/collections/cleanup?dry_run=true')).toEqual(cleaned(2, true));
    expect(await vectorizer.get('/collections/empty')).toEqual(done({ empty_collections: names }));
    expect(await vectorizer.delete('/collections/cleanup')).toEqual(cleaned(2, false));
    expect(await vectorizer.get('/collections/empty')).toEqual(
      done({ empty_collections: ['d-protected', 'e-chroma'], count: 2 }),
    );
    expect(await vectorizer.get('/collections/a-full')).toEqual(done({ vector_count: 5 }));
    expect(await vectorizer.delete('/collections/cleanup?dry_run=false')).toEqual(cleaned(0, false));
  });

  it('spare those whose records are in a namespace that Vectorizer does not see', async () => {
    await vectorizer.create({ name: 'namespaces' });
    const pinecone = new PineconeApi(own.pineconeUrl);
    const { body } = await pinecone.call('/indexes/namespaces');
    const { host } = body as { host: string };
    const index = new PineconeApi(`http://127.0.0.1:${host.slice(host.lastIndexOf(':') + 1)}`);
    const upsert = { namespace: 'other', vectors: [{ id: 'x', values: [1, 0, 0, 0] }] };
    expect(await index.call('/vectors/upsert', { body: upsert })).toMatchObject({ status: 200 });
    await vectorizer.delete('/collections/cleanup');
    expect(await index.call('/vectors/fetch', { query: { ids: ['x'], namespace: 'other' } })).toMatchObject({
      status: 200,
      body: { vectors: { x: { id: 'x' } } },
    });
  });

  it('are not deleted, nor are full ones, while they are protected', async () => {
    await setUp(vectorizer, 'kept');
    await protect('kept', 'enabled');
    expect(await vectorizer.delete('/collections/kept')).toEqual(refused(403, 'forbidden'));
    expect(await vectorizer.get('/collections/kept')).toEqual(done({ vector_count: 5 }));
    await protect('kept', 'disabled');
    expect(await vectorizer.delete('/collections/kept')).toMatchObject([200, { collection: 'kept' }]);
  });
});

describe('collections of other protocols', () => {
  it('are made whole by a create, as long as they have no dimension', async () => {
    await new ChromaApi(gateway.chromaUrl).createCollection({ name });
    expect(await create({ name, dimension: 4 })).toMatchObject([200, { name, dimension: 4 }]);
    expect(await create({ name, dimension: 4 })).toEqual(refused(409, 'collection_already_exists'));
    expect(await describeCollection()).toMatchObject({ name, dimension: 4, vector_count: 0 });
  });

  it('are seen once their dimension is known', async () => {
    const theirs = await new ChromaApi(gateway.chromaUrl).createCollection({ name });
    expect(await api.get(`/collections/${name}`)).toEqual(noCollection(name));
    await theirs.post('add', { ids: ['x'], embeddings: [[1, 2]] });
    expect(await describeCollection()).toMatchObject({ name, dimension: 2, vector_count: 1, metric: 'Euclidean' });
  });
});

describe('a provider whose dimension is fixed', () => {
  let own: TestGateway;
  let vectorizer: VectorizerApi;

  beforeAll(async () => {
    const env = { POLYVEC_EMBEDDING_URL: 'http://127.0.0.1:1/v1', POLYVEC_EMBEDDING_MODELS: 'remote=some/model:96' };
    own = await startGateway({ env });
    vectorizer = new VectorizerApi(own.vectorizerUrl);
  });

  afterAll(async () => {
    await own.stop();
  });

  it('makes no collection of another dimension, when it is asked for by name', async () => {
    const body = { name, dimension: 384, embedding_provider: 'openai:remote' };
    expect(await vectorizer.post('/collections', body)).toEqual(
      refused(400, 'provider_dimension_mismatch', {
        message: "Provider 'openai:remote' has dimension 96, request asked for 384",
        details: { provider: 'openai:remote', provider_dimension: 96, requested_dimension: 384 },
      }),
    );
    expect(await vectorizer.get(`/collections/${name}`)).toEqual(noCollection(name));
    expect(await vectorizer.post('/collections', { ...body, dimension: 96 })).toEqual(created(96, 'cosine'));
  });

  it('stands in the way of nothing else', async () => {
    expect(await vectorizer.post('/collections', { name, dimension: 384 })).toEqual(created(384, 'cosine'));
  });
});
