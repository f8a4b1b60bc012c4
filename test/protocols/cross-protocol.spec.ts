import { ChromaApi, CollectionApi, uniqueName } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import {
  type Answer,
  createIndex,
  DONE,
  IndexApi,
  type NamespaceApi,
  PineconeApi,
  type Vector,
} from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** docs/cross-protocol.md: what is written through one protocol is read, filtered, searched and deleted through the other. */

const VERSION = { 'x-pinecone-api-version': '2025-10' };
const SPEC = { serverless: { cloud: 'aws', region: 'us-east-1' } };

let gateway: TestGateway;
let chroma: ChromaApi;
let control: PineconeApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:160', POLYVEC_PINECONE_OTHER_PORTS: '80' } });
  chroma = new ChromaApi(gateway.chromaUrl);
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** A call on Pinecone's control plane. */
async function asked(path: string, body?: object, method?: string): Promise<Answer> {
  return control.call(path, {
    headers: VERSION,
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  });
}

async function describeIndex(name: string): Promise<Answer> {
  return asked(`/indexes/${name}`);
}

/** @throws Error with the answer when it is refused */
async function protect(
  plane: PineconeApi,
  { name }: { readonly name: string },
  protection: 'enabled' | 'disabled',
): Promise<void> {
  const answer = await plane.call(`/indexes/${name}`, {
    method: 'PATCH',
    body: { deletion_protection: protection },
    headers: VERSION,
  });
  if (answer.status >= 300) throw new Error(`protect: ${String(answer.status)} ${answer.text}`);
}

/** The index that Pinecone sees in what Chroma calls a collection. */
async function indexOf({ name }: CollectionApi): Promise<IndexApi> {
  const { host } = (await describeIndex(name)).body as { readonly host: string };
  return new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1)));
}

/** The collection that Chroma sees in what Pinecone calls an index. */
async function collectionOf({ name }: IndexApi): Promise<CollectionApi> {
  const { id } = (await chroma.call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  return new CollectionApi(chroma, id, name);
}

/** Chroma's records, and the default namespace in which Pinecone sees them. */
async function fromChroma(
  records: object,
  inside: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly collection: CollectionApi; readonly space: NamespaceApi }> {
  const collection = await chroma.filled(records, inside);
  return { collection, space: (await indexOf(collection)).namespace('') };
}

/** Pinecone's records in the default namespace, and the collection in which Chroma sees them. */
async function fromPinecone(
  vectors: readonly Vector[],
  inside: Readonly<Record<string, unknown>> = { dimension: 2, metric: 'cosine' },
): Promise<{ readonly collection: CollectionApi; readonly space: NamespaceApi }> {
  const index = await createIndex(gateway, inside);
  const space = index.namespace('');
  await space.fill(vectors);
  return { collection: await collectionOf(index), space };
}

async function metadataOf(space: NamespaceApi, id: string): Promise<unknown> {
  return (await space.fetch(id))[id]?.metadata;
}

async function idsMatching(space: NamespaceApi, filter: object): Promise<readonly string[]> {
  const { body } = await space.post('/vectors/fetch_by_metadata', { filter });
  return Object.keys((body as { readonly vectors: object }).vectors);
}

async function listedIndexes(): Promise<readonly string[]> {
  const { indexes } = (await asked('/indexes')).body as { readonly indexes: readonly { readonly name: string }[] };
  return indexes.map(({ name }) => name);
}

const ONE = { ids: ['a'], embeddings: [[1, 0]] };
const STRANGE_IDS = [
  ['a letter beyond ASCII', 'ä'],
  ['too long', 'x'.repeat(600)],
] as const;

describe('names', () => {
  it.each(['my_collection', 'With.Capitals', 'x'.repeat(60)])(
    'of Chroma’s own are listed, described and served as an index: %s',
    async (name) => {
      expect((await asked('/indexes', { name, dimension: 2, metric: 'cosine', spec: SPEC })).status).toBe(400);
      const { space } = await fromChroma(ONE, { name });
      expect(await listedIndexes()).toContain(name);
      expect((await describeIndex(name)).body).toMatchObject({ name, dimension: 2, metric: 'euclidean', vector_type: 'dense' });
      expect(Object.keys(await space.fetch('a'))).toEqual(['a']);
      expect((await asked(`/indexes/${name}`, undefined, 'DELETE')).status).toBe(202);
    },
  );

  it('of an index are a collection’s', async () => {
    const { name } = await createIndex(gateway, { dimension: 7, metric: 'dotproduct' });
    const listed = (await chroma.call(`${COLLECTIONS}?limit=1000`)).body as readonly { readonly name: string }[];
    expect(listed.map((collection) => collection.name)).toContain(name);
    expect((await chroma.call(`${COLLECTIONS}/${name}`)).body).toMatchObject({ name, dimension: 7, metadata: null });
  });

  it('that one protocol has taken are taken for the other', async () => {
    const { name } = await chroma.filled(ONE);
    expect((await asked('/indexes', { name, dimension: 2, metric: 'cosine', spec: SPEC })).status).toBe(409);
    const index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    expect((await chroma.call(COLLECTIONS, { body: { name: index.name } })).status).toBe(409);
  });

  it('that Pinecone has taken are found by get_or_create', async () => {
    const index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const { status, body } = await chroma.call(COLLECTIONS, { body: { name: index.name, get_or_create: true } });
    expect([status, body]).toMatchObject([200, { id: (await collectionOf(index)).id, dimension: 2 }]);
  });

  it('that Chroma changes are changed for Pinecone, which keeps the port', async () => {
    const { collection, space } = await fromChroma(ONE);
    const renamed = uniqueName();
    expect((await chroma.call(collection.path, { method: 'PUT', body: { new_name: renamed } })).status).toBe(200);
    expect((await describeIndex(collection.name)).status).toBe(404);
    expect((await describeIndex(renamed)).body).toMatchObject({
      name: renamed,
      host: expect.stringContaining(String(space.index.port)) as unknown,
    });
    expect(Object.keys(await space.fetch('a'))).toEqual(['a']);
  });

  it('of other databases are no indexes', async () => {
    const database = uniqueName();
    await chroma.call('/api/v2/tenants/default_tenant/databases', { body: { name: database } });
    const elsewhere = COLLECTIONS.replace('default_database', database);
    const collection = await chroma.createCollection({}, elsewhere);
    await collection.fill(ONE);
    expect(await listedIndexes()).not.toContain(collection.name);
    expect((await describeIndex(collection.name)).status).toBe(404);
  });
});

describe('a collection whose dimension is not known yet', () => {
  it('is no index', async () => {
    const { name } = await chroma.createCollection();
    expect(await listedIndexes()).not.toContain(name);
    expect((await describeIndex(name)).status).toBe(404);
    expect((await control.call(`/_index/${name}/describe_index_stats`)).status).toBe(404);
    expect((await asked(`/indexes/${name}`, undefined, 'DELETE')).status).toBe(404);
  });

  it('becomes the index that Pinecone creates by its name', async () => {
    // as Python sends it when nobody asks for a metric
    const configuration = { hnsw: { space: 'l2' }, embedding_function: { name: 'default', type: 'known', config: {} } };
    const collection = await chroma.createCollection({ metadata: { k: 1 }, configuration });
    const { name } = collection;
    const created = await asked('/indexes', {
      ...{ name, dimension: 2, metric: 'cosine', spec: SPEC },
      ...{ deletion_protection: 'enabled', tags: { a: 'b' } },
    });
    expect([created.status, created.body]).toMatchObject([201, { name, dimension: 2, metric: 'cosine', tags: { a: 'b' } }]);
    expect(await listedIndexes()).toContain(name);
    const shown = await collection.shown();
    expect(shown).toMatchObject({ dimension: 2, metadata: { k: 1 }, configuration_json: { hnsw: { space: 'cosine' } } });
    await collection.fill({
      ids: ['a', 'b'],
      embeddings: [
        [2, 0],
        [1, 1],
      ],
    });
    const found = await collection.outcome('query', { query_embeddings: [[1, 0]], include: ['distances'] });
    expect(found).toMatchObject([200, { ids: [['a', 'b']], distances: [[0, expect.closeTo(1 - Math.SQRT1_2, 6)]] }]);
    expect((await describeIndex(name)).body).toMatchObject({ deletion_protection: 'enabled' });
    expect((await asked('/indexes', { name, dimension: 2, metric: 'cosine', spec: SPEC })).status).toBe(409);
  });

  it('keeps the metric that Chroma asked for', async () => {
    const { name } = await chroma.createCollection({ configuration: { hnsw: { space: 'ip' } } });
    const refused = await asked('/indexes', { name, dimension: 2, metric: 'cosine', spec: SPEC });
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining("a collection made through Chroma's API, without records, of metric ip"),
    ]);
    expect((await asked('/indexes', { name, dimension: 2, metric: 'dotproduct', spec: SPEC })).status).toBe(201);
  });

  it('becomes no index of sparse vectors', async () => {
    const { name } = await chroma.createCollection();
    const sparse = { name, metric: 'dotproduct', vector_type: 'sparse', spec: SPEC };
    expect((await asked('/indexes', sparse)).status).toBe(409);
    expect((await describeIndex(name)).status).toBe(404);
  });

  it('becomes an index with the first embedding', async () => {
    const collection = await chroma.createCollection();
    await collection.fill({ ids: ['a'], embeddings: [[1, 2, 3]] });
    expect(await listedIndexes()).toContain(collection.name);
    expect((await describeIndex(collection.name)).body).toMatchObject({ dimension: 3 });
  });

  it('has the index’ dimension from the start when Pinecone made it', async () => {
    const collection = await collectionOf(await createIndex(gateway, { dimension: 3, metric: 'cosine' }));
    const [status] = await collection.outcome('add', ONE);
    expect(status).toBe(400);
    expect(await collection.outcome('add', { ids: ['a'], embeddings: [[1, 2, 3]] })).toEqual([201, {}]);
  });
});

describe('metrics', () => {
  const records = {
    ids: ['same', 'far'],
    embeddings: [
      [1, 2],
      [-3, 4],
    ],
  };
  const query = [1, 1];

  it.each([
    ['l2', 'euclidean', [1, 25], [1, 25]],
    ['cosine', 'cosine', [1 - 3 / Math.sqrt(10), 1 - 1 / Math.sqrt(50)], [3 / Math.sqrt(10), 1 / Math.sqrt(50)]],
    ['ip', 'dotproduct', [-2, 0], [3, 1]],
  ])('%s is %s: distances here, scores there', async (space, metric, distances, scores) => {
    const { collection, space: read } = await fromChroma(records, { configuration: { hnsw: { space } } });
    expect((await describeIndex(collection.name)).body).toMatchObject({ metric });
    const answer = (await collection.post('query', { query_embeddings: [query], include: ['distances'] })).body as {
      readonly distances: readonly (readonly number[])[];
    };
    expect(answer.distances[0]).toEqual(distances.map((distance) => expect.closeTo(distance, 5) as unknown));
    const matches = await read.matches({ vector: query });
    expect(matches.map(({ id, score }) => [id, score])).toEqual([
      ['same', expect.closeTo(scores[0] ?? 0, 5)],
      ['far', expect.closeTo(scores[1] ?? 0, 5)],
    ]);
  });

  it.each([
    ['euclidean', 'l2'],
    ['cosine', 'cosine'],
    ['dotproduct', 'ip'],
  ])('%s is %s', async (metric, space) => {
    const { collection } = await fromPinecone([{ id: 'a', values: [1, 1] }], { dimension: 2, metric });
    expect(await collection.shown()).toMatchObject({ configuration_json: { hnsw: { space } } });
  });

  it('a vector of zeros, which only Chroma writes, is like nothing: its cosine is 0', async () => {
    const { space } = await fromChroma(
      {
        ids: ['a', 'zero'],
        embeddings: [
          [-1, 0],
          [0, 0],
        ],
      },
      { configuration: { hnsw: { space: 'cosine' } } },
    );
    const matches = await space.matches({ vector: [1, 0] });
    expect(matches.map(({ id, score }) => [id, score])).toEqual([
      ['zero', 0],
      ['a', -1],
    ]);
  });
});

describe('records that Chroma writes', () => {
  const written = {
    ids: ['a', 'b', 'c'],
    embeddings: [
      [1, 0.1],
      [0, 1],
      [1, 1],
    ],
    documents: ['first text', null, ''],
    uris: ['file://a', 'file://b', null],
    metadatas: [{ genre: 'comedy', year: 1999, seen: true }, { genre: 'drama', year: 2020 }, null],
  };

  it('are fetched, document and uri as metadata', async () => {
    const { space } = await fromChroma(written);
    expect(await space.fetch('a', 'b', 'c', 'd')).toEqual({
      a: {
        id: 'a',
        values: [1, 0.1],
        metadata: { genre: 'comedy', year: 1999, seen: true, 'chroma:document': 'first text', 'chroma:uri': 'file://a' },
      },
      b: { id: 'b', values: [0, 1], metadata: { genre: 'drama', year: 2020, 'chroma:uri': 'file://b' } },
      c: { id: 'c', values: [1, 1], metadata: { 'chroma:document': '' } },
    });
  });

  it('are listed, counted and described', async () => {
    const { space } = await fromChroma(written);
    expect(await space.ids()).toEqual(['a', 'b', 'c']);
    expect(await space.index.counts()).toEqual({ '': 3 });
    expect((await space.index.call('/namespaces/__default__')).body).toMatchObject({ name: '__default__', record_count: 3 });
  });

  it.each<[object, readonly string[]]>([
    [{ genre: 'comedy' }, ['a']],
    [{ year: { $gte: 2000 } }, ['b']],
    [{ genre: { $exists: false } }, ['c']],
    [{ 'chroma:document': 'first text' }, ['a']],
    [{ 'chroma:document': { $ne: 'first text' } }, ['b', 'c']],
    [{ 'chroma:document': { $in: ['', 'no text'] } }, ['c']],
    [{ 'chroma:document': { $exists: false } }, ['b']],
    [{ 'chroma:uri': { $exists: true } }, ['a', 'b']],
    [{ $and: [{ 'chroma:uri': { $nin: ['file://b'] } }, { seen: true }] }, ['a']],
    [{ 'chroma:document': 1 }, []],
  ])('are filtered: %j', async (filter, ids) => {
    const { space } = await fromChroma(written);
    expect(await idsMatching(space, filter)).toEqual(ids);
    const matches = await space.matches({ vector: [1, 1], filter });
    expect(matches.map(({ id }) => id).sort()).toEqual(ids);
  });

  it('are found by id, with their metadata', async () => {
    const { space } = await fromChroma(written);
    const [best] = await space.matches({ id: 'b', topK: 1, includeMetadata: true });
    expect(best).toEqual({ id: 'b', score: 0, values: [], metadata: { genre: 'drama', year: 2020, 'chroma:uri': 'file://b' } });
  });

  it('are deleted by id, by filter and by document', async () => {
    const { collection, space } = await fromChroma(written);
    expect(await space.outcome('/vectors/delete', { ids: ['b'] })).toEqual(DONE);
    expect(await collection.ids()).toEqual(['a', 'c']);
    expect(await space.outcome('/vectors/delete', { filter: { 'chroma:document': 'first text' } })).toEqual(DONE);
    expect(await collection.ids()).toEqual(['c']);
  });

  it('are all deleted, and the collection stays', async () => {
    const { collection, space } = await fromChroma(written);
    expect(await space.outcome('/vectors/delete', { deleteAll: true })).toEqual(DONE);
    expect(await collection.ids()).toEqual([]);
    expect(await collection.shown()).toMatchObject({ dimension: 2 });
  });

  it('keep what an update by Pinecone does not name', async () => {
    const { collection, space } = await fromChroma(written);
    expect(await space.outcome('/vectors/update', { id: 'a', values: [2, 2], setMetadata: { year: 2000, new: ['x'] } })).toEqual(
      DONE,
    );
    const answer = await collection.post('get', { ids: ['a'], include: ['embeddings', 'documents', 'uris', 'metadatas'] });
    expect(answer.body).toMatchObject({
      embeddings: [[2, 2]],
      documents: ['first text'],
      uris: ['file://a'],
      metadatas: [{ genre: 'comedy', year: 2000, seen: true, new: ['x'] }],
    });
  });

  it('get another document and uri by an update that names them', async () => {
    const { collection, space } = await fromChroma(written);
    const setMetadata = { 'chroma:document': 'second text', 'chroma:uri': 'file://z' };
    expect(await space.outcome('/vectors/update', { filter: { genre: 'comedy' }, setMetadata })).toEqual([
      200,
      { matchedRecords: 1 },
    ]);
    const answer = await collection.post('get', {
      where_document: { $contains: 'second' },
      include: ['documents', 'uris', 'metadatas'],
    });
    expect(answer.body).toMatchObject({
      ids: ['a'],
      documents: ['second text'],
      uris: ['file://z'],
      metadatas: [{ genre: 'comedy', year: 1999, seen: true }],
    });
  });

  it('are replaced whole by an upsert by Pinecone, which clears document and uri', async () => {
    const { collection, space } = await fromChroma(written);
    await space.fill([{ id: 'a', values: [3, 3], metadata: { only: 'this' } }]);
    const answer = await collection.post('get', { ids: ['a'], include: ['embeddings', 'documents', 'uris', 'metadatas'] });
    expect(answer.body).toMatchObject({ embeddings: [[3, 3]], documents: [null], uris: [null], metadatas: [{ only: 'this' }] });
  });

  it('are read whatever their ids are', async () => {
    const ids = ['ä', '漢字', 'x'.repeat(600)];
    const { space } = await fromChroma({
      ids,
      embeddings: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    });
    expect(await space.ids()).toEqual(['x'.repeat(600), 'ä', '漢字']);
    expect(Object.keys(await idsByMetadata(space)).sort()).toEqual([...ids].sort());
    expect((await space.matches({ vector: [1, 0] })).map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it.each(STRANGE_IDS)('are fetched and found by ids that Pinecone would not write: %s', async (_kind, id) => {
    const { space } = await fromChroma({ ids: [id], embeddings: [[1, 0]] });
    expect(await space.fetch(id)).toEqual({ [id]: { id, values: [1, 0] } });
    expect((await space.matches({ id })).map((match) => match.id)).toEqual([id]);
  });

  it.each(STRANGE_IDS)('are updated and deleted by ids that Pinecone would not write: %s', async (_kind, id) => {
    const { collection, space } = await fromChroma({ ids: [id], embeddings: [[1, 0]] });
    expect(await space.outcome('/vectors/update', { id, setMetadata: { seen: true } })).toEqual(DONE);
    expect(await collection.metadataTexts()).toEqual(['{"seen":true}']);
    expect(await space.outcome('/vectors/delete', { ids: [id] })).toEqual(DONE);
    expect(await collection.ids()).toEqual([]);
  });

  it('are written on beyond Pinecone’s limit of metadata, for which the document does not count', async () => {
    const { collection, space } = await fromChroma({
      ...ONE,
      documents: ['d'.repeat(50_000)],
      metadatas: [{ long: 'm'.repeat(50_000) }],
    });
    expect(await space.outcome('/vectors/update', { id: 'a', setMetadata: { seen: true } })).toEqual(DONE);
    expect(await metadataOf(space, 'a')).toEqual({
      long: 'm'.repeat(50_000),
      seen: true,
      'chroma:document': 'd'.repeat(50_000),
    });
    await space.fill([{ id: 'b', values: [1, 1], metadata: { 'chroma:document': 'e'.repeat(50_000) } }]);
    expect((await collection.post('get', { ids: ['b'], include: ['documents', 'metadatas'] })).body).toMatchObject({
      documents: ['e'.repeat(50_000)],
      metadatas: [null],
    });
  });
});

/** Every record by its id. */
async function idsByMetadata(space: NamespaceApi): Promise<object> {
  const { body } = await space.post('/vectors/fetch_by_metadata', {});
  return (body as { readonly vectors: object }).vectors;
}

describe('records that Pinecone writes', () => {
  const written: readonly Vector[] = [
    {
      id: 'a',
      values: [1, 0],
      metadata: { genre: ['comedy', 'drama'], year: 1999, 'chroma:document': 'first text', 'chroma:uri': 'file://a' },
    },
    { id: 'b', values: [0.25, 1], metadata: { genre: 'drama', year: 2020.5, seen: false } },
    { id: 'c', values: [-1, 0] },
  ];

  it('are read in the order of their first upsert, document and uri apart', async () => {
    const { collection } = await fromPinecone(written);
    const answer = await collection.post('get', { include: ['embeddings', 'documents', 'uris', 'metadatas'] });
    expect(answer.body).toMatchObject({
      ids: ['a', 'b', 'c'],
      embeddings: [
        [1, 0],
        [0.25, 1],
        [-1, 0],
      ],
      documents: ['first text', null, null],
      uris: ['file://a', null, null],
      metadatas: [{ genre: ['comedy', 'drama'], year: 1999 }, { genre: 'drama', year: 2020.5, seen: false }, null],
    });
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, 3]);
  });

  it.each<[object, readonly string[]]>([
    [{ where: { genre: 'drama' } }, ['b']],
    [{ where: { genre: { $contains: 'drama' } } }, ['a']],
    [{ where: { year: { $gt: 1999 } } }, ['b']],
    [{ where: { $or: [{ year: 1999 }, { seen: false }] } }, ['a', 'b']],
    [{ where_document: { $contains: 'first' } }, ['a']],
    [{ where_document: { $regex: '^f.*t$' } }, ['a']],
  ])('are filtered: %j', async (conditions, ids) => {
    const { collection } = await fromPinecone(written);
    expect(await collection.ids(conditions)).toEqual(ids);
  });

  it('are queried, with a filter', async () => {
    const { collection } = await fromPinecone(written);
    const answer = await collection.post('query', {
      query_embeddings: [[1, 0]],
      n_results: 3,
      include: ['distances', 'documents'],
    });
    expect(answer.body).toMatchObject({
      ids: [['a', 'b', 'c']],
      documents: [['first text', null, null]],
      distances: [[0, expect.closeTo(1 - 0.25 / Math.hypot(0.25, 1), 6), 2]],
    });
    const filtered = await collection.post('query', { query_embeddings: [[1, 0]], where: { seen: false }, include: [] });
    expect(filtered.body).toMatchObject({ ids: [['b']] });
  });

  it('are deleted by id, by where and by document', async () => {
    const { collection, space } = await fromPinecone(written);
    await collection.post('delete', { ids: ['c', 'missing'] });
    expect(await space.ids()).toEqual(['a', 'b']);
    await collection.post('delete', { where: { seen: false } });
    expect(await space.ids()).toEqual(['a']);
    await collection.post('delete', { where_document: { $contains: 'first' } });
    expect(await space.index.counts()).toEqual({ '': 0 });
  });

  it('are updated in their parts', async () => {
    const { collection, space } = await fromPinecone(written);
    await collection.post('update', { ids: ['a'], documents: ['second text'], metadatas: [{ year: null, new: 1.0 }] });
    expect(await space.fetch('a')).toEqual({
      a: {
        id: 'a',
        values: [1, 0],
        metadata: { genre: ['comedy', 'drama'], new: 1, 'chroma:document': 'second text', 'chroma:uri': 'file://a' },
      },
    });
  });

  it('are not added once more, and upserted in place', async () => {
    const { collection, space } = await fromPinecone(written);
    await collection.fill({
      ids: ['a', 'd'],
      embeddings: [
        [9, 9],
        [1, 1],
      ],
    });
    expect((await space.fetch('a'))['a']?.values).toEqual([1, 0]);
    expect(await collection.outcome('upsert', { ids: ['a'], embeddings: [[2, 2]], documents: ['new'] })).toEqual([200, {}]);
    expect((await space.fetch('a'))['a']).toMatchObject({ values: [2, 2], metadata: { 'chroma:document': 'new', year: 1999 } });
    expect(await collection.ids()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('move the counter that Pinecone tells, whoever writes', async () => {
    const { collection, space } = await fromPinecone(written);
    const lsn = async (): Promise<number> => Number((await space.get('/vectors/list')).headers.get('x-pinecone-max-indexed-lsn'));
    const before = await lsn();
    await collection.post('upsert', ONE);
    const afterUpsert = await lsn();
    await collection.post('delete', { ids: ['a'] });
    expect(afterUpsert).toBeGreaterThan(before);
    expect(await lsn()).toBeGreaterThan(afterUpsert);
  });
});

describe('numbers', () => {
  it('of Chroma’s stay as they were written there, and are the same numbers for Pinecone', async () => {
    const text = '{"ids":["a"],"embeddings":[[1,0]],"metadatas":[{"float":1.0,"int":1,"long":9007199254740993,"e":1e21}]}';
    const collection = await chroma.createCollection();
    expect((await collection.post('add', text)).status).toBe(201);
    const space = (await indexOf(collection)).namespace('');
    expect(await metadataOf(space, 'a')).toEqual({ float: 1, int: 1, long: 9007199254740992, e: 1e21 });
    expect(await collection.metadataTexts()).toEqual([
      '{"e":1000000000000000000000.0,"float":1.0,"int":1,"long":9007199254740993}',
    ]);
    await space.post('/vectors/update', { id: 'a', setMetadata: { other: 'x' } });
    expect(await collection.metadataTexts()).toEqual([
      '{"e":1000000000000000000000.0,"float":1.0,"int":1,"long":9007199254740993,"other":"x"}',
    ]);
  });

  it('of Pinecone’s are float64: 1.0 is 1', async () => {
    const { space, collection } = await fromPinecone([{ id: 'a', values: [1, 0] }]);
    const body = '{"vectors":[{"id":"a","values":[1,0],"metadata":{"a":1.0,"b":1.5,"c":9007199254740993}}]}';
    expect((await space.index.call('/vectors/upsert', { body })).status).toBe(200);
    expect(await collection.metadataTexts()).toEqual(['{"a":1,"b":1.5,"c":9007199254740992}']);
  });

  it.each<[object, readonly string[]]>([
    [{ n: 1 }, ['float', 'int']],
    [{ n: { $in: [1, 2] } }, ['float', 'int']],
    [{ n: { $ne: 1 } }, ['long']],
    [{ n: { $gt: 1 } }, ['long']],
    [{ n: { $lt: 1.5 } }, ['float', 'int']],
    [{ n: 9007199254740992 }, ['long']],
    [{ n: { $lte: 9007199254740992 } }, ['float', 'int', 'long']],
    [{ n: { $nin: [9007199254740992] } }, ['float', 'int']],
  ])('of Chroma’s match as float64 in Pinecone’s filters: %j', async (filter, ids) => {
    const text =
      '{"ids":["int","float","long"],"embeddings":[[1,0],[1,0],[1,0]],"metadatas":[{"n":1},{"n":1.0},{"n":9007199254740993}]}';
    const collection = await chroma.createCollection();
    await collection.post('add', text);
    expect(await idsMatching((await indexOf(collection)).namespace(''), filter)).toEqual(ids);
  });
});

describe('values that Pinecone does not write', () => {
  const metadatas = [{ ints: [1, 2], floats: [1.5, 2.5], flags: [true, false], text: 'x' }];

  it('are given back as they are', async () => {
    const { space } = await fromChroma({ ...ONE, metadatas });
    expect(await metadataOf(space, 'a')).toEqual(metadatas[0]);
  });

  it('are there for a filter, and no number', async () => {
    const { space } = await fromChroma({ ...ONE, metadatas });
    expect(await idsMatching(space, { ints: { $exists: true } })).toEqual(['a']);
    expect(await idsMatching(space, { ints: { $gte: 0 } })).toEqual([]);
  });

  it('are kept by an update, and replaced by an upsert', async () => {
    const { space } = await fromChroma({ ...ONE, metadatas });
    await space.post('/vectors/update', { id: 'a', setMetadata: { text: 'y' } });
    expect(await metadataOf(space, 'a')).toEqual({ ...metadatas[0], text: 'y' });
    await space.post('/vectors/update', { filter: { text: 'y' }, setMetadata: { text: 'z' } });
    expect(await metadataOf(space, 'a')).toEqual({ ...metadatas[0], text: 'z' });
    await space.fill([{ id: 'a', values: [1, 0], metadata: { text: 'only' } }]);
    expect(await metadataOf(space, 'a')).toEqual({ text: 'only' });
  });

  it('are what Pinecone writes and Chroma cannot: an empty list comes back', async () => {
    const { space, collection } = await fromPinecone([{ id: 'a', values: [1, 0], metadata: { tags: [] } }]);
    expect(await collection.metadataTexts()).toEqual(['{"tags":[]}']);
    expect(await collection.outcome('update', { ids: ['a'], metadatas: [{ more: 1 }] })).toEqual([200, {}]);
    expect(await metadataOf(space, 'a')).toEqual({ tags: [], more: 1 });
  });
});

describe('namespaces', () => {
  async function twoNamespaces(): Promise<{
    readonly collection: CollectionApi;
    readonly space: NamespaceApi;
    readonly other: NamespaceApi;
  }> {
    const made = await fromPinecone([{ id: 'a', values: [1, 0], metadata: { where: 'default' } }]);
    const other = made.space.index.namespace('other');
    await other.fill([
      { id: 'a', values: [0, 1], metadata: { where: 'other' } },
      { id: 'z', values: [1, 1], metadata: { where: 'default' } },
    ]);
    return { ...made, other };
  }

  it('but the default one are not Chroma’s: not to count, not to read, not to search', async () => {
    const { collection } = await twoNamespaces();
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, 1]);
    expect((await collection.post('get', { include: ['metadatas'] })).body).toMatchObject({
      ids: ['a'],
      metadatas: [{ where: 'default' }],
    });
    expect(await collection.ids({ ids: ['z'] })).toEqual([]);
    expect((await collection.post('query', { query_embeddings: [[0, 1]], include: [] })).body).toMatchObject({ ids: [['a']] });
  });

  it('but the default one are not Chroma’s to write and delete in', async () => {
    const { collection, space, other } = await twoNamespaces();
    await collection.post('update', { ids: ['z', 'a'], documents: ['new', 'new'] });
    await collection.post('delete', { where: { where: 'default' } });
    expect(await space.ids()).toEqual([]);
    expect(await other.fetch('a', 'z')).toEqual({
      a: { id: 'a', values: [0, 1], metadata: { where: 'other' } },
      z: { id: 'z', values: [1, 1], metadata: { where: 'default' } },
    });
  });

  it('__default__ is where Chroma’s records are', async () => {
    const { space } = await fromChroma(ONE);
    expect(Object.keys(await space.index.namespace('__default__').fetch('a'))).toEqual(['a']);
  });

  it('all go with the collection that Chroma deletes', async () => {
    const { collection, other } = await twoNamespaces();
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' })).status).toBe(200);
    const again = { name: collection.name, dimension: 2, metric: 'cosine', spec: SPEC };
    expect((await asked('/indexes', again)).status).toBe(201);
    const index = await indexOf(collection);
    expect(await index.counts()).toEqual({});
    expect(await index.namespace(other.name).ids()).toEqual([]);
  });

  it('a namespace that Pinecone deletes leaves the collection; the default one is emptied', async () => {
    const { collection, space } = await twoNamespaces();
    expect((await space.index.call('/namespaces/other', { method: 'DELETE' })).status).toBe(200);
    expect(await collection.ids()).toEqual(['a']);
    expect((await space.index.call('/namespaces/__default__', { method: 'DELETE' })).status).toBe(200);
    expect(await collection.ids()).toEqual([]);
    await collection.fill(ONE);
    expect(await space.ids()).toEqual(['a']);
  });
});

describe('deletion', () => {
  it('through Chroma takes the index away', async () => {
    const { collection, space } = await fromPinecone([{ id: 'a', values: [1, 0] }]);
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' })).status).toBe(200);
    expect((await describeIndex(collection.name)).status).toBe(404);
    expect(await listedIndexes()).not.toContain(collection.name);
    expect((await space.get('/vectors/list')).status).toBe(404);
  });

  it('through Pinecone takes the collection away', async () => {
    const { collection } = await fromChroma(ONE);
    expect((await asked(`/indexes/${collection.name}`, undefined, 'DELETE')).status).toBe(202);
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`)).status).toBe(404);
    expect((await collection.post('get', {})).status).toBe(404);
    expect((await collection.post('upsert', ONE)).status).toBe(404);
  });

  it('that is protected against is 403 in either’s shape, and everything else goes on', async () => {
    const { collection, space } = await fromPinecone([{ id: 'a', values: [1, 0] }], {
      dimension: 2,
      metric: 'cosine',
      deletion_protection: 'enabled',
    });
    const path = `${COLLECTIONS}/${collection.name}`;
    expect(await chroma.call(path, { method: 'DELETE' })).toMatchObject({
      status: 403,
      body: { error: expect.any(String) as unknown },
    });
    expect(await asked(`/indexes/${collection.name}`, undefined, 'DELETE')).toMatchObject({
      status: 403,
      body: { status: 403, error: { code: 'FORBIDDEN' } },
    });
    await collection.post('delete', { ids: ['a'] });
    expect(await space.ids()).toEqual([]);
    await protect(control, collection, 'disabled');
    expect((await chroma.call(path, { method: 'DELETE' })).status).toBe(200);
  });

  it('of a collection that Chroma made can be protected against', async () => {
    const { collection } = await fromChroma(ONE);
    await protect(control, collection, 'enabled');
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' })).status).toBe(403);
    expect(await collection.ids()).toEqual(['a']);
  });

  it('of everything stops at what is protected', async () => {
    const own = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
    try {
      const there = new ChromaApi(own.chromaUrl);
      const index = await createIndex(own, { dimension: 2, metric: 'cosine', deletion_protection: 'enabled' });
      const open = await there.filled(ONE);
      expect((await there.call('/api/v2/reset', { method: 'POST', body: {} })).status).toBe(403);
      expect((await there.call(`${COLLECTIONS}/${index.name}`)).status).toBe(200);
      expect((await there.call(`${COLLECTIONS}/${open.name}`)).status).toBe(200);
      await protect(new PineconeApi(own.pineconeUrl), index, 'disabled');
      expect((await there.call('/api/v2/reset', { method: 'POST', body: {} })).status).toBe(200);
      expect((await new PineconeApi(own.pineconeUrl).call('/indexes', { headers: VERSION })).body).toEqual({ indexes: [] });
    } finally {
      await own.stop();
    }
  });
});

describe('sparse vectors', () => {
  const sparseValues = { indices: [3, 4_294_967_295], values: [0.5, 2] };

  async function sparseIndex(): Promise<{ readonly collection: CollectionApi; readonly space: NamespaceApi }> {
    return fromPinecone(
      [
        { id: 'a', sparseValues, metadata: { genre: 'drama', 'chroma:document': 'a text' } },
        { id: 'b', sparseValues: { indices: [3], values: [1] } },
      ],
      { vector_type: 'sparse', metric: 'dotproduct' },
    );
  }

  it('alone can be listed, read and counted through Chroma', async () => {
    const { collection } = await sparseIndex();
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, 2]);
    const answer = await collection.post('get', { where: { genre: 'drama' }, include: ['metadatas', 'documents', 'embeddings'] });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { ids: ['a'], metadatas: [{ genre: 'drama' }], documents: ['a text'] },
    ]);
  });

  it('go into a fork, and are found there on their own', async () => {
    const { collection, space } = await sparseIndex();
    const forked = await collection.post('fork', { new_name: uniqueName() });
    const { id, name } = forked.body as { id: string; name: string };
    const copy = (await indexOf(new CollectionApi(chroma, id, name))).namespace('');
    expect((await space.post('/vectors/delete', { ids: ['a'] })).status).toBe(200);
    const request = { sparseVector: { indices: [3, 4_294_967_295], values: [1, 1] }, includeValues: true };
    expect(await copy.matches(request)).toMatchObject([
      { id: 'a', score: 2.5, sparseValues },
      { id: 'b', score: 1 },
    ]);
    expect((await space.matches(request)).map(({ id }) => id)).toEqual(['b']);
  });

  it('alone can be deleted through Chroma', async () => {
    const { collection, space } = await sparseIndex();
    await collection.post('delete', { where_document: { $contains: 'text' } });
    expect(await space.ids()).toEqual(['b']);
    expect((await space.matches({ sparseVector: { indices: [3], values: [1] } })).map(({ id }) => id)).toEqual(['b']);
    expect((await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' })).status).toBe(200);
  });

  it.each<[string, object]>([
    ['add', { ids: ['c'], embeddings: [[1]] }],
    ['upsert', { ids: ['a'], embeddings: [[1]] }],
    ['update', { ids: ['a'], embeddings: [[1]] }],
    ['query', { query_embeddings: [[1]] }],
  ])('alone have no embeddings for Chroma to %s', async (action, body) => {
    const { collection, space } = await sparseIndex();
    expect((await collection.post(action, body)).status).toBe(400);
    expect(await space.ids()).toEqual(['a', 'b']);
  });

  it('beside an embedding stay with whatever Chroma writes', async () => {
    const { collection, space } = await fromPinecone([{ id: 'a', values: [1, 0], sparseValues }], {
      dimension: 2,
      metric: 'dotproduct',
    });
    await collection.post('upsert', { ids: ['a'], embeddings: [[2, 2]], metadatas: [{ n: 1 }] });
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [2, 2], sparseValues, metadata: { n: 1 } } });
    await collection.post('update', { ids: ['a'], embeddings: [[3, 3]] });
    const [match] = await space.matches({ vector: [1, 0], sparseVector: { indices: [3], values: [2] }, includeValues: true });
    expect(match).toMatchObject({ id: 'a', score: 4, values: [3, 3], sparseValues });
  });

  it('beside an embedding are replaced, with the rest, by Pinecone', async () => {
    const { space } = await fromPinecone([{ id: 'a', values: [1, 0], sparseValues }], { dimension: 2, metric: 'dotproduct' });
    await space.fill([{ id: 'a', values: [1, 0] }]);
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [1, 0] } });
  });

  it('go with the records that Chroma deletes, and do not come back with their ids', async () => {
    const { collection, space } = await fromPinecone([{ id: 'a', values: [1, 0], sparseValues }], {
      dimension: 2,
      metric: 'dotproduct',
    });
    await collection.post('delete', { ids: ['a'] });
    await collection.fill(ONE);
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [1, 0] } });
  });

  describe('under a key of Chroma’s', () => {
    const types = { sparse_vector: { sparse_vector_index: { enabled: true, config: {} } } };
    const schema = { defaults: {}, keys: { sp: types } };
    const stored = { '#type': 'sparse_vector', indices: [3, 4_294_967_295], values: [0.5, 2], tokens: null };

    async function found(collection: CollectionApi, key = 'sp'): Promise<unknown> {
      const rank = { $knn: { query: { indices: [3], values: [2] }, key } };
      return (await collection.outcome('search', { searches: [{ rank, select: { keys: ['#score'] } }] }))[1];
    }

    it('are metadata to Pinecone, which keeps or replaces them with the rest, and no sparse values', async () => {
      const { collection, space } = await fromChroma({ ...ONE, metadatas: [{ sp: sparseValues, n: 1 }] }, { schema });
      expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [1, 0], metadata: { sp: stored, n: 1 } } });
      await space.post('/vectors/update', { id: 'a', setMetadata: { n: 2 } });
      expect(await found(collection)).toMatchObject({ ids: [['a']], scores: [[0]] });
      await space.fill([{ id: 'a', values: [1, 0], metadata: { n: 3 } }]);
      expect(await found(collection)).toMatchObject({ ids: [[]] });
    });

    it('are not Pinecone’s sparse values, which Chroma’s search does not see', async () => {
      const { collection } = await fromPinecone([{ id: 'a', values: [1, 0], sparseValues }], {
        dimension: 2,
        metric: 'dotproduct',
      });
      const message = expect.stringContaining("metadata key 'sparseValues' with type 'SparseVector'") as unknown;
      expect(await found(collection, 'sparseValues')).toEqual({ error: 'InvalidArgumentError', message });
      expect(await metadataOf((await indexOf(collection)).namespace(''), 'a')).toBeUndefined();
    });
  });
});
