import { tmpdir } from 'node:os';
import { createIndex, type NamespaceApi, type Outcome, PineconeApi } from '../support/clients/pinecone-api.js';
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
  const headers = { 'x-pinecone-api-version': '2026-07' };
  const text = { type: 'string', full_text_search: { language: 'de' } };
  let index: PineconeApi;

  const call = (operation: string, body: object): Promise<Outcome> =>
    index.outcome(`/namespaces/n/documents/${operation}`, { body, headers });
  const search = async (clause: object): Promise<unknown> => {
    const [status, answer] = await call('search', { score_by: [clause], top_k: 10 });
    const { matches } = answer as { readonly matches?: readonly { readonly _id: string }[] };
    return matches?.map(({ _id }) => _id) ?? status;
  };
  const create = (name: string, fields: object): Promise<Outcome> =>
    new PineconeApi(gateway.pineconeUrl).outcome('/indexes', { body: { name, schema: { fields } }, headers });

  beforeAll(async () => {
    await create('documents', { body: text, terms: { type: 'sparse_vector' } });
    index = new PineconeApi(`${gateway.pineconeUrl}/_index/documents`);
    const documents = Array.from({ length: 1_001 }, (_item, at) => ({
      _id: `d${String(at)}`,
      body: at === 0 ? 'Wolves running' : 'sheep',
      old: true,
    }));
    await call('upsert', { documents: documents.slice(0, 1_000) });
    await call('upsert', { documents: documents.slice(1_000) });
  });

  it('D110: documents are searched by the words as they are', async () => {
    expect(await search({ type: 'text', fields: ['body'], query: 'WOLVES' })).toEqual(['d0']);
    expect(await search({ type: 'text', fields: ['body'], query: 'wolf run' })).toEqual([]);
    const stemmed = { type: 'string', full_text_search: { stemming: true } };
    expect(await create('stemmed', { body: stemmed })).toMatchObject([400, { error: { code: 'UNIMPLEMENTED' } }]);
    expect(await search({ type: 'embed', field: 'body', query: 'wolf' })).toBe(400);
  });

  it("D111: a query string is a subset of Lucene's", async () => {
    expect(await search({ type: 'query_string', query: 'body:"wolves running"^2 NOT sheep' })).toEqual(['d0']);
    expect(await search({ type: 'query_string', query: 'wol*' })).toBe(400);
    expect(await search({ type: 'query_string', query: 'wolves~1' })).toBe(400);
  });

  it('D112: the sparse vector of a document cannot be removed', async () => {
    const remove = (name: string): Promise<Outcome> => call('update', { documents: [{ _id: 'd0', _remove_fields: [name] }] });
    expect(await remove('terms')).toMatchObject([400, { error: { code: 'UNIMPLEMENTED' } }]);
    expect(await remove('nothing')).toEqual([202, {}]);
  });

  it('D113: an update of documents by a filter may be several writes', async () => {
    const lsnOf = async (body: object): Promise<number> => {
      const answer = await index.call('/namespaces/n/documents/update', { body, headers });
      return Number(answer.headers.get('x-pinecone-request-lsn'));
    };
    const change = { filter: { old: true }, set_fields: { old: false }, remove_fields: ['nothing'] };
    expect(await call('update', change)).toEqual([202, { matched_records: 1_001 }]);
    expect(await call('update', change)).toEqual([202, { matched_records: 0 }]);
    const back = { filter: { old: false }, set_fields: { old: true } };
    const before = await lsnOf({ filter: { old: true }, set_fields: { old: true } });
    expect(await lsnOf(back)).toBe(before + 1);
    const terms = { indices: [1], values: [1] };
    expect(await lsnOf({ filter: { old: true }, set_fields: { old: false, terms } })).toBe(before + 3);
  });
});
