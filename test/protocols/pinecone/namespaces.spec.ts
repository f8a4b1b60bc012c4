import {
  type Call,
  createIndex,
  DONE,
  type IndexApi,
  invalid,
  invalidWith,
  MISSING_NAMESPACE,
  type Outcome,
  type Query,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const NAMESPACES = '/namespaces';
const RECORDS = ['a', 'b', 'c'].map((id) => ({ id, values: [1] }));

interface Page {
  readonly namespaces: readonly { readonly name: string; readonly record_count: number | string }[];
  readonly pagination?: { readonly next: string };
  readonly total_count: number;
}

let gateway: TestGateway;
let index: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await newIndex();
});

afterAll(async () => {
  await gateway.stop();
});

async function newIndex(): Promise<IndexApi> {
  return createIndex(gateway, { dimension: 1, metric: 'cosine' });
}

async function create(body: object, inside = index): Promise<Outcome> {
  return inside.outcome(NAMESPACES, { body });
}

async function describeNamespace(name: string, version = '2025-10', inside = index): Promise<Outcome> {
  return at(name, { headers: { 'x-pinecone-api-version': version } }, inside);
}

async function at(name: string, call: Call, inside = index): Promise<Outcome> {
  return inside.outcome(`${NAMESPACES}/${encodeURIComponent(name)}`, call);
}

async function page(inside: IndexApi, query: Query = {}): Promise<Page> {
  return (await inside.call(NAMESPACES, { query })).body as Page;
}

function namesOf({ namespaces }: Page): readonly string[] {
  return namespaces.map(({ name }) => name);
}

describe('a namespace that is created', () => {
  it('is described in the answer', async () => {
    const { name } = index.namespace();
    expect(await create({ name })).toEqual([200, { name, record_count: 0 }]);
  });

  it('exists, without records', async () => {
    const { name } = index.namespace();
    await create({ name });
    expect(await describeNamespace(name)).toEqual([200, { name, record_count: 0 }]);
    expect(await index.counts()).toMatchObject({ [name]: 0 });
  });

  it('can be deleted from before it has records', async () => {
    const space = index.namespace();
    await create({ name: space.name });
    expect(await space.outcome('/vectors/delete', { deleteAll: true })).toEqual(DONE);
  });

  it('keeps its schema', async () => {
    const { name } = index.namespace();
    const schema = { fields: { genre: { filterable: true }, year: { filterable: true } } };
    const described = { name, record_count: 0, schema, indexed_fields: { fields: ['genre', 'year'] } };
    expect(await create({ name, schema })).toEqual([200, described]);
    expect(await describeNamespace(name)).toEqual([200, described]);
  });

  it('cannot be created again', async () => {
    const { name } = index.namespace();
    await create({ name });
    expect(await create({ name })).toEqual([409, { code: 6, message: expect.stringContaining(name) as unknown, details: [] }]);
  });

  it('cannot be one that an upsert has made', async () => {
    const { name } = await index.filled(RECORDS);
    expect((await create({ name }))[0]).toBe(409);
    expect(await describeNamespace(name)).toEqual([200, { name, record_count: 3 }]);
  });

  it.each(['', '__default__'])('cannot be the default one: %j', async (name) => {
    expect((await create({ name }))[0]).toBe(400);
  });

  it.each([
    ['513 characters', 'x'.repeat(513)],
    ['letters beyond ASCII', 'ä'],
    ['a NUL', 'a\u0000'],
  ])('cannot have a name with %s', async (_what, name) => {
    expect((await create({ name }))[0]).toBe(400);
  });

  it.each([{}, { name: null }, { name: 1 }])('needs a name: %j', async (body) => {
    expect(await create(body)).toEqual(invalidWith('name'));
  });

  it.each([{ schema: 'x' }, { schema: { fields: [] } }, { schema: { fields: { genre: true } } }])(
    'cannot have a schema that is none: %j',
    async (body) => {
      const { name } = index.namespace();
      expect((await create({ name, ...body }))[0]).toBe(400);
      expect(await describeNamespace(name)).toEqual(MISSING_NAMESPACE);
    },
  );
});

describe('a namespace that is described', () => {
  it('counts its records', async () => {
    const { name } = await index.filled(RECORDS);
    expect(await describeNamespace(name)).toEqual([200, { name, record_count: 3 }]);
  });

  it('counts what is left after a delete', async () => {
    const space = await index.filled(RECORDS);
    await space.post('/vectors/delete', { ids: ['a'] });
    expect(await describeNamespace(space.name)).toEqual([200, { name: space.name, record_count: 2 }]);
  });

  it('has decimal texts for its numbers from 2026-07 on, and its size', async () => {
    const { name } = await index.filled(RECORDS);
    expect(await describeNamespace(name, '2026-07')).toEqual([
      200,
      { name, record_count: '3', size_bytes: expect.stringMatching(/^[1-9]\d*$/) as unknown },
    ]);
  });

  it.each(['2025-04', '2025-10', '2026-04', 'unstable'])('has numbers and no size at %s', async (version) => {
    const { name } = await index.filled(RECORDS);
    expect(await describeNamespace(name, version)).toEqual([200, { name, record_count: 3 }]);
  });

  it('is 404 when it does not exist', async () => {
    expect(await describeNamespace('nowhere')).toEqual(MISSING_NAMESPACE);
  });

  it.each(['a b', 'a/b', 'a%b', '?', '#', 'a+b', '..x'])('is found by its percent-encoded name: %j', async (name) => {
    await index.namespace(name).fill(RECORDS);
    expect(await describeNamespace(name)).toEqual([200, { name, record_count: 3 }]);
  });

  it('exists as the default one even in a new index', async () => {
    expect(await describeNamespace('__default__', '2025-10', await newIndex())).toEqual([
      200,
      { name: '__default__', record_count: 0 },
    ]);
  });

  it('has the records of the default one as __default__', async () => {
    const other = await newIndex();
    await other.namespace('').fill(RECORDS);
    expect(await describeNamespace('__default__', '2025-10', other)).toEqual([200, { name: '__default__', record_count: 3 }]);
  });
});

describe('a namespace that is deleted', () => {
  it('is gone with its records', async () => {
    const space = await index.filled(RECORDS);
    expect(await at(space.name, { method: 'DELETE' })).toEqual(DONE);
    expect(await describeNamespace(space.name)).toEqual(MISSING_NAMESPACE);
    expect(await space.ids()).toEqual([]);
    expect(await index.counts()).not.toHaveProperty([space.name]);
  });

  it('leaves the others', async () => {
    const [one, other] = [await index.filled(RECORDS), await index.filled(RECORDS)];
    await at(one.name, { method: 'DELETE' });
    expect(await other.ids()).toEqual(['a', 'b', 'c']);
  });

  it('begins anew when it is written to again', async () => {
    const space = await index.filled(RECORDS);
    await at(space.name, { method: 'DELETE' });
    await space.fill([{ id: 'z', values: [1] }]);
    expect(await space.ids()).toEqual(['z']);
  });

  it('is 404 the second time', async () => {
    const { name } = await index.filled(RECORDS);
    await at(name, { method: 'DELETE' });
    expect(await at(name, { method: 'DELETE' })).toEqual(MISSING_NAMESPACE);
  });

  it('is 404 when it never existed', async () => {
    expect(await at('nowhere', { method: 'DELETE' })).toEqual(MISSING_NAMESPACE);
  });

  it('loses its records as the default one', async () => {
    const other = await newIndex();
    await other.namespace('').fill(RECORDS);
    expect(await at('__default__', { method: 'DELETE' }, other)).toEqual(DONE);
    expect(await other.namespace('').ids()).toEqual([]);
  });
});

describe('the list of namespaces', () => {
  let listed: IndexApi;

  beforeAll(async () => {
    listed = await newIndex();
    const names = ['beta', 'Alpha', 'alpha-2', 'alpha-1', 'alpha-10', '~', ''];
    await Promise.all(names.map((name) => listed.namespace(name).fill(RECORDS)));
    await create({ name: 'empty', schema: { fields: { genre: { filterable: true } } } }, listed);
  });

  it('describes them in the order of bytes, the default one as __default__', async () => {
    expect(await page(listed)).toEqual({
      namespaces: [
        { name: 'Alpha', record_count: 3 },
        { name: '__default__', record_count: 3 },
        { name: 'alpha-1', record_count: 3 },
        { name: 'alpha-10', record_count: 3 },
        { name: 'alpha-2', record_count: 3 },
        { name: 'beta', record_count: 3 },
        {
          name: 'empty',
          record_count: 0,
          schema: { fields: { genre: { filterable: true } } },
          indexed_fields: { fields: ['genre'] },
        },
        { name: '~', record_count: 3 },
      ],
      total_count: 8,
    });
  });

  it('has texts and sizes from 2026-07 on', async () => {
    const answer = await listed.call(NAMESPACES, { query: { prefix: 'beta' }, headers: { 'x-pinecone-api-version': '2026-07' } });
    expect(answer.body).toEqual({
      namespaces: [{ name: 'beta', record_count: '3', size_bytes: expect.stringMatching(/^[1-9]\d*$/) as unknown }],
      total_count: 1,
    });
  });

  it('is empty in a new index', async () => {
    expect(await page(await newIndex())).toEqual({ namespaces: [], total_count: 0 });
  });

  it('keeps to its prefix, and counts all that match', async () => {
    const first = await page(listed, { prefix: 'alpha', limit: 2 });
    expect([namesOf(first), first.total_count]).toEqual([['alpha-1', 'alpha-10'], 3]);
  });

  it.each(['%', 'alpha_', 'ALPHA'])('takes a prefix as text: %s', async (prefix) => {
    expect(await page(listed, { prefix })).toEqual({ namespaces: [], total_count: 0 });
  });

  it('goes on with the token, which the last page does not have', async () => {
    const first = await page(listed, { limit: 5 });
    const second = await page(listed, { limit: 5, paginationToken: first.pagination?.next ?? '' });
    expect(namesOf(second)).toEqual(['beta', 'empty', '~']);
    expect(second).not.toHaveProperty('pagination');
    expect(second.total_count).toBe(8);
  });

  it('visits every namespace once when pages hold one', async () => {
    const names: string[] = [];
    let token = '';
    do {
      const one = await page(listed, { limit: 1, paginationToken: token });
      names.push(...namesOf(one));
      token = one.pagination?.next ?? '';
    } while (token !== '' && names.length < 20);
    expect(names).toEqual(['Alpha', '__default__', 'alpha-1', 'alpha-10', 'alpha-2', 'beta', 'empty', '~']);
  });

  it('goes on after the namespace where the page ended is deleted', async () => {
    const other = await newIndex();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => other.namespace(name).fill(RECORDS)));
    const first = await page(other, { limit: 2 });
    await at('b', { method: 'DELETE' }, other);
    expect(namesOf(await page(other, { limit: 2, paginationToken: first.pagination?.next ?? '' }))).toEqual(['c', 'd']);
  });

  it.each([0, -1, 101, 'x'])('refuses a limit of %s', async (limit) => {
    expect(await listed.outcome(NAMESPACES, { query: { limit } })).toEqual(invalidWith('limit'));
  });

  it.each(['nonsense', 'W10'])('refuses a token that is none: %s', async (paginationToken) => {
    expect(await listed.outcome(NAMESPACES, { query: { paginationToken } })).toEqual(invalid('Invalid pagination token'));
  });

  it('refuses a token of another prefix', async () => {
    const { pagination } = await page(listed, { prefix: 'alpha', limit: 1 });
    const query = { prefix: 'a', paginationToken: pagination?.next ?? '' };
    expect(await listed.outcome(NAMESPACES, { query })).toEqual(invalid('Invalid pagination token'));
  });
});
