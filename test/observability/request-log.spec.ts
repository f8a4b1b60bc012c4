import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex, PineconeApi } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { type LogLine, type ObservedGateway, startObserved } from '../support/gateway/observed-gateway.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WARN = 40;
const ERROR = 50;

let gateway: ObservedGateway;
let chroma: ChromaApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startObserved({ POLYVEC_LOG_LEVEL: 'info', POLYVEC_REQUEST_LOG: 'all' });
  chroma = new ChromaApi(gateway.chromaUrl);
  collection = await chroma.filled({ ids: ['a'], embeddings: [[1, 0]], documents: ['a document'] });
});

afterAll(async () => {
  await gateway.stop();
});

/** The lines that were written for a request. */
async function linesOf(requestId: unknown, count = 1): Promise<readonly LogLine[]> {
  return gateway.lines((line) => line['requestId'] === requestId, count);
}

describe('the line of a request', () => {
  it('tells what a request was and how it ended, and nothing more', async () => {
    const headers = { 'x-request-id': 'query-1', 'user-agent': 'spec/1.0' };
    const body = { query_embeddings: [[1, 0]], n_results: 1 };
    await chroma.call(`${collection.path}/query?limit=7`, { body, headers });
    expect(await linesOf('query-1')).toEqual([
      {
        level: 30,
        time: expect.any(String) as unknown,
        context: 'request',
        requestId: 'query-1',
        protocol: 'chroma',
        operation: 'POST /api/v2/tenants/:tenant/databases/:database/collections/:uuid/query',
        status: '200',
        ms: expect.any(Number) as unknown,
        databaseMs: expect.any(Number) as unknown,
        poolMs: expect.any(Number) as unknown,
        bytes: expect.any(Number) as unknown,
        plans: ['exact: no index'],
        userAgent: 'spec/1.0',
        msg: 'request',
      },
    ]);
  });

  it('knows the size of the answer', async () => {
    const { text } = await chroma.call('/api/v2/version', { headers: { 'x-request-id': 'version-1' } });
    const [line] = await linesOf('version-1');
    expect(line?.['bytes']).toBeGreaterThan(text.length);
    expect(line?.['bytes']).toBeLessThan(text.length + 1_000);
  });

  it('names no collection, id or query', async () => {
    await chroma.call(`${collection.path}/get?page=find-me`, {
      body: { ids: ['find-me'] },
      headers: { 'x-request-id': 'get-1' },
    });
    await chroma.call('/find-me/find-me?find-me', { headers: { 'x-request-id': 'get-2' } });
    expect(await linesOf('get-1')).toHaveLength(1);
    expect(await linesOf('get-2')).toEqual([expect.objectContaining({ operation: 'unmatched', status: '404' })]);
    expect(gateway.log()).not.toContain('find-me');
    expect(gateway.log()).not.toContain(collection.id);
    expect(gateway.log()).not.toContain('a document');
  });

  it('is written for Pinecone with the id that its clients know', async () => {
    const { headers } = await new PineconeApi(gateway.pineconeUrl).call('/indexes');
    const id = headers.get('x-pinecone-request-id');
    expect(id).toMatch(UUID);
    expect(headers.get('x-request-id')).toBe(id);
    expect(await linesOf(id)).toEqual([
      expect.objectContaining({ protocol: 'pinecone', operation: 'GET /indexes', status: '200' }),
    ]);
  });

  it('is written for gRPC', async () => {
    const { port } = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const grpc = new PineconeGrpc(port);
    try {
      const { trailing } = await grpc.call('Upsert', { vectors: [{ id: 'a', values: [1, 0] }] });
      const [id] = trailing.get('x-pinecone-request-id');
      const expected = {
        protocol: 'pinecone-grpc',
        operation: 'Upsert',
        status: 'OK',
        userAgent: expect.stringContaining('grpc') as unknown,
      };
      expect(await linesOf(id)).toEqual([expect.objectContaining(expected)]);
      await grpc.outcome('DescribeNamespace', { namespace: 'nowhere' }, { 'x-request-id': 'call-2' });
      expect(await linesOf('call-2')).toEqual([expect.objectContaining({ operation: 'DescribeNamespace', status: 'NOT_FOUND' })]);
    } finally {
      grpc.close();
    }
  });

  it('is written for Vectorizer and the console', async () => {
    const vectorizer = new VectorizerApi(gateway.vectorizerUrl);
    await vectorizer.call('GET', '/collections/nowhere', undefined, { 'x-request-id': 'vectorizer-1' });
    const expected = { protocol: 'vectorizer', operation: 'GET /collections/:collection', status: '404' };
    expect(await linesOf('vectorizer-1')).toEqual([expect.objectContaining(expected)]);
    await fetch(`${gateway.consoleUrl}/livez`, { headers: { 'x-request-id': 'console-1' } });
    expect(await linesOf('console-1')).toEqual([expect.objectContaining({ protocol: 'console', operation: 'GET /livez' })]);
  });
});

describe('x-request-id', () => {
  it("is the client's own", async () => {
    const id = 'Root=1-67891233-abcdef012345678912345678';
    const { headers } = await chroma.call('/api/v2/version', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toBe(id);
  });

  it.each(['two words', '"quoted"', 'x'.repeat(129), '{}'])('is made when %j was sent', async (id) => {
    const { headers } = await chroma.call('/api/v2/version', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(UUID);
  });

  it('is another one for each request that sends none', async () => {
    const answers = await Promise.all([chroma.call('/api/v2/version'), chroma.call('/nothing')]);
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(ids[0]).toMatch(UUID);
    expect(ids[1]).toMatch(UUID);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('is in every line that is written for the request', async () => {
    const tables = await gateway.storage.connect();
    try {
      await tables.query('ALTER TABLE polyvec.collections RENAME TO collections_away');
      const { status } = await chroma.call(COLLECTIONS, { headers: { 'x-request-id': 'broken-1' } });
      expect(status).toBe(500);
      expect(await linesOf('broken-1', 2)).toEqual([
        expect.objectContaining({ level: ERROR, context: 'Chroma', msg: 'internal error' }),
        expect.objectContaining({ level: WARN, context: 'request', status: '500' }),
      ]);
    } finally {
      await tables.query('ALTER TABLE IF EXISTS polyvec.collections_away RENAME TO collections');
      await tables.end();
    }
  });
});
