import { ChromaApi, type CollectionApi, invalid, mistyped } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const LENGTHS = 'Inconsistent number of IDs, embeddings, documents, URIs and metadatas';
const WRITES = ['add', 'upsert', 'update'] as const;

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** What a get of everything answers with, without its includes. */
async function everything(collection: CollectionApi): Promise<unknown> {
  const include = ['embeddings', 'documents', 'metadatas', 'uris'];
  const { body } = await collection.post('get', { include });
  const { ids, embeddings, documents, metadatas, uris } = body as Record<string, unknown>;
  return { ids, embeddings, documents, metadatas, uris };
}

describe('write calls', () => {
  it('answer with an empty object: 201 for add, 200 for the others', async () => {
    const collection = await chroma.createCollection();
    const records = { ids: ['a'], embeddings: [[1, 2]] };
    expect(await collection.outcome('add', records)).toEqual([201, {}]);
    expect(await collection.outcome('upsert', records)).toEqual([200, {}]);
    expect(await collection.outcome('update', records)).toEqual([200, {}]);
  });

  it('are seen by the next read, whole', async () => {
    const collection = await chroma.createCollection();
    await collection.fill({
      ids: ['a', 'b'],
      embeddings: [
        [1, 2],
        [3, 4],
      ],
      documents: ['doc', null],
      metadatas: [null, { k: 'v' }],
      uris: ['u', null],
    });
    expect(await everything(collection)).toEqual({
      ids: ['a', 'b'],
      embeddings: [
        [1, 2],
        [3, 4],
      ],
      documents: ['doc', null],
      metadatas: [null, { k: 'v' }],
      uris: ['u', null],
    });
  });

  it.each(WRITES)('take nothing for nothing: %s', async (action) => {
    const collection = await chroma.createCollection();
    expect((await collection.post(action, { ids: [], embeddings: [] })).status).toBe(action === 'add' ? 201 : 200);
    expect(await collection.ids()).toEqual([]);
    expect((await collection.shown())['dimension']).toBeNull();
  });

  it('take null for absent fields', async () => {
    const collection = await chroma.createCollection();
    const rest = { documents: null, metadatas: null, uris: null };
    expect(await collection.outcome('add', { ids: ['a'], embeddings: [[1]], ...rest })).toEqual([201, {}]);
    expect(await collection.outcome('update', { ids: ['a'], embeddings: null, ...rest })).toEqual([200, {}]);
    expect(await collection.outcome('update', { ids: [] })).toEqual([200, {}]);
  });

  describe.each(WRITES)('%s', (action) => {
    const lists: readonly (readonly [string, unknown])[] = [
      ['embeddings', [[1], [2]]],
      ['embeddings', []],
      ['documents', []],
      ['documents', ['x', 'y']],
      ['metadatas', []],
      ['metadatas', [{ k: 1 }, null]],
      ['uris', []],
      ['uris', ['x', null]],
    ];

    it.each(lists)('refuses %s of another length than ids: %j', async (field, list) => {
      const collection = await chroma.createCollection();
      expect(await collection.outcome(action, { ids: ['a'], embeddings: [[1]], [field]: list })).toEqual(invalid(LENGTHS));
      expect(await collection.ids()).toEqual([]);
    });

    it('refuses an empty id, and writes none of the others', async () => {
      const collection = await chroma.createCollection();
      expect(await collection.outcome(action, { ids: ['a', ''], embeddings: [[1], [2]] })).toEqual(
        invalid('Empty ID, ID must have at least one character'),
      );
      expect(await collection.ids()).toEqual([]);
    });

    it.each([
      [[5], 'ids[0]: invalid type: integer `5`, expected a string'],
      [['a', null], 'ids[1]: invalid type: null, expected a string'],
      ['a', 'ids: invalid type: string "a", expected a sequence'],
      [null, 'ids: invalid type: null, expected a sequence'],
    ])('refuses ids that are no texts: %j', async (ids, reason) => {
      const collection = await chroma.createCollection();
      expect(await collection.outcome(action, { ids, embeddings: [[1], [2]] })).toEqual(mistyped(reason));
    });

    it('needs ids', async () => {
      const collection = await chroma.createCollection();
      expect(await collection.outcome(action, { embeddings: [[1]] })).toEqual(mistyped('missing field `ids`'));
    });

    it.each([
      ['documents', [5]],
      ['documents', 'x'],
      ['uris', [{}]],
      ['uris', 5],
      ['metadatas', ['x']],
      ['metadatas', {}],
    ])('refuses %s of the wrong type: %j', async (field, list) => {
      const collection = await chroma.createCollection();
      expect((await collection.post(action, { ids: ['a'], embeddings: [[1]], [field]: list })).status).toBe(422);
    });
  });

  const ODD_IDS = [
    'x'.repeat(1_000),
    'y'.repeat(5_000),
    '漢'.repeat(2_000),
    ' ',
    'a b/c?d',
    '👩‍👩‍👧‍👦',
    "'; --",
    '"',
    '\\',
    '%',
    '_',
    '\n',
    'é',
    'e\u0301',
    'null',
    '0',
    '__proto__',
    'constructor',
    'toString',
  ];

  it('take any text for an id, of 5,000 characters, too', async () => {
    const collection = await chroma.filled({ ids: ODD_IDS, embeddings: ODD_IDS.map((_, at) => [at]) });
    expect(await collection.ids()).toEqual(ODD_IDS);
    for (const id of ODD_IDS) expect(await collection.ids({ ids: [id] })).toEqual([id]);
    expect(await collection.outcome('update', { ids: ODD_IDS, documents: ODD_IDS })).toEqual([200, {}]);
    expect((await collection.post('get', { ids: ODD_IDS })).body).toMatchObject({ documents: ODD_IDS });
    expect(await collection.outcome('delete', { ids: ODD_IDS })).toEqual([200, { deleted: ODD_IDS.length }]);
  });

  it('take random ids of several thousand characters, which do not compress', async () => {
    const id = Array.from({ length: 5_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7_919) % 20_000))).join('');
    const collection = await chroma.filled({ ids: [id], embeddings: [[1]] });
    expect(await collection.outcome('upsert', { ids: [id], embeddings: [[2]] })).toEqual([200, {}]);
    expect(await collection.ids({ ids: [id] })).toEqual([id]);
  });

  it('take more records than are announced', async () => {
    const { body } = await chroma.call('/api/v2/pre-flight-checks');
    const count = (body as { max_batch_size: number }).max_batch_size + 1;
    const ids = Array.from({ length: count }, (_, at) => String(at));
    const collection = await chroma.filled({ ids, embeddings: ids.map(() => [1]) });
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, count]);
  });
});

describe('add', () => {
  it('leaves existing ids alone', async () => {
    const collection = await chroma.filled({
      ids: ['a'],
      embeddings: [[1]],
      documents: ['old'],
      metadatas: [{ k: 1 }],
      uris: ['u'],
    });
    const before = await everything(collection);
    expect(
      await collection.outcome('add', { ids: ['a'], embeddings: [[2]], documents: ['new'], metadatas: [{ k: 2 }], uris: ['v'] }),
    ).toEqual([201, {}]);
    expect(await everything(collection)).toEqual(before);
  });

  it('takes the first of two equal ids', async () => {
    const collection = await chroma.filled({
      ids: ['a', 'a', 'b'],
      embeddings: [[1], [2], [3]],
      documents: ['first', 'second', null],
      metadatas: [{ x: 1 }, { y: 2 }, null],
    });
    expect(await everything(collection)).toMatchObject({
      ids: ['a', 'b'],
      embeddings: [[1], [3]],
      documents: ['first', null],
      metadatas: [{ x: 1 }, null],
    });
  });

  it('of fifty at a time with the same ids keeps one of each', async () => {
    const collection = await chroma.createCollection();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const add = async (at: number): Promise<number> =>
      (await collection.post('add', { ids: at % 2 === 0 ? ids : [...ids].reverse(), embeddings: ids.map(() => [at]) })).status;
    const statuses = await Promise.all(Array.from({ length: 50 }, async (_, at) => add(at)));
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect([...(await collection.ids())].sort()).toEqual(ids);
  });
});

describe('update', () => {
  const filled = async (): Promise<CollectionApi> =>
    chroma.filled({
      ids: ['a'],
      embeddings: [[1, 2]],
      documents: ['doc'],
      metadatas: [{ k1: 'v1', k2: 2, list: [1, 2] }],
      uris: ['u1'],
    });

  it('merges metadata key by key, replaces arrays, changes types and removes nulls', async () => {
    const collection = await filled();
    await collection.post('update', { ids: ['a'], metadatas: [{ k2: null, k1: true, k5: 'add', list: [3] }] });
    expect(await everything(collection)).toMatchObject({
      metadatas: [{ k1: true, k5: 'add', list: [3] }],
      documents: ['doc'],
      uris: ['u1'],
    });
    await collection.post('update', { ids: ['a'], metadatas: [{ k1: null, k5: null, list: null }] });
    expect(await everything(collection)).toMatchObject({ metadatas: [null] });
  });

  it.each([
    { metadatas: [null], documents: [null], uris: [null], embeddings: [null] },
    { metadatas: [{}] },
    { documents: null, embeddings: null },
    {},
  ])('changes nothing by %j', async (fields) => {
    const collection = await filled();
    const before = await everything(collection);
    expect(await collection.outcome('update', { ids: ['a'], ...fields })).toEqual([200, {}]);
    expect(await everything(collection)).toEqual(before);
  });

  it('sets the empty text, and another uri', async () => {
    const collection = await filled();
    await collection.post('update', { ids: ['a'], documents: [''], uris: ['u2'] });
    expect(await everything(collection)).toMatchObject({ documents: [''], uris: ['u2'], embeddings: [[1, 2]] });
  });

  it('ignores ids that are not there', async () => {
    const collection = await filled();
    expect(await collection.outcome('update', { ids: ['a', 'zzz'], documents: ['A', 'Z'] })).toEqual([200, {}]);
    expect(await everything(collection)).toMatchObject({ ids: ['a'], documents: ['A'] });
  });

  it('applies equal ids one after the other', async () => {
    const collection = await filled();
    await collection.post('update', {
      ids: ['a', 'a'],
      documents: ['first', null],
      metadatas: [{ k1: 'x', k2: null }, { k1: 'y' }],
    });
    expect(await everything(collection)).toMatchObject({ documents: ['first'], metadatas: [{ k1: 'y', list: [1, 2] }] });
  });
});

describe('upsert', () => {
  it('updates what exists, and inserts what does not, without the nulls', async () => {
    const collection = await chroma.filled({
      ids: ['a'],
      embeddings: [[1, 2]],
      documents: ['A'],
      metadatas: [{ old: 1 }],
      uris: ['u1'],
    });
    const embeddings = [
      [3, 4],
      [5, 6],
    ];
    await collection.post('upsert', { ids: ['a', 'n'], embeddings, metadatas: [{ m: 1 }, { m: 2, gone: null }] });
    expect(await everything(collection)).toEqual({
      ids: ['a', 'n'],
      embeddings,
      documents: ['A', null],
      metadatas: [{ old: 1, m: 1 }, { m: 2 }],
      uris: ['u1', null],
    });
  });

  it('applies equal ids of a new record one after the other', async () => {
    const collection = await chroma.createCollection();
    await collection.post('upsert', {
      ids: ['a', 'a', 'a'],
      embeddings: [[1], [2], [3]],
      metadatas: [{ a: 1 }, { b: 2 }, null],
      documents: ['x', 'y', null],
    });
    expect(await everything(collection)).toMatchObject({
      ids: ['a'],
      embeddings: [[3]],
      metadatas: [{ a: 1, b: 2 }],
      documents: ['y'],
    });
  });
});
