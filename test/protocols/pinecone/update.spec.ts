import {
  createIndex,
  DONE,
  type IndexApi,
  invalid,
  invalidWith,
  MISSING_NAMESPACE,
  type NamespaceApi,
  type Outcome,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UPDATE = '/vectors/update';
const STORED: readonly Vector[] = [
  { id: 'a', values: [1, 2], sparseValues: { indices: [3], values: [0.5] }, metadata: { genre: 'drama', year: 2019 } },
  { id: 'b', values: [3, 4], metadata: { genre: 'comedy' } },
  { id: 'c', values: [5, 6] },
];

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  space = await index.filled(STORED);
});

async function update(body: object): Promise<Outcome> {
  return space.outcome(UPDATE, body);
}

async function stored(id: string): Promise<Vector | undefined> {
  return (await space.fetch(id))[id];
}

describe('update by id', () => {
  it('replaces the values and leaves the rest', async () => {
    expect(await update({ id: 'a', values: [7, 8] })).toEqual(DONE);
    expect(await stored('a')).toEqual({ ...STORED[0], values: [7, 8] });
  });

  it('replaces the sparse values and leaves the rest', async () => {
    const sparseValues = { indices: [1, 9], values: [1, 2] };
    expect(await update({ id: 'a', sparseValues })).toEqual(DONE);
    expect(await stored('a')).toEqual({ ...STORED[0], sparseValues });
  });

  it('gives sparse values to a record without', async () => {
    const sparse_values = { indices: [1], values: [1] };
    expect(await update({ id: 'b', sparse_values })).toEqual(DONE);
    expect(await stored('b')).toEqual({ ...STORED[1], sparseValues: sparse_values });
  });

  it('merges metadata key by key', async () => {
    expect(await update({ id: 'a', setMetadata: { year: 2020, seen: true } })).toEqual(DONE);
    expect(await stored('a')).toEqual({ ...STORED[0], metadata: { genre: 'drama', year: 2020, seen: true } });
  });

  it('gives metadata to a record without', async () => {
    expect(await update({ id: 'c', set_metadata: { genre: 'drama' } })).toEqual(DONE);
    expect(await stored('c')).toEqual({ ...STORED[2], metadata: { genre: 'drama' } });
  });

  it('replaces a list as a whole', async () => {
    await update({ id: 'c', setMetadata: { tags: ['x', 'y'] } });
    await update({ id: 'c', setMetadata: { tags: ['z'] } });
    expect((await stored('c'))?.metadata).toEqual({ tags: ['z'] });
  });

  it('leaves a key whose new value is null', async () => {
    expect(await update({ id: 'a', setMetadata: { genre: null, year: 2021 } })).toEqual(DONE);
    expect((await stored('a'))?.metadata).toEqual({ genre: 'drama', year: 2021 });
  });

  it('changes values and metadata in one request', async () => {
    expect(await update({ id: 'c', values: [7, 8], setMetadata: { genre: 'drama' } })).toEqual(DONE);
    expect(await stored('c')).toEqual({ id: 'c', values: [7, 8], metadata: { genre: 'drama' } });
  });

  it.each([
    {},
    { values: [], sparseValues: { indices: [], values: [] }, setMetadata: {} },
    { values: null, sparseValues: null, setMetadata: null, filter: null },
    { filter: {} },
  ])('changes nothing when it says nothing: %j', async (body) => {
    expect(await update({ id: 'a', ...body })).toEqual(DONE);
    expect(await stored('a')).toEqual(STORED[0]);
  });

  it('succeeds and makes nothing when there is no such record', async () => {
    expect(await update({ id: 'nobody', values: [7, 8], setMetadata: { genre: 'drama' } })).toEqual(DONE);
    expect(await space.ids()).toEqual(['a', 'b', 'c']);
  });

  it('is 404 in a namespace that does not exist, which it does not make', async () => {
    const missing = index.namespace();
    expect(await missing.outcome(UPDATE, { id: 'a', values: [7, 8] })).toEqual(MISSING_NAMESPACE);
    expect(await index.counts()).not.toHaveProperty([missing.name]);
  });

  it('leaves records of the same id in other namespaces', async () => {
    const other = await index.filled(STORED);
    await update({ id: 'a', values: [7, 8] });
    expect((await other.fetch('a'))['a']).toEqual(STORED[0]);
  });

  it('refuses another dimension', async () => {
    expect(await update({ id: 'a', values: [1, 2, 3] })).toEqual(
      invalid('Vector dimension 3 does not match the dimension of the index 2'),
    );
  });

  it('refuses values that are all zero', async () => {
    expect(await update({ id: 'a', values: [0, 0] })).toEqual(invalid('Dense vectors must contain at least one non-zero value'));
  });

  it.each(['cosine', 'euclidean'])('keeps sparse values in an index with the %s metric', async (metric) => {
    const index = await createIndex(gateway, { dimension: 2, metric });
    const there = await index.filled([{ id: 'a', values: [1, 2] }]);
    const sparseValues = { indices: [1], values: [1] };
    expect(await there.outcome(UPDATE, { id: 'a', sparseValues })).toEqual(DONE);
    expect(await there.fetch('a')).toEqual({ a: { id: 'a', values: [1, 2], sparseValues } });
  });

  it.each([
    { indices: [1, 2], values: [1] },
    { indices: [1, 1], values: [1, 2] },
    { indices: [-1], values: [1] },
    { indices: [4_294_967_296], values: [1] },
  ])('refuses sparse values that are none: %j', async (sparseValues) => {
    const [status] = await update({ id: 'a', sparseValues });
    expect(status).toBe(400);
    expect(await stored('a')).toEqual(STORED[0]);
  });

  it.each([{ genre: { nested: 1 } }, { genre: [1] }, { $genre: 'drama' }])(
    'refuses metadata that is none: %j',
    async (metadata) => {
      const [status] = await update({ id: 'a', setMetadata: metadata });
      expect(status).toBe(400);
      expect(await stored('a')).toEqual(STORED[0]);
    },
  );

  it.each(['ä', 'x'.repeat(513)])('looks for an id that another protocol may have written', async (id) => {
    expect((await update({ id, values: [7, 8] }))[0]).toBe(200);
  });

  it('refuses an id that is a number', async () => {
    expect(await update({ id: 1, values: [7, 8] })).toEqual(invalidWith('id'));
  });

  it.each(['', '__default__'])('finds the default namespace as %j', async (name) => {
    const other = await createIndex(gateway, { dimension: 2 });
    await other.namespace('').fill([{ id: 'a', values: [1, 2] }]);
    expect(await other.namespace(name).outcome(UPDATE, { id: 'a', values: [7, 8] })).toEqual(DONE);
    expect(await other.namespace('').fetch('a')).toEqual({ a: { id: 'a', values: [7, 8] } });
  });
});

describe('update by filter', () => {
  it('merges metadata into every record that matches, and counts them', async () => {
    const filter = { $or: [{ genre: 'drama' }, { genre: 'comedy' }] };
    expect(await update({ filter, setMetadata: { seen: true } })).toEqual([200, { matchedRecords: 2 }]);
    expect(await space.fetch('a', 'b', 'c')).toEqual({
      a: { ...STORED[0], metadata: { genre: 'drama', year: 2019, seen: true } },
      b: { ...STORED[1], metadata: { genre: 'comedy', seen: true } },
      c: STORED[2],
    });
  });

  it('may change the field that it filters by', async () => {
    await update({ filter: { genre: 'drama' }, setMetadata: { genre: 'comedy' } });
    expect(await update({ filter: { genre: 'comedy' }, setMetadata: { seen: true } })).toEqual([200, { matchedRecords: 2 }]);
  });

  it('counts nothing when nothing matches', async () => {
    expect(await update({ filter: { genre: 'western' }, setMetadata: { seen: true } })).toEqual([200, { matchedRecords: 0 }]);
  });

  it.each(['dryRun', 'dry_run'])('only counts with %s', async (name) => {
    const body = { filter: { genre: 'drama' }, setMetadata: { seen: true }, [name]: true };
    expect(await update(body)).toEqual([200, { matchedRecords: 1 }]);
    expect(await stored('a')).toEqual(STORED[0]);
  });

  it('may count without metadata', async () => {
    expect(await update({ filter: { year: { $gt: 2000 } }, dryRun: true })).toEqual([200, { matchedRecords: 1 }]);
  });

  it('changes records when dryRun is false', async () => {
    const body = { filter: { genre: 'drama' }, setMetadata: { seen: true }, dryRun: false };
    expect(await update(body)).toEqual([200, { matchedRecords: 1 }]);
    expect((await stored('a'))?.metadata).toHaveProperty('seen', true);
  });

  it.each([false, true])('is 404 in a namespace that does not exist, dryRun %j', async (dryRun) => {
    const body = { filter: { genre: 'drama' }, setMetadata: { seen: true }, dryRun };
    expect(await index.namespace().outcome(UPDATE, body)).toEqual(MISSING_NAMESPACE);
  });

  it.each([{ values: [1, 2] }, { sparseValues: { indices: [1], values: [1] } }])('refuses values: %j', async (values) => {
    expect(await update({ filter: { genre: 'drama' }, setMetadata: { seen: true }, ...values })).toEqual(
      invalid('Update by metadata request does not support updating vector values.'),
    );
  });

  it.each([{}, { setMetadata: {} }, { dryRun: false }])('refuses to set nothing: %j', async (body) => {
    expect(await update({ filter: { genre: 'drama' }, ...body })).toEqual(invalidWith('etadata'));
  });

  it('refuses an empty filter', async () => {
    expect(await update({ filter: {}, setMetadata: { seen: true } })).toEqual(invalidWith('empty'));
    expect(await stored('c')).toEqual(STORED[2]);
  });

  it('refuses an invalid filter', async () => {
    expect(await update({ filter: { $gt: 1 }, setMetadata: { seen: true } })).toEqual(invalidWith('$gt'));
  });

  it('refuses metadata that is none', async () => {
    expect(await update({ filter: { genre: 'drama' }, setMetadata: { a: { b: 1 } } })).toEqual(invalidWith("field 'a'"));
  });
});

describe('an update', () => {
  it('is of a record or of a filter, not of both', async () => {
    expect(await update({ id: 'a', filter: { genre: 'drama' }, setMetadata: { seen: true } })).toEqual(
      invalid('Cannot specify both id and filter'),
    );
  });

  it.each([{ values: [1, 2] }, { setMetadata: { seen: true } }, { id: '', setMetadata: { seen: true } }])(
    'needs an id or a filter: %j',
    async (body) => {
      expect(await update(body)).toEqual(invalidWith('id'));
    },
  );

  it('is refused without a body', async () => {
    expect(await index.outcome(UPDATE, { method: 'POST' })).toEqual(invalidWith('id'));
  });
});
