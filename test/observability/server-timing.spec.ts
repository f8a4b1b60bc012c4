import { connect } from 'node:net';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { PineconeApi } from '../support/clients/pinecone-api.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const FORM = /^total;dur=(\d+\.\d{3}), db;dur=(\d+\.\d{3}), pool;dur=(\d+\.\d{3})$/;

let gateway: TestGateway;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  collection = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 0]] });
});

afterAll(async () => {
  await gateway.stop();
});

/** The three times of an answer, in milliseconds. @throws Error with the header when it is none. */
function timesOf(header: string | string[] | null | undefined): { total: number; database: number; pool: number } {
  const [, total, database, pool] = FORM.exec(String(header)) ?? [];
  if (pool === undefined) throw new Error(`not a timing: ${String(header)}`);
  return { total: Number(total), database: Number(database), pool: Number(pool) };
}

describe('Server-Timing', () => {
  it('tells of the whole what the database took, and the wait for a connection', async () => {
    const { headers } = await collection.post('query', { query_embeddings: [[1, 0]], n_results: 1 });
    const { total, database, pool } = timesOf(headers.get('server-timing'));
    expect(database).toBeGreaterThan(0);
    expect(database + pool).toBeLessThanOrEqual(total);
  });

  it('knows of no database where none is asked', async () => {
    const { headers } = await collection.api.call('/api/v2/version');
    expect(timesOf(headers.get('server-timing'))).toMatchObject({ database: 0, pool: 0 });
  });

  it('is there when a request is refused, and when nothing answers the path', async () => {
    const refused = await collection.post('get', { limit: 'many' });
    expect(refused.status).toBe(422);
    expect(timesOf(refused.headers.get('server-timing')).total).toBeGreaterThan(0);
    const unmatched = await collection.api.call('/nothing');
    expect(timesOf(unmatched.headers.get('server-timing')).total).toBeGreaterThan(0);
  });

  it('is there in every protocol', async () => {
    const pinecone = await new PineconeApi(gateway.pineconeUrl).call('/indexes');
    expect(timesOf(pinecone.headers.get('server-timing')).database).toBeGreaterThan(0);
    const vectorizer = await new VectorizerApi(gateway.vectorizerUrl).call('GET', '/collections');
    expect(timesOf(vectorizer.headers['server-timing']).database).toBeGreaterThan(0);
    const ready = await fetch(`${gateway.consoleUrl}/readyz`);
    expect(timesOf(ready.headers.get('server-timing')).total).toBeGreaterThan(0);
  });

  it('counts the wait when all connections are taken', async () => {
    const narrow = await startGateway({ env: { POLYVEC_POOL_SIZE: '1' } });
    try {
      const { api, path } = await new ChromaApi(narrow.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 0]] });
      const calls = Array.from({ length: 20 }, () => api.call(`${path}/get`, { body: {} }));
      const waits = (await Promise.all(calls)).map(({ headers }) => timesOf(headers.get('server-timing')).pool);
      const longest = Math.max(...waits);
      expect(longest).toBeGreaterThan(Math.min(...waits));
    } finally {
      await narrow.stop();
    }
  });

  it('is told once on a connection that carries several requests', async () => {
    const { port } = new URL(gateway.chromaUrl);
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    let received = '';
    const ended = new Promise((resolve) => socket.on('end', resolve));
    socket.on('data', (text: string) => {
      received += text;
    });
    const request = (connection: string): string =>
      `GET /api/v2/version HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n\r\n`;
    socket.write(request('keep-alive') + request('close'));
    await ended;
    socket.destroy();
    expect(received.match(/^server-timing: /gim)).toHaveLength(2);
  });

  it('is not there when it is switched off', async () => {
    const silent = await startGateway({ env: { POLYVEC_SERVER_TIMING: 'off' } });
    try {
      const { headers } = await new ChromaApi(silent.chromaUrl).call('/api/v2/version');
      expect(headers.get('server-timing')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/./);
    } finally {
      await silent.stop();
    }
  });
});
