import {
  createIndex,
  type IndexApi,
  invalid,
  invalidWith,
  type NamespaceApi,
  type Query,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const LIST = '/vectors/list';
const GARBLED = invalid('Invalid pagination token');

interface Page {
  readonly vectors: readonly { readonly id: string }[];
  readonly pagination?: { readonly next: string };
  readonly namespace: string;
}

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
  space = await holding('doc1#1', 'doc1#10', 'doc1#2', 'doc2#1', 'Doc', '~', '!', 'a b');
});

afterAll(async () => {
  await gateway.stop();
});

async function holding(...ids: readonly string[]): Promise<NamespaceApi> {
  return index.filled(ids.map((id) => ({ id, values: [1] })));
}

async function page(query: Query = {}, inside = space): Promise<Page> {
  return (await inside.get(LIST, query)).body as Page;
}

function idsOf({ vectors }: Page): readonly string[] {
  return vectors.map(({ id }) => id);
}

describe('list', () => {
  it('takes snake_case names', async () => {
    const first = await page({ limit: 5 });
    const rest = await page({ limit: 5, pagination_token: first.pagination?.next ?? '' });
    expect(idsOf(rest)).toEqual(['doc1#2', 'doc2#1', '~']);
  });

  it('answers with ids, the namespace and the usage', async () => {
    const one = await holding('a');
    expect(await one.read(LIST)).toEqual([200, { vectors: [{ id: 'a' }], namespace: one.name, usage: { readUnits: 1 } }]);
  });

  it('is in the order of bytes', async () => {
    expect(idsOf(await page())).toEqual(['!', 'Doc', 'a b', 'doc1#1', 'doc1#10', 'doc1#2', 'doc2#1', '~']);
  });

  it('keeps to its prefix', async () => {
    expect(idsOf(await page({ prefix: 'doc1#' }))).toEqual(['doc1#1', 'doc1#10', 'doc1#2']);
  });

  it.each(['doc1#1', 'doc3', 'D', 'doc1#100'])('takes a prefix as text of its case: %s', async (prefix) => {
    const all = await space.ids();
    expect(idsOf(await page({ prefix }))).toEqual(all.filter((id) => id.startsWith(prefix)));
  });

  it.each(['%', '_', '\\', '.*', "'"])('takes a prefix as text, not as a pattern: %s', async (prefix) => {
    const odd = await holding(`${prefix}1`, 'x1', 'xx');
    expect(idsOf(await page({ prefix }, odd))).toEqual([`${prefix}1`]);
  });

  it('lists everything with an empty prefix', async () => {
    expect((await page({ prefix: '' })).vectors).toHaveLength(8);
  });

  it('answers with nothing in a namespace that does not exist', async () => {
    expect(await index.namespace('nowhere').read(LIST)).toEqual([
      200,
      { vectors: [], namespace: 'nowhere', usage: { readUnits: 1 } },
    ]);
  });

  it.each(['', '__default__'])('answers with the spelling of the default namespace: %j', async (name) => {
    expect(await page({}, index.namespace(name))).toMatchObject({ namespace: name });
  });

  it('lists the default namespace when none is named', async () => {
    const other = await createIndex(gateway, { dimension: 1 });
    await other.namespace('__default__').fill([{ id: 'a', values: [1] }]);
    expect((await other.call(LIST)).body).toMatchObject({ vectors: [{ id: 'a' }], namespace: '' });
  });

  it('answers for an index of pods, too', async () => {
    const pods = await createIndex(gateway, { dimension: 1, spec: { pod: { environment: 'us-east1-gcp', pod_type: 'p1.x1' } } });
    expect((await pods.call(LIST)).status).toBe(200);
  });
});

describe('pages of a list', () => {
  it('hold so many ids, and tell how to go on', async () => {
    const first = await page({ limit: 3 });
    const second = await page({ limit: 3, paginationToken: first.pagination?.next ?? '' });
    const third = await page({ limit: 3, paginationToken: second.pagination?.next ?? '' });
    expect([first, second, third].map(idsOf)).toEqual([
      ['!', 'Doc', 'a b'],
      ['doc1#1', 'doc1#10', 'doc1#2'],
      ['doc2#1', '~'],
    ]);
    expect(third).not.toHaveProperty('pagination');
  });

  it('have no token when the last id is on them', async () => {
    expect(await page({ limit: 8 })).not.toHaveProperty('pagination');
  });

  it('keep to the prefix', async () => {
    const first = await page({ prefix: 'doc1', limit: 2 });
    const second = await page({ prefix: 'doc1', limit: 2, paginationToken: first.pagination?.next ?? '' });
    expect(idsOf(second)).toEqual(['doc1#2']);
  });

  it('hold a hundred ids unless a limit is sent', async () => {
    const many = await holding(...Array.from({ length: 101 }, (_item, at) => `id-${String(at).padStart(3, '0')}`));
    const first = await page({}, many);
    expect(first.vectors).toHaveLength(100);
    expect(idsOf(await page({ paginationToken: first.pagination?.next ?? '' }, many))).toEqual(['id-100']);
  });

  it('may be of another size than the first', async () => {
    const first = await page({ limit: 1 });
    expect(idsOf(await page({ limit: 2, paginationToken: first.pagination?.next ?? '' }))).toEqual(['Doc', 'a b']);
  });

  it('go on after what was deleted meanwhile', async () => {
    const many = await holding('a', 'b', 'c', 'd', 'e');
    const first = await page({ limit: 2 }, many);
    await many.post('/vectors/delete', { ids: ['a', 'b', 'c'] });
    expect(idsOf(await page({ limit: 2, paginationToken: first.pagination?.next ?? '' }, many))).toEqual(['d', 'e']);
  });

  it('neither repeat nor skip when ids are added meanwhile', async () => {
    const many = await holding('b', 'c', 'd');
    const first = await page({ limit: 2 }, many);
    await many.fill([
      { id: 'a', values: [1] },
      { id: 'cc', values: [1] },
    ]);
    expect(idsOf(await page({ limit: 9, paginationToken: first.pagination?.next ?? '' }, many))).toEqual(['cc', 'd']);
  });

  it('have tokens that need no encoding in a URL', async () => {
    const odd = await holding('?&=/+ "', '~~~');
    expect((await page({ limit: 1 }, odd)).pagination?.next).toMatch(/^[\w-]+$/);
  });

  it('may begin with an empty token', async () => {
    expect((await page({ paginationToken: '' })).vectors).toHaveLength(8);
  });

  it.each([1, 100])('take a limit of %i', async (limit) => {
    expect((await space.get(LIST, { limit })).status).toBe(200);
  });

  it.each([0, -1, 101, 1.5, 'ten', '1e1', '9999999999999'])('refuse a limit of %s', async (limit) => {
    expect(await space.read(LIST, { limit })).toEqual(invalidWith('limit'));
  });

  it.each(['nonsense', '!!!', 'W10', 'WzFd', 'bnVsbA'])('refuse a token that is none: %s', async (paginationToken) => {
    expect(await space.read(LIST, { paginationToken })).toEqual(GARBLED);
  });

  it('refuse a token of another prefix', async () => {
    const { pagination } = await page({ prefix: 'doc1', limit: 1 });
    expect(await space.read(LIST, { prefix: 'doc', paginationToken: pagination?.next ?? '' })).toEqual(GARBLED);
  });

  it('refuse a token of another namespace', async () => {
    const { pagination } = await page({ limit: 1 });
    expect(await index.namespace('other').read(LIST, { paginationToken: pagination?.next ?? '' })).toEqual(GARBLED);
  });

  it('refuse a token of another operation', async () => {
    const answer = await space.post('/vectors/fetch_by_metadata', { limit: 1 });
    const { next } = (answer.body as Required<Page>).pagination;
    expect(await space.read(LIST, { paginationToken: next })).toEqual(GARBLED);
  });
});
