import { tmpdir } from 'node:os';
import { type Answer, createIndex, type NamespaceApi, type Outcome, PineconeApi } from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The numbers in `docs/differences.md`, section "Pinecone, since the first list". */

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_IMPORT_ROOT: tmpdir() } });
});

afterAll(async () => {
  await gateway.stop();
});

describe('filters', () => {
  const found = async (space: NamespaceApi, filter: object): Promise<readonly string[]> =>
    (await space.matches({ vector: [1], filter })).map(({ id }) => id);

  it.each([
    ['true', ['without']],
    ['false', []],
  ])('D95: $ne and $nin match records that lack the key, unless a setting says otherwise (%s)', async (setting, ids) => {
    const own = await startGateway({ env: { POLYVEC_PINECONE_NE_MATCHES_MISSING: setting } });
    const space = await (await createIndex(own, { dimension: 1 })).filled([{ id: 'without', values: [1] }]);
    expect(await found(space, { key: { $ne: 'x' } })).toEqual(ids);
    expect(await found(space, { key: { $nin: ['x'] } })).toEqual(ids);
    await own.stop();
  });
});

describe('scores', () => {
  it('D96: a score beyond float32 is the largest one, ranked by its true value', async () => {
    const space = await (
      await createIndex(gateway, { dimension: 2, metric: 'euclidean' })
    ).filled([
      { id: 'a', values: [-3e20, 0] },
      { id: 'b', values: [2e20, 0] },
      { id: 'c', values: [1, 0] },
    ]);
    const { text } = await space.post('/query', { vector: [0, 0], topK: 3 });
    expect([...text.matchAll(/"id":"(.)","score":([^,]+)/g)].map(([, id, score]) => [id, score])).toEqual([
      ['c', '1'],
      ['b', '3.4028235e+38'],
      ['a', '3.4028235e+38'],
    ]);
  });
});

describe('the control plane', () => {
  it.each([
    ['unstable', 200],
    ['nonsense', 200],
    ['2026-01.alpha', 200],
    ['1999-01', 200],
    ['2099-12', 200],
  ])('D97: API versions that are none are served, but for the shapes of a preview: %s', async (version, status) => {
    const headers = { 'x-pinecone-api-version': version };
    expect((await new PineconeApi(gateway.pineconeUrl).call('/indexes', { headers })).status).toBe(status);
  });

  it('D97: API versions that are none are served, but for the shapes of a preview', async () => {
    const body = { name: 'previewed', schema: { fields: { _values: { type: 'dense_vector', dimension: 2 } } } };
    const headers = { 'x-pinecone-api-version': '2026-01.alpha' };
    expect(await new PineconeApi(gateway.pineconeUrl).outcome('/indexes', { body, headers })).toMatchObject([
      400,
      { error: { message: expect.stringContaining('2026-01.alpha') as unknown } },
    ]);
  });

  it("D99: Python's gRPC clients before 9 get a bare host when they ask for it", async () => {
    const { name, port } = await createIndex(gateway, { dimension: 2 });
    const host = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const [, body] = await new PineconeApi(gateway.pineconeUrl).outcome(`/indexes/${name}`, { headers });
      return (body as { readonly host: string }).host;
    };
    const agent = { 'user-agent': 'python-client-7.3.0' };
    expect(await host(agent)).toBe(`http://localhost:${String(port)}`);
    expect(await host({ ...agent, 'x-polyvec-host-style': 'bare' })).toBe(`localhost:${String(port)}`);
    expect(await host({ 'x-polyvec-host-style': 'url' })).toBe(`http://localhost:${String(port)}`);
    expect(await host({ ...agent, 'x-polyvec-host-style': 'other' })).toBe(`http://localhost:${String(port)}`);
  });

  it('D109: imports are from files of the gateway alone', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    const start = async (body: object): Promise<unknown> => (await index.outcome('/bulk/imports', { body }))[1];
    expect(await start({ uri: 's3://bucket/films' })).toMatchObject({
      message: 'Imports are served from file:///path alone, not from s3://bucket/films',
    });
    expect(await start({ uri: 'file:///films', integrationId: 'i' })).toMatchObject({
      message: 'integrationId is not served here: imports read files of the gateway alone',
    });
  });

  it('D98: a collection is ready when it is created', async () => {
    const { name } = await createIndex(gateway, { dimension: 2, spec: { pod: { environment: 'e' } } });
    const body = { name: 'copied', source: name };
    expect(await new PineconeApi(gateway.pineconeUrl).outcome('/collections', { body })).toMatchObject([
      201,
      { status: 'Ready' },
    ]);
  });
});

describe('documents', () => {
  const NEW = { 'x-pinecone-api-version': '2026-07' };
  const TEXT = { type: 'string', full_text_search: {} };
  const VECTOR = { type: 'dense_vector', dimension: 2, metric: 'cosine' };
  const create = async (fields: object): Promise<Answer> =>
    new PineconeApi(gateway.pineconeUrl).call('/indexes', { body: { schema: { fields } }, headers: NEW });
  let index: PineconeApi;

  const post = async (operation: string, body: object): Promise<Outcome> =>
    index.outcome(`/namespaces/__default__/documents/${operation}`, { body, headers: NEW });

  beforeAll(async () => {
    const { host } = (await create({ body: TEXT, embedding: VECTOR })).body as { readonly host: string };
    index = new PineconeApi(`http://${host}`);
  });

  it.each([
    ['two texts', { a: TEXT, b: TEXT }],
    ['two dense vectors', { a: VECTOR, b: VECTOR }],
    ['a sparse vector beside one by cosine', { a: VECTOR, b: { type: 'sparse_vector' } }],
    ['stemming', { a: { type: 'string', full_text_search: { stemming: true } } }],
    ['embedded text', { a: { type: 'string', embed: { model: 'polyvec-local' } } }],
  ])('D110: an index of documents has one field of each kind (%s)', async (_what, fields) => {
    expect((await create(fields)).body).toMatchObject({ error: { code: 'UNIMPLEMENTED' } });
  });

  it.each(['(a b)', 'a*', 'year:[1 TO 2]', 'a^2', 'a~1'])(
    'D111: a query string of groups or wildcards is 400 (%s)',
    async (query) => {
      const [status] = await post('search', { score_by: [{ type: 'query_string', query }], top_k: 1 });
      expect(status).toBe(400);
    },
  );

  it.each(['body', 'embedding'])('D112: an update by filter that sets a searched field is 400 (%s)', async (field) => {
    const [status] = await post('update', { filter: { year: 1 }, set_fields: { [field]: 'x' } });
    expect(status).toBe(400);
  });
});
