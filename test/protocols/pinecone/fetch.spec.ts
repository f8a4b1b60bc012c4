import {
  createIndex,
  type IndexApi,
  invalid,
  invalidWith,
  type NamespaceApi,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const FETCH = '/vectors/fetch';
const FETCH_BY_METADATA = '/vectors/fetch_by_metadata';

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

describe('fetch', () => {
  const stored: readonly Vector[] = [
    { id: 'a', values: [1, 2], metadata: { genre: 'drama', tags: ['x', 'y'], year: 2020, seen: true } },
    { id: 'b', values: [3, 4], sparseValues: { indices: [0, 4_294_967_295], values: [0.5, -1] } },
    { id: 'c', values: [5, 6] },
  ];

  beforeAll(async () => {
    space = await index.filled(stored);
  });

  it('answers with vectors by id, the namespace and the usage', async () => {
    expect(await space.read(FETCH, { ids: 'a' })).toEqual([
      200,
      { vectors: { a: stored[0] }, namespace: space.name, usage: { readUnits: 1 } },
    ]);
  });

  it('includes sparse values, and leaves out what a record does not have', async () => {
    expect(await space.fetch('b', 'c')).toEqual({ b: stored[1], c: stored[2] });
  });

  it('leaves out ids that do not exist', async () => {
    expect(Object.keys(await space.fetch('a', 'nobody', 'c')).sort()).toEqual(['a', 'c']);
  });

  it('answers with no vectors when no id exists', async () => {
    expect(await space.fetch('nobody')).toEqual({});
  });

  it('answers once for an id that is named twice', async () => {
    const { text } = await space.get(FETCH, { ids: ['a', 'a'] });
    expect(text.split('"id":"a"')).toHaveLength(2);
  });

  it('answers with nothing in a namespace that does not exist', async () => {
    expect(await index.namespace('nowhere').read(FETCH, { ids: 'a' })).toEqual([
      200,
      { vectors: {}, namespace: 'nowhere', usage: { readUnits: 1 } },
    ]);
  });

  it('does not see other namespaces', async () => {
    expect(await index.namespace('').fetch('a')).toEqual({});
  });

  it.each([{}, { ids: [] }])('refuses a request without ids: %j', async (query) => {
    expect(await space.read(FETCH, query)).toEqual(invalidWith('ids'));
  });

  it('takes a thousand ids', async () => {
    const ids = Array.from({ length: 1_000 }, (_item, at) => `id-${String(at)}`);
    expect(Object.keys(await space.fetch(...ids.slice(1), 'a'))).toEqual(['a']);
  });

  it('refuses more than a thousand ids', async () => {
    const ids = Array.from({ length: 1_001 }, (_item, at) => `id-${String(at)}`);
    expect(await space.read(FETCH, { ids })).toEqual(invalidWith('1000'));
  });

  it('refuses an id that is nothing', async () => {
    expect(await space.read(FETCH, { ids: ['a', ''] })).toEqual(invalidWith('Vector ID'));
  });

  it.each(['ä', 'x'.repeat(513)])('looks for ids that another protocol may have written', async (id) => {
    expect(Object.keys(await space.fetch('a', id))).toEqual(['a']);
  });
});

describe('the ids in the URL of a fetch', () => {
  const odd = ['a b', 'a+b', 'a/b', 'a.b', 'a:b', 'a@b', 'a!b', '[a]', 'a,b', 'a&b', 'a=b', 'a#b', 'a%b', '%20', '__proto__'];

  beforeAll(async () => {
    space = await index.filled(odd.map((id) => ({ id, values: [1, 2] })));
  });

  it.each(odd)('may be %j, percent-encoded', async (id) => {
    const answer = await index.call(`${FETCH}?namespace=${space.name}&ids=${encodeURIComponent(id)}`);
    expect(answer.text).toContain(`{"vectors":{${JSON.stringify(id)}:{"id":${JSON.stringify(id)},"values":[1,2]}}`);
  });

  it.each(['%20', '+'])('have a space for %s', async (written) => {
    const answer = await index.call(`${FETCH}?namespace=${space.name}&ids=a${written}b`);
    expect(answer.body).toMatchObject({ vectors: { 'a b': { id: 'a b' } } });
  });

  it('are not separated by commas', async () => {
    expect(Object.keys(await space.fetch('a,b'))).toEqual(['a,b']);
  });

  it('may stand unencoded where a URL allows it', async () => {
    const answer = await index.call(`${FETCH}?ids=a/b&ids=a:b&ids=a@b&ids=a!b&ids=a,b&namespace=${space.name}`);
    expect(Object.keys((answer.body as { vectors: object }).vectors)).toHaveLength(5);
  });
});

describe('the namespace that a fetch answers with', () => {
  it.each(['', '__default__'])('is spelt as in the request: %j', async (name) => {
    expect(await index.namespace(name).read(FETCH, { ids: 'a' })).toEqual([
      200,
      { vectors: {}, namespace: name, usage: { readUnits: 1 } },
    ]);
  });

  it('is the empty one when none is named', async () => {
    expect((await index.call(`${FETCH}?ids=a`)).body).toMatchObject({ namespace: '' });
  });
});

describe('fetch by metadata', () => {
  const genre = (id: string): string => (id < 'id-3' ? 'drama' : 'comedy');
  const ids = ['id-0', 'id-1', 'id-10', 'id-2', 'id-3', 'id-4'];

  interface Page {
    readonly vectors: Readonly<Record<string, Vector>>;
    readonly pagination?: { readonly next: string };
  }

  const page = async (body: object): Promise<Page> => (await space.post(FETCH_BY_METADATA, body)).body as Page;

  beforeAll(async () => {
    space = await index.filled(ids.map((id, at) => ({ id, values: [1, at], metadata: { genre: genre(id) } })));
  });

  it('answers with whole records, the namespace and the usage', async () => {
    expect(await space.outcome(FETCH_BY_METADATA, { filter: { genre: { $eq: 'comedy' } } })).toEqual([
      200,
      {
        vectors: {
          'id-3': { id: 'id-3', values: [1, 4], metadata: { genre: 'comedy' } },
          'id-4': { id: 'id-4', values: [1, 5], metadata: { genre: 'comedy' } },
        },
        namespace: space.name,
        usage: { readUnits: 1 },
      },
    ]);
  });

  it('answers in the order of ids', async () => {
    expect(Object.keys((await page({ filter: { genre: 'drama' } })).vectors)).toEqual(['id-0', 'id-1', 'id-10', 'id-2']);
  });

  it('goes on with the token, which the last page does not have', async () => {
    const first = await page({ filter: { genre: 'drama' }, limit: 3 });
    const second = await page({ filter: { genre: 'drama' }, limit: 3, paginationToken: first.pagination?.next });
    expect(Object.keys(first.vectors)).toEqual(['id-0', 'id-1', 'id-10']);
    expect(Object.keys(second.vectors)).toEqual(['id-2']);
    expect(second).not.toHaveProperty('pagination');
  });

  it('has no token when the page ends with the last record', async () => {
    expect(await page({ filter: { genre: 'drama' }, limit: 4 })).not.toHaveProperty('pagination');
  });

  it('takes the snake_case spelling of the token', async () => {
    const first = await page({ limit: 5 });
    const second = await page({ limit: 5, pagination_token: first.pagination?.next });
    expect(Object.keys(second.vectors)).toEqual(['id-4']);
  });

  it('goes on after the record where the page ended is deleted', async () => {
    const other = await index.filled(ids.map((id) => ({ id, values: [1, 1] })));
    const first = (await other.post(FETCH_BY_METADATA, { limit: 2 })).body as Page;
    await other.post('/vectors/delete', { ids: ['id-1', 'id-10'] });
    const second = (await other.post(FETCH_BY_METADATA, { limit: 2, paginationToken: first.pagination?.next })).body as Page;
    expect(Object.keys(second.vectors)).toEqual(['id-2', 'id-3']);
  });

  it.each([{}, { filter: {} }, { filter: null }])('answers with every record when nothing is filtered: %j', async (body) => {
    expect(Object.keys((await page(body)).vectors)).toEqual(ids);
  });

  it('answers with nothing in a namespace that does not exist', async () => {
    expect(await index.namespace('nowhere').outcome(FETCH_BY_METADATA, { filter: { genre: 'drama' } })).toEqual([
      200,
      { vectors: {}, namespace: 'nowhere', usage: { readUnits: 1 } },
    ]);
  });

  it('answers with a hundred records when no limit is sent', async () => {
    const other = await index.filled(Array.from({ length: 101 }, (_item, at) => ({ id: `v-${String(at)}`, values: [1, at] })));
    const first = (await other.post(FETCH_BY_METADATA, {})).body as Page;
    expect(Object.keys(first.vectors)).toHaveLength(100);
    expect(typeof first.pagination?.next).toBe('string');
  });

  it.each([1, 10_000])('takes a limit of %i', async (limit) => {
    expect((await space.post(FETCH_BY_METADATA, { limit })).status).toBe(200);
  });

  it.each([0, -1, 10_001, 1.5, '10'])('refuses a limit of %j', async (limit) => {
    expect(await space.outcome(FETCH_BY_METADATA, { limit })).toEqual(invalidWith('limit'));
  });

  it.each(['nonsense', 'e30', 'WyJ4Il0'])('refuses a token that is none: %s', async (paginationToken) => {
    expect(await space.outcome(FETCH_BY_METADATA, { paginationToken })).toEqual(invalid('Invalid pagination token'));
  });

  it('refuses a token of another filter', async () => {
    const { pagination } = await page({ filter: { genre: 'drama' }, limit: 1 });
    expect(await space.outcome(FETCH_BY_METADATA, { filter: { genre: 'comedy' }, paginationToken: pagination?.next })).toEqual(
      invalid('Invalid pagination token'),
    );
  });

  it('refuses a token of another namespace', async () => {
    const { pagination } = await page({ limit: 1 });
    expect(await index.namespace('other').outcome(FETCH_BY_METADATA, { paginationToken: pagination?.next })).toEqual(
      invalid('Invalid pagination token'),
    );
  });

  it('refuses an invalid filter', async () => {
    expect(await space.outcome(FETCH_BY_METADATA, { filter: { genre: { $like: 'd' } } })).toEqual(invalidWith('$like'));
  });
});
