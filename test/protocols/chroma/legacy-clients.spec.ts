import { ChromaApi, type CollectionApi, type Outcome } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const REQUESTS = { 'user-agent': 'python-requests/2.31.0' };
const HTTPX = { 'user-agent': 'python-httpx/0.27.0' };
const PYTHON_1 = { 'user-agent': 'Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)' };
const TENANTS = '/api/v2/tenants';

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

async function outcome(
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
  method?: string,
): Promise<Outcome> {
  const answer = await chroma.call(path, {
    headers,
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  });
  return [answer.status, answer.body];
}

describe('on API v1', () => {
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await chroma.createCollection({ metadata: { k: 1 } });
  });

  const listed = async (headers: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const [, body] = await outcome('/api/v1/collections', headers);
    return (body as object[]).flatMap((shown) => Object.keys(shown)).sort();
  };

  it('Python 0.4 lists collections of the three keys that it takes', async () => {
    expect(await listed(REQUESTS)).toEqual(['id', 'metadata', 'name']);
  });

  it.each([HTTPX, { 'user-agent': 'node' }])('others list them whole: %p', async (agent) => {
    expect(await listed(agent)).toEqual(expect.arrayContaining(['configuration_json', 'dimension', 'version']));
  });

  it('Python 0.4 gets and creates collections that are whole, as every other client', async () => {
    const { name } = collection;
    for (const body of [undefined, { name, get_or_create: true }]) {
      const path = body === undefined ? `/api/v1/collections/${name}` : '/api/v1/collections';
      expect(await outcome(path, REQUESTS, body)).toMatchObject([200, { configuration_json: {}, version: 0 }]);
    }
  });
});

describe('on API v2, Python 0.5.16 to 0.6.3', () => {
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await chroma.filled({ ids: ['a'], embeddings: [[1, 2, 3]] });
  });

  it.each([HTTPX, REQUESTS])('is told as by its server that there is no such collection: %p', async (agent) => {
    const missing = { error: 'InvalidCollection', message: 'Collection nope does not exist.' };
    expect(await outcome(`${COLLECTIONS}/nope`, agent)).toEqual([400, missing]);
  });

  it('is told so of a collection that is gone, by every call on records', async () => {
    const gone = await chroma.createCollection();
    await chroma.call(`${COLLECTIONS}/${gone.name}`, { method: 'DELETE' });
    const missing = [400, { error: 'InvalidCollection', message: `Collection ${gone.id} does not exist.` }];
    expect(await outcome(`${gone.path}/add`, HTTPX, { ids: ['a'], embeddings: [[1]] })).toEqual(missing);
    expect(await outcome(`${gone.path}/get`, HTTPX, {})).toEqual(missing);
    expect(await outcome(`${gone.path}/count`, HTTPX)).toEqual(missing);
    expect(await outcome(gone.path, HTTPX, { new_name: 'other' }, 'PUT')).toEqual(missing);
  });

  it('is told that a collection to be deleted is missing by another name', async () => {
    const missing = { error: 'InvalidArgumentError', message: 'Collection nope does not exist.' };
    expect(await outcome(`${COLLECTIONS}/nope`, HTTPX, undefined, 'DELETE')).toEqual([400, missing]);
  });

  it('is told of a collection that exists already', async () => {
    const taken = { error: 'UniqueConstraintError', message: `Collection ${collection.name} already exists` };
    expect(await outcome(COLLECTIONS, HTTPX, { name: collection.name })).toEqual([409, taken]);
  });

  it('is told of a wrong dimension', async () => {
    const message = 'Embedding dimension 2 does not match collection dimensionality 3';
    const wrong = [400, { error: 'InvalidDimension', message }];
    expect(await outcome(`${collection.path}/add`, HTTPX, { ids: ['b'], embeddings: [[1, 2]] })).toEqual(wrong);
    expect(await outcome(`${collection.path}/query`, HTTPX, { query_embeddings: [[1, 2]] })).toEqual(wrong);
  });

  it('is told of databases, by the tenant in the path', async () => {
    await chroma.call(TENANTS, { body: { name: 'other-tenant' } });
    const base = `${TENANTS}/other-tenant/databases`;
    await chroma.call(base, { body: { name: 'base' } });
    const missing = 'Database nope not found for tenant other-tenant. Are you sure it exists?';
    expect(await outcome(`${base}/nope`, HTTPX)).toEqual([404, { error: 'NotFoundError', message: missing }]);
    const taken = 'Database base already exists for tenant other-tenant';
    expect(await outcome(base, HTTPX, { name: 'base' })).toEqual([409, { error: 'UniqueConstraintError', message: taken }]);
  });

  it('is alone in that', async () => {
    expect(await outcome(`${COLLECTIONS}/nope`, PYTHON_1)).toMatchObject([404, { error: 'NotFoundError' }]);
    expect(await outcome(COLLECTIONS, PYTHON_1, { name: collection.name })).toMatchObject([409, { error: 'ChromaError' }]);
  });
});

describe('a search', () => {
  const disabled = (key: string, type: string): Outcome => [
    400,
    {
      error: 'InvalidArgumentError',
      message: `Cannot filter using metadata key '${key}' with type '${type}' because indexing is disabled`,
    },
  ];
  let collection: CollectionApi;

  beforeAll(async () => {
    const index = { string_inverted_index: { enabled: false, config: {} } };
    collection = await chroma.createCollection({ schema: { defaults: {}, keys: { dull: { string: index } } } });
  });

  it('is refused for a filter that the schema does not index', async () => {
    const filter = { $and: [{ k: 1 }, { dull: 'x' }] };
    expect(await collection.outcome('search', { searches: [{}, { filter }] })).toEqual(disabled('dull', 'Str'));
  });

  it('is refused for a sparse vector, which nothing indexes', async () => {
    const rank = { $sum: [{ $val: 1 }, { $knn: { query: { indices: [1], values: [1] }, key: 'sparse' } }] };
    expect(await collection.outcome('search', { searches: [{ rank }] })).toEqual(disabled('sparse', 'SparseVector'));
  });

  it.each([
    [{ k: { $bad: 1 } }, 'Invalid where clause'],
    [{ '#document': { $regex: '[' } }, 'Regex syntax errror: regex parse error'],
  ])('is refused before for what is no filter: %j', async (filter, words) => {
    const message = expect.stringContaining(`searches[1].filter: ${words}`) as unknown;
    expect(await collection.outcome('search', { searches: [{}, { filter }] })).toEqual([422, { error: 'ChromaError', message }]);
  });
});
