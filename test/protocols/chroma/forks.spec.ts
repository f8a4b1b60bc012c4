import { eventually } from '../../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi, type Outcome, uniqueName } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

let gateway: TestGateway;
let chroma: ChromaApi;

const EVERYTHING = { include: ['documents', 'metadatas', 'embeddings', 'uris'] };
const RECORDS = {
  ids: ['b', 'a', 'c'],
  embeddings: [
    [0, 1],
    [1, 0],
    [2, 2],
  ],
  documents: ['one', null, 'three'],
  uris: [null, 'file:a', null],
  metadatas: [{ k: 1, list: ['x'] }, null, { k: 1.5 }],
};
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

async function fork(source: CollectionApi, name = uniqueName()): Promise<CollectionApi> {
  const [status, body] = await source.outcome('fork', { new_name: name });
  expect([status, body]).toMatchObject([200, { name }]);
  return new CollectionApi(chroma, (body as { id: string }).id, name);
}

async function forkCount(collection: CollectionApi): Promise<Outcome> {
  return chroma.outcome(`${collection.path}/fork_count`);
}

async function drop(collection: CollectionApi): Promise<void> {
  expect(await chroma.outcome(`${COLLECTIONS}/${collection.name}`, undefined, 'DELETE')).toEqual([200, {}]);
}

describe('a fork', () => {
  it('is all that its source is, under another id and name (case 75)', async () => {
    const source = await chroma.filled(RECORDS, { metadata: { about: 'films' }, configuration: { hnsw: { space: 'cosine' } } });
    const copy = await fork(source);
    const shown = await source.shown();
    expect(await copy.shown()).toEqual({ ...shown, id: copy.id, name: copy.name });
    expect(copy.id).not.toBe(source.id);
    expect(shown).toMatchObject({ metadata: { about: 'films' }, dimension: 2 });
    expect(await copy.outcome('get', EVERYTHING)).toEqual(await source.outcome('get', EVERYTHING));
    const query = { query_embeddings: [[1, 0]], n_results: 3, where: { k: { $gt: 0 } } };
    expect(await copy.outcome('query', query)).toEqual(await source.outcome('query', query));
    const list = (await chroma.outcome(COLLECTIONS))[1] as { id: string }[];
    expect(list.filter(({ id }) => id === copy.id)).toHaveLength(1);
  });

  it('shares nothing with its source afterwards, whichever of the two is deleted (case 76)', async () => {
    const source = await chroma.filled(RECORDS);
    const [left, right] = [await fork(source), await fork(source)];
    await source.post('update', { ids: ['a'], documents: ['changed'] });
    await source.post('delete', { ids: ['b'] });
    await left.post('add', { ids: ['d'], embeddings: [[5, 5]] });
    await chroma.call(source.path, { method: 'PUT', body: { new_metadata: { of: 'the source' } } });
    expect(await source.ids()).toEqual(['a', 'c']);
    expect(await left.ids()).toEqual(['b', 'a', 'c', 'd']);
    expect(await left.outcome('get', { ids: ['a'] })).toMatchObject([200, { documents: [null] }]);
    expect(await left.shown()).toMatchObject({ metadata: null });
    await drop(left);
    expect(await source.ids()).toEqual(['a', 'c']);
    await drop(source);
    expect(await right.ids()).toEqual(['b', 'a', 'c']);
    await right.post('delete', { ids: ['c'] });
    expect(await right.ids()).toEqual(['b', 'a']);
  });

  it('is refused in the words of the API (case 77)', async () => {
    const source = await chroma.filled(RECORDS);
    const other = await chroma.createCollection();
    for (const name of [other.name, source.name]) {
      const message = `Collection [${name}] already exists`;
      expect(await source.outcome('fork', { new_name: name })).toEqual([409, { error: 'ChromaError', message }]);
    }
    const target = 'Failed to deserialize the JSON body into the target type';
    expect(await source.outcome('fork', {})).toMatchObject([
      422,
      { message: expect.stringContaining('missing field `new_name`') as string },
    ]);
    const text = `${target}: new_name: invalid type: null, expected a string`;
    expect(await source.outcome('fork', { new_name: null })).toMatchObject([
      422,
      { message: expect.stringContaining(text) as string },
    ]);
    const bad = await source.outcome('fork', { new_name: 'a b' });
    expect(bad).toMatchObject([400, { message: expect.stringContaining('Validation error: new_name: ') as string }]);
    for (const action of ['fork', 'fork_count']) {
      const body = action === 'fork' ? { new_name: 'other' } : undefined;
      const missing = { error: 'NotFoundError', message: `Collection [${UNKNOWN}] does not exist.` };
      expect(await chroma.outcome(`${COLLECTIONS}/${UNKNOWN}/${action}`, body)).toEqual([404, missing]);
      const invalid = { error: 'InvalidArgumentError', message: 'Collection ID is not a valid UUIDv4' };
      expect(await chroma.outcome(`${COLLECTIONS}/no-uuid/${action}`, body)).toEqual([400, invalid]);
    }
    expect(await forkCount(source)).toEqual([200, { count: 0 }]);
  });

  it('counts in its whole tree, deleted or not (case 78)', async () => {
    const source = await chroma.filled(RECORDS);
    expect(await forkCount(source)).toEqual([200, { count: 0 }]);
    const first = await fork(source);
    expect(await forkCount(source)).toEqual([200, { count: 1 }]);
    const second = await fork(first);
    const deleted = await fork(second);
    const others = [deleted, await fork(second), await fork(source)];
    for (const member of [source, first, second, ...others]) expect(await forkCount(member)).toEqual([200, { count: 5 }]);
    await drop(deleted);
    for (const member of [source, first, second, ...others.slice(1)])
      expect(await forkCount(member)).toEqual([200, { count: 5 }]);
    expect(await forkCount(await chroma.createCollection())).toEqual([200, { count: 0 }]);
  });

  it('of an empty collection takes a dimension of its own (case 79)', async () => {
    const source = await chroma.createCollection();
    const copy = await fork(source);
    await source.fill({ ids: ['a'], embeddings: [[1]] });
    await copy.fill({ ids: ['a'], embeddings: [[1, 2, 3]] });
    expect([(await source.shown())['dimension'], (await copy.shown())['dimension']]).toEqual([1, 3]);
  });

  it('holds whole batches while others write (case 80)', async () => {
    const source = await chroma.createCollection();
    const batch = (from: number): object => ({
      ids: Array.from({ length: 50 }, (_, index) => String(from + index)),
      embeddings: Array.from({ length: 50 }, () => [1, 2]),
    });
    await source.fill(batch(0));
    const writing = (async () => {
      for (let from = 50; from < 1_000; from += 50) await source.fill(batch(from));
    })();
    const copies = [await fork(source), await fork(source), await fork(source)];
    await writing;
    for (const copy of copies) {
      const ids = await copy.ids();
      expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => String(index)));
      expect(ids.length % 50).toBe(0);
      expect((await chroma.outcome(`${copy.path}/count`))[1]).toBe(ids.length);
    }
  });

  it('takes a name that was just deleted (case 82)', async () => {
    const source = await chroma.filled(RECORDS);
    const before = await fork(source);
    await drop(before);
    const after = await fork(source, before.name);
    expect(after.id).not.toBe(before.id);
    expect(await after.ids()).toEqual(['b', 'a', 'c']);
  });

  it('is a name for one of several that ask at once', async () => {
    const source = await chroma.filled(RECORDS);
    const name = uniqueName();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => source.outcome('fork', { new_name: name })));
    expect(outcomes.map(([status]) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await forkCount(source)).toEqual([200, { count: 1 }]);
  });
});

describe('a fork of a collection with tables of its own', () => {
  let large: TestGateway;

  beforeAll(async () => {
    large = await startGateway({ env: { POLYVEC_DEDICATED_MIN_FLOATS: '1600', POLYVEC_INDEX_MIN_FLOATS: '1600' } });
  });

  afterAll(async () => {
    await large.stop();
  });

  it('has tables like them, and an index of its own', async () => {
    const api = new ChromaApi(large.chromaUrl);
    const ids = Array.from({ length: 600 }, (_, index) => String((index * 7) % 600));
    const embeddings = ids.map((id) => [Number(id) / 600, 1, Math.cos(Number(id)), Math.sin(Number(id))]);
    const metadatas = ids.map((id) => ({ even: Number(id) % 2 === 0 }));
    const source = await api.filled({ ids, embeddings, metadatas, documents: ids.map((id) => `text ${id}`) });
    const query = { query_embeddings: embeddings.slice(0, 1), n_results: 600 };
    const plan = async (of: CollectionApi): Promise<string> => {
      const headers = { 'x-polyvec-explain': '1' };
      const body = { ...query, n_results: 5 };
      return (await api.call(`${of.path}/query`, { body, headers })).headers.get('x-polyvec-plan') ?? '';
    };
    await eventually(
      async () => plan(source),
      (text) => text.startsWith('hnsw'),
    );
    const name = uniqueName();
    const [, body] = await source.outcome('fork', { new_name: name });
    const copy = new CollectionApi(api, (body as { id: string }).id, name);
    const everything = { ...EVERYTHING, where: { even: true } };
    expect(await copy.outcome('get', everything)).toEqual(await source.outcome('get', everything));
    expect(await copy.outcome('query', query)).toEqual(await source.outcome('query', query));
    await copy.post('delete', { where: { even: true } });
    await source.post('upsert', {
      ids: ['1', 'new'],
      embeddings: [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ],
      documents: ['one', 'new'],
    });
    expect(await copy.ids()).toEqual(ids.filter((id) => Number(id) % 2 === 1));
    expect((await copy.outcome('get', { ids: ['1', 'new'] }))[1]).toMatchObject({ ids: ['1'], documents: ['text 1'] });
    expect(await source.ids()).toEqual([...ids, 'new']);
    expect((await api.outcome(`${COLLECTIONS}/${source.name}`, undefined, 'DELETE'))[0]).toBe(200);
    await copy.fill({ ids, embeddings });
    await eventually(
      async () => plan(copy),
      (text) => text.startsWith('hnsw'),
    );
    expect((await copy.outcome('query', { ...query, n_results: 1 }))[1]).toMatchObject({ ids: [['0']] });
  });
});

describe('indexing_status', () => {
  it('counts operations: a record each time that a write names it (case 83)', async () => {
    const collection = await chroma.createCollection();
    const status = async (of = collection): Promise<string> => (await chroma.call(`${of.path}/indexing_status`)).text;
    const all = (count: number): string =>
      `{"op_indexing_progress":1.0,"num_unindexed_ops":0,"num_indexed_ops":${String(count)},"total_ops":${String(count)}}`;
    expect(await status()).toBe(all(0));
    await collection.fill({ ids: ['a', 'b', 'c'], embeddings: [[1], [2], [3]] });
    expect(await status()).toBe(all(3));
    await collection.post('delete', { ids: ['a', 'b'] });
    expect(await status()).toBe(all(5));
    await collection.post('upsert', { ids: ['c', 'd'], embeddings: [[1], [2]] });
    await collection.post('upsert', { ids: ['c', 'd'], embeddings: [[1], [2]] });
    await collection.post('update', { ids: ['c', 'missing'], documents: ['x', 'y'] });
    await collection.post('add', { ids: ['e', 'd'], embeddings: [[1], [2]] });
    expect(await status()).toBe(all(13));
    const copy = await fork(collection);
    await copy.post('delete', { where_document: { $contains: 'x' } });
    expect([await status(), await status(copy)]).toEqual([all(13), all(14)]);
    await drop(collection);
    expect(await chroma.outcome(`${collection.path}/indexing_status`)).toMatchObject([404, { error: 'NotFoundError' }]);
  });

  it('goes with the version of a collection, which grows with each write, and its log position', async () => {
    const collection = await chroma.createCollection();
    expect(await collection.shown()).toMatchObject({ version: 0, log_position: 0 });
    await collection.fill({ ids: ['a', 'b'], embeddings: [[1], [2]] });
    await collection.post('upsert', { ids: ['a'], embeddings: [[1]] });
    expect(await collection.shown()).toMatchObject({ version: 2, log_position: 3 });
    expect(await (await fork(collection)).shown()).toMatchObject({ version: 2, log_position: 3 });
  });
});
