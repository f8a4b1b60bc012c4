import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import {
  type Answer,
  createIndex,
  DONE,
  type IndexApi,
  invalid,
  invalidWith,
  MISSING_NAMESPACE,
  type NamespaceApi,
  PineconeApi,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const COMMITTED = ['x-pinecone-request-lsn', 'x-pinecone-lsn-committed'];
const SEEN = ['x-pinecone-max-indexed-lsn', 'x-pinecone-lsn-reconciled'];
const RECORDS = [{ id: 'a', values: [1, 2] }];

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  space = await index.filled(RECORDS);
});

function numbers(answer: Answer, names: readonly string[]): readonly number[] {
  return names.map((name) => Number(answer.headers.get(name) ?? Number.NaN));
}

/** Sends a request with these headers and no others than those that HTTP demands. */
async function bare(path: string, method: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request({ host: '127.0.0.1', port: index.port, path, method, headers: { ...length, ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { readonly statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return `${String(response.statusCode)} ${Buffer.concat(chunks).toString()}`;
}

describe('every answer', () => {
  it('carries an id, and how many milliseconds it took', async () => {
    const control = new PineconeApi(gateway.pineconeUrl);
    for (const answer of [await index.call('/query', { body: {} }), await control.call('/indexes')]) {
      expect(answer.headers.get('x-pinecone-request-id')).toMatch(/./);
      expect(answer.headers.get('x-pinecone-response-duration-ms')).toMatch(/^\d+$/);
    }
  });
});

describe('the write counter', () => {
  it('begins at 1 with the first write of a namespace', async () => {
    const answer = await index.namespace().post('/vectors/upsert', { vectors: RECORDS });
    expect(numbers(answer, COMMITTED)).toEqual([1, 1]);
  });

  it('grows with every kind of write', async () => {
    const writes = [
      await space.post('/vectors/upsert', { vectors: RECORDS }),
      await space.post('/vectors/update', { id: 'a', setMetadata: { x: 1 } }),
      await space.post('/vectors/update', { filter: { x: 1 }, setMetadata: { y: 1 } }),
      await space.post('/vectors/delete', { filter: { x: 1 } }),
      await space.post('/vectors/delete', { ids: ['a'] }),
      await space.post('/vectors/delete', { deleteAll: true }),
    ];
    const [lsns, committed] = COMMITTED.map((name) => writes.map((answer) => Number(answer.headers.get(name))));
    expect(lsns).toEqual(committed);
    expect(lsns?.every((lsn, at) => lsn > (lsns[at - 1] ?? 1))).toBe(true);
  });

  it('is decimal text', async () => {
    const answer = await space.post('/vectors/upsert', { vectors: RECORDS });
    expect(answer.headers.get('x-pinecone-request-lsn')).toMatch(/^[1-9]\d*$/);
  });

  it('is not moved by writes to other namespaces', async () => {
    const other = await index.filled(RECORDS);
    await other.fill(RECORDS);
    await other.fill(RECORDS);
    const answer = await space.post('/vectors/upsert', { vectors: RECORDS });
    expect(numbers(answer, COMMITTED)).toEqual([2, 2]);
  });

  it('is one counter for both spellings of the default namespace', async () => {
    const other = await createIndex(gateway, { dimension: 2 });
    await other.namespace('').fill(RECORDS);
    const answer = await other.namespace('__default__').post('/vectors/upsert', { vectors: RECORDS });
    expect(numbers(answer, COMMITTED)).toEqual([2, 2]);
  });

  it('is not told of refused writes', async () => {
    const answer = await space.post('/vectors/upsert', { vectors: [] });
    expect(COMMITTED.map((name) => answer.headers.get(name))).toEqual([null, null]);
  });

  it.each<[string, (inside: NamespaceApi) => Promise<Answer>]>([
    ['a query', async (inside) => inside.post('/query', { topK: 1, vector: [1, 0] })],
    ['a query by the id of a missing record', async (inside) => inside.post('/query', { topK: 1, id: 'nobody' })],
    ['a fetch', async (inside) => inside.get('/vectors/fetch', { ids: 'a' })],
    ['a fetch by metadata', async (inside) => inside.post('/vectors/fetch_by_metadata', {})],
    ['a list', async (inside) => inside.get('/vectors/list')],
  ])('has reached the last write when it is told by %s', async (_what, read) => {
    const written = await space.post('/vectors/upsert', { vectors: RECORDS });
    const [committed = Number.NaN] = numbers(written, COMMITTED);
    const seen = numbers(await read(space), SEEN);
    expect(seen).toEqual([committed, committed]);
  });

  it('is told by statistics, which have seen every write', async () => {
    const written = await space.post('/vectors/upsert', { vectors: RECORDS });
    const [committed = Number.NaN] = numbers(written, COMMITTED);
    const seen = numbers(await index.call('/describe_index_stats', { method: 'POST' }), SEEN);
    expect(seen.map((lsn) => lsn >= committed)).toEqual([true, true]);
  });

  it('is a number in a namespace that does not exist', async () => {
    const answer = await index.namespace().get('/vectors/list');
    expect(numbers(answer, SEEN).every(Number.isInteger)).toBe(true);
  });
});

describe('every answer', () => {
  const paths = ['/vectors/list', '/describe_index_stats', '/namespaces', '/nowhere', '/vectors/fetch'];

  it.each(paths)('has an id of its own: %s', async (path) => {
    const [first, second] = [await index.call(path), await index.call(path)];
    const ids = [first, second].map(({ headers }) => headers.get('x-pinecone-request-id') ?? '');
    expect(ids[0]).not.toBe('');
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each(paths)('is JSON: %s', async (path) => {
    const answer = await index.call(path);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual(expect.any(Object));
  });

  it.each([
    ['POST', '/vectors/delete', { deleteAll: true }],
    ['POST', '/vectors/update', { id: 'a' }],
  ])('has a body when there is nothing to tell: %s %s', async (_method, path, body) => {
    const answer = await space.post(path, body);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
  });

  it('has a body after a namespace is deleted', async () => {
    const answer = await index.call(`/namespaces/${space.name}`, { method: 'DELETE' });
    expect([answer.status, answer.text]).toEqual([200, '{}']);
  });
});

describe('the version of a request', () => {
  it.each(['2024-04', '2024-07', '2025-10', '2026-07', '2031-01', '2026-01.alpha', 'unstable', 'nonsense', ''])(
    'never keeps it from being served: %j',
    async (version) => {
      const answer = await space.post('/query', { topK: 1, vector: [1, 2] }, { 'X-Pinecone-Api-Version': version });
      expect(answer.body).toMatchObject({ matches: [{ id: 'a' }] });
    },
  );

  it('does not decide which operations there are', async () => {
    const headers = { 'x-pinecone-api-version': '2024-04' };
    const answers = [
      await space.post('/vectors/fetch_by_metadata', {}, headers),
      await space.post('/vectors/update', { filter: { x: 1 }, dryRun: true }, headers),
      await index.call(`/namespaces/${space.name}`, { headers }),
      await index.call('/namespaces', { body: { name: randomUUID() }, headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('a request', () => {
  it('needs no key, no version, no content type and no body', async () => {
    expect(await bare('/describe_index_stats', 'POST', '')).toMatch(/^200 \{"namespaces":/);
  });

  it('needs no content type', async () => {
    expect(await bare('/vectors/delete', 'POST', JSON.stringify({ ids: ['a'], namespace: space.name }))).toBe('200 {}');
    expect(await space.ids()).toEqual([]);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
    'nonsense',
    'application/json; charset=utf-8',
  ])('is JSON even as %s', async (type) => {
    const body = JSON.stringify({ ids: ['a'], namespace: space.name });
    expect(await bare('/vectors/delete', 'POST', body, { 'content-type': type })).toBe('200 {}');
    expect(await space.ids()).toEqual([]);
  });

  it.each([
    [{ 'api-key': 'anything' }],
    [{ 'Api-Key': '$PINECONE_API_KEY' }],
    [{ authorization: 'Bearer anything' }],
    [{ 'api-key': '' }],
  ])('may carry any key when there is no authentication: %j', async (headers) => {
    const answer = await space.post('/vectors/delete', { ids: ['a'] }, headers);
    expect([answer.status, answer.body]).toEqual(DONE);
  });

  it.each([' ', '\n\t ', '{}'])('may be blank: %j', async (body) => {
    expect((await index.call('/describe_index_stats', { body })).status).toBe(200);
  });

  it.each(['{', '{"ids":["a"]', '{"ids":["a"],}', 'ids=a', "{'ids':['a']}", '{"ids":["a"]} x'])(
    'is refused when it is not JSON: %s',
    async (body) => {
      expect(await index.outcome('/vectors/delete', { body })).toEqual(invalidWith('JSON'));
    },
  );

  it.each(['[]', '"a"', '1', 'null', 'true'])('is refused when it is no object: %s', async (body) => {
    expect(await index.outcome('/vectors/delete', { body })).toEqual(invalid('The request body must be a JSON object'));
  });

  it('is refused when it is not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"ids":["'), Buffer.from([0xff]), Buffer.from('"]}')]);
    const response = await fetch(`${index.baseUrl}/vectors/delete`, { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual(invalidWith('UTF-8'));
  });
});

describe('an error', () => {
  it('of the data plane has code, message and details', async () => {
    expect(await space.outcome('/vectors/upsert', { vectors: [{ id: 'a', values: [1] }] })).toEqual([
      400,
      { code: 3, message: 'Vector dimension 1 does not match the dimension of the index 2', details: [] },
    ]);
  });

  it('of a namespace that is missing has the code 5', async () => {
    expect(await index.outcome('/namespaces/nowhere')).toEqual(MISSING_NAMESPACE);
  });

  it.each(['/nowhere', '/vectors', '/vectors/nowhere', '/'])('of an unknown path is 404 with the code 5: %s', async (path) => {
    const answer = await index.call(path, { method: 'POST', body: {} });
    expect([answer.status, answer.body]).toEqual([404, { code: 5, message: expect.any(String) as unknown, details: [] }]);
  });

  it('of the control plane has error and status', async () => {
    const control = new PineconeApi(gateway.pineconeUrl);
    expect(await control.outcome('/indexes/nowhere')).toEqual([
      404,
      { error: { code: 'NOT_FOUND', message: expect.stringContaining('nowhere') as unknown }, status: 404 },
    ]);
  });

  it.each([
    ['/records/namespaces/x/search', { query: { top_k: 1, inputs: { text: 'x' } } }, 400, 3, 'INVALID_ARGUMENT'],
    ['/namespaces/x/documents/search', {}, 400, 12, 'UNIMPLEMENTED'],
  ])('of the families between has both shapes: %s', async (path, body, status, code, name) => {
    const message = expect.any(String) as unknown;
    expect(await index.outcome(path, { body })).toEqual([
      status,
      { code, message, details: [], error: { code: name, message }, status },
    ]);
  });

  it('of what is not served says so: bulk imports without a root', async () => {
    expect(await index.outcome('/bulk/imports', { body: { uri: 's3://bucket/dir' } })).toEqual([
      400,
      { code: 12, message: expect.any(String) as unknown, details: [] },
    ]);
  });
});

describe('the ways to an index', () => {
  it('are its port and its name under the control port', async () => {
    const named = new PineconeApi(`${gateway.pineconeUrl}/_index/${index.name}`);
    const query = { ids: 'a', namespace: space.name };
    expect(await named.outcome('/vectors/fetch', { query })).toEqual(await space.read('/vectors/fetch', { ids: 'a' }));
  });

  it('end at 404 for an index that does not exist', async () => {
    const named = new PineconeApi(`${gateway.pineconeUrl}/_index/nowhere`);
    expect(await named.outcome('/query', { body: { topK: 1, vector: [1, 2] } })).toEqual([
      404,
      { code: 5, message: 'Index nowhere not found.', details: [] },
    ]);
  });

  it('end at 404 for a port that stands for no index', async () => {
    const [unused = 0] = gateway.indexPorts.slice(-1);
    const nothing = new PineconeApi(`http://127.0.0.1:${String(unused)}`);
    const answer = await nothing.call('/describe_index_stats');
    expect([answer.status, (answer.body as { code: number }).code]).toEqual([404, 5]);
  });

  it('end when the index is deleted', async () => {
    const gone = await createIndex(gateway, { dimension: 2 });
    await gone.namespace('').fill(RECORDS);
    await new PineconeApi(gateway.pineconeUrl).call(`/indexes/${gone.name}`, { method: 'DELETE' });
    const answer = await gone.call('/vectors/list');
    expect([answer.status, (answer.body as { code: number }).code]).toEqual([404, 5]);
  });
});
