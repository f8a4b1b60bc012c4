import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Answer, invalidField, refused, setUp, succeeded, VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const VERSION = /^\d+\.\d+\.\d+/;
const CACHE = { size: 0, capacity: 0, hits: 0, misses: 0, evictions: 0, hit_rate: 0 };

const integer: unknown = expect.any(Number);

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  await setUp(api, 'five');
  await api.create({ name: 'none', dimension: 8 });
});

afterAll(async () => {
  await gateway.stop();
});

describe('GET /health', () => {
  it('tells that all is well, and which release answers', async () => {
    const counts = Object.fromEntries(Object.keys(CACHE).map((key) => [key, integer]));
    expect(await api.get('/health')).toEqual([
      200,
      {
        ...{ status: 'healthy', version: '3.5.0', cache: counts },
        timestamp: expect.stringMatching(RFC_3339) as unknown,
        gateway_version: expect.stringMatching(VERSION) as unknown,
      },
    ]);
  });
});

describe('GET /stats', () => {
  it('case 59: tells how many collections there are, and who makes vectors of texts', async () => {
    const [status, body] = await api.get('/stats');
    expect([status, body]).toEqual([
      200,
      {
        ...{ collections: 2, total_collections: 2, total_vectors: 5, uptime_seconds: integer },
        version: expect.stringMatching(VERSION) as unknown,
        ...{ default_quantization: 'none', compression_ratio: 1, default_provider: 'bm25' },
        providers: [{ name: 'bm25', dimension: 512, default: true }],
        ...{ total_size_bytes: integer, memory_usage_bytes: integer, disk_usage_bytes: integer },
      },
    ]);
    const { collections, uptime_seconds } = body as { collections: unknown; uptime_seconds: unknown };
    expect([collections, uptime_seconds].map(Number.isInteger)).toEqual([true, true]);
  });

  it('counts what comes and goes', async () => {
    const collection = await setUp(api);
    expect(await api.get('/stats')).toMatchObject([200, { collections: 3, total_vectors: 10 }]);
    await collection.delete('/vectors/vec_001');
    expect(await api.get('/stats')).toMatchObject([200, { collections: 3, total_vectors: 9 }]);
    await collection.delete();
    expect(await api.get('/stats')).toMatchObject([200, { collections: 2, total_vectors: 5 }]);
  });

  it('lists the models that are configured, too', async () => {
    const env = { POLYVEC_EMBEDDING_URL: 'http://127.0.0.1:1/v1', POLYVEC_EMBEDDING_MODELS: 'remote=some/model:96' };
    const other = await startGateway({ env: { ...env, POLYVEC_VECTORIZER_DIMENSION: '64' } });
    try {
      const answer = await new VectorizerApi(other.vectorizerUrl).get('/stats');
      const providers = [
        { name: 'bm25', dimension: 64, default: true },
        { name: 'openai:remote', dimension: 96, default: false },
      ];
      expect(answer).toMatchObject([200, { providers, default_provider: 'bm25' }]);
    } finally {
      await other.stop();
    }
  });
});

it('GET /status tells that the server is online', async () => {
  const version: unknown = expect.stringMatching(VERSION);
  expect(await api.get('/status')).toEqual([200, { online: true, version, uptime_seconds: integer, collections_count: 2 }]);
});

it('GET /indexing/progress tells that nothing is left to do', async () => {
  const completed = { status: 'completed', progress: 1, errors: 0 };
  expect(await api.get('/indexing/progress')).toMatchObject([
    200,
    {
      overall_status: 'completed',
      collections: [
        { name: 'five', ...completed, total_documents: 5, processed_documents: 5 },
        { name: 'none', ...completed, total_documents: 0, processed_documents: 0 },
      ],
      ...{ total_collections: 2, completed_collections: 2, processing_collections: 0 },
    },
  ]);
});

it('GET /prometheus/metrics speaks the text format of Prometheus', async () => {
  const { status, headers, text } = await api.call('GET', '/prometheus/metrics');
  expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => !/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [-+.\deE]+)$/.test(line))).toEqual([]);
  expect(lines.some((line) => /^\w+(\{.*\})? \d/.test(line))).toBe(true);
});

describe('POST /embed', () => {
  interface Embedded {
    readonly embedding: readonly number[];
    readonly text: string;
    readonly dimension: number;
    readonly model: string;
  }

  async function embed(body: object): Promise<Embedded> {
    return succeeded(await api.call('POST', '/embed', body)) as Embedded;
  }

  function dot(left: readonly number[], right: readonly number[]): number {
    return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  }

  it('gives the normalised vector of a text', async () => {
    const { embedding, ...rest } = await embed({ text: 'The quick brown fox' });
    expect(rest).toMatchObject({ text: 'The quick brown fox', dimension: 512, model: 'bm25' });
    expect(embedding).toHaveLength(512);
    expect(embedding.every((value) => typeof value === 'number' && Number.isFinite(value))).toBe(true);
    expect(dot(embedding, embedding)).toBeCloseTo(1, 5);
  });

  it('gives one of the dimension that is asked for', async () => {
    expect(await embed({ text: 'fox', dimension: 7 })).toMatchObject({ dimension: 7 });
    expect((await embed({ text: 'fox', dimension: 7, model: 'bm25' })).embedding).toHaveLength(7);
  });

  it('gives the vector that a collection stores for the text', async () => {
    const collection = await api.create({ dimension: 32 });
    await collection.post('/insert', { id: 'a', text: 'on foxes and hounds' });
    const { vector } = await collection.vector('a');
    expect((await embed({ text: 'on foxes and hounds', dimension: 32 })).embedding.map(Math.fround)).toEqual(
      vector.map(Math.fround),
    );
    await collection.delete();
  });

  it('is nearer for texts that share words, and for forms of one word', async () => {
    const [fox, foxes, hound, other] = await Promise.all(
      ['the brown fox', 'brown foxes run', 'cats', 'cat'].map(async (text) => (await embed({ text })).embedding),
    );
    const unrelated = (await embed({ text: 'quantum chromodynamics' })).embedding;
    expect(dot(fox ?? [], foxes ?? [])).toBeGreaterThan(dot(fox ?? [], unrelated));
    expect(dot(hound ?? [], other ?? [])).toBeGreaterThan(dot(hound ?? [], unrelated));
  });

  it('refuses a missing or empty text', async () => {
    expect(await api.post('/embed', {})).toEqual(invalidField('text'));
    expect(await api.post('/embed', { text: '' })).toEqual(invalidField('text'));
    expect(await api.post('/embed', { text: null })).toEqual(invalidField('text'));
    expect(await api.post('/embed', { text: 5 })).toEqual(invalidField('text'));
  });

  it('names the models there are when it is asked for another', async () => {
    const details = { requested: 'nobody', available: ['bm25'] };
    expect(await api.post('/embed', { text: 'fox', model: 'nobody' })).toEqual(refused(400, 'unsupported_model', { details }));
  });
});

it.each([
  ...['/logs', '/config', '/workspace', '/workspace/list', '/backups', '/backups/x', '/setup', '/setup/status', '/hub/x'],
  ...['/replication/status', '/cluster/nodes', '/graph/nodes/x', '/graph/x/y', '/discover', '/discover/x', '/file/list'],
  ...['/files', '/files/x', '/admin/restart', '/metrics', '/metrics/x', '/slow_queries', '/slow_queries/x', '/dashboard'],
  ...['/dashboard/', '/dashboard/assets/x.js', '/auth/login', '/auth/me', '/auth/keys', '/mcp', '/graphql', '/umicp/health'],
])('%s is no part of the gateway', async (path) => {
  const message: unknown = expect.stringMatching(/^Resource not found: ./);
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    expect(await api.outcome(method, path)).toEqual(refused(404, 'not_found', { message }));
  }
});

describe('without a database', () => {
  const onServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';

  let broken: TestGateway;
  let vectorizer: VectorizerApi;

  beforeAll(async () => {
    broken = await startGateway({ env: { POLYVEC_POOL_TIMEOUT_MS: '300', POLYVEC_LOG_LEVEL: 'silent' } });
    vectorizer = new VectorizerApi(broken.vectorizerUrl);
    await setUp(vectorizer, 'five');
  });

  afterAll(async () => {
    await broken.stop();
  });

  /** Lets nobody in, and ends the connections there are. */
  async function shutServer(isOpen: boolean): Promise<void> {
    const url = new URL(broken.environment['DATABASE_URL'] ?? '');
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(isOpen)}`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await client.end();
  }

  /** It comes back by itself. */
  async function killEngine(): Promise<void> {
    const directory = broken.environment['POLYVEC_DATA_DIR'] ?? '';
    const lock = (await readdir(directory)).find((file) => file.endsWith('.lock')) ?? '';
    const { child } = JSON.parse(await readFile(join(directory, lock), 'utf8')) as { child: { pid: number } };
    process.kill(child.pid, 'SIGKILL');
  }

  const breakDown = onServer ? async (): Promise<void> => shutServer(false) : killEngine;
  const repair = onServer ? async (): Promise<void> => shutServer(true) : async (): Promise<void> => Promise.resolve();

  /** Asks until the answer has this status, or has not had it for too long. */
  async function awaited(path: string, status: number): Promise<Answer> {
    let answer = await vectorizer.call('GET', path);
    for (let attempt = 0; answer.status !== status && attempt < 400; attempt += 1) {
      await sleep(20);
      answer = await vectorizer.call('GET', path);
    }
    return answer;
  }

  it('is unhealthy, says so to every caller, and recovers', async () => {
    await breakDown();
    expect(await awaited('/health', 503)).toMatchObject({ status: 503, body: { status: 'unhealthy', version: '3.5.0' } });
    await repair();
    expect(await awaited('/health', 200)).toMatchObject({ status: 200, body: { status: 'healthy' } });
    await breakDown();
    const { status, body } = await awaited('/collections', 503);
    expect([status, body]).toEqual(refused(503, 'unavailable'));
    await repair();
    expect(await awaited('/collections/five', 200)).toMatchObject({ status: 200, body: { vector_count: 5 } });
  });
});
