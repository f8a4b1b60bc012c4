import { once } from 'node:events';
import { createServer } from 'node:net';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway as startInProcess } from '../../../src/gateway.js';
import { eventually } from '../../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { freePorts } from '../../support/gateway/free-ports.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../../support/gateway/gateway.js';
import { createProcessStorage } from '../../support/gateway/gateway-process.js';

/** Which index has which port, and for how long. */

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

const SPEC = { serverless: { cloud: 'aws', region: 'us-east-1' } };
const AT_PORT = /^localhost:\d+$/;
const AT_PATH = /^localhost:\d+\/_index\//;

async function withGateway(env: Readonly<Record<string, string>>, run: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway({ env });
  try {
    await run(gateway);
  } finally {
    await gateway.stop();
  }
}

/** The host of a new index. */
async function create(url: string, name: string): Promise<string> {
  const [status, body] = await new PineconeApi(url).outcome('/indexes', { body: { name, dimension: 2, spec: SPEC } });
  expect([status, body]).toEqual([201, body]);
  return (body as { host: string }).host;
}

async function drop(url: string, name: string): Promise<void> {
  expect((await new PineconeApi(url).call(`/indexes/${name}`, { method: 'DELETE' })).status).toBe(202);
}

async function hostOf(url: string, name: string): Promise<string> {
  return (succeeded(await new PineconeApi(url).call(`/indexes/${name}`)) as { host: string }).host;
}

/** The log comes by another way than the answers: it may be later. */
async function logged(log: () => string, line: string): Promise<void> {
  const seen = await eventually(
    () => Promise.resolve(log()),
    (text) => text.includes(line),
  );
  expect(seen).toContain(line);
}

/** By name. */
async function listedHosts(url: string): Promise<Readonly<Record<string, string>>> {
  const { indexes } = succeeded(await new PineconeApi(url).call('/indexes')) as { indexes: { name: string; host: string }[] };
  return Object.fromEntries(indexes.map(({ name, host }) => [name, host]));
}

/** Collections that Pinecone's clients see as well, with names in their order. */
async function collections(gateway: TestGateway, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, at) => `c-${String(at).padStart(2, '0')}`);
  const chroma = new ChromaApi(gateway.chromaUrl);
  for (const name of names) await chroma.filled({ ids: ['a'], embeddings: [[1, 0]] }, { name });
  return names;
}

describe('collections of other protocols', () => {
  it('take no ports when indexes are listed', async () => {
    await withGateway({ POLYVEC_PINECONE_INDEX_PORTS: '0:8' }, async (gateway) => {
      const names = await collections(gateway, 12);
      const hosts = await listedHosts(gateway.pineconeUrl);
      expect(names.map((name) => hosts[name])).toEqual(names.map(() => expect.stringMatching(AT_PATH) as unknown));
      expect(await create(gateway.pineconeUrl, 'own')).toMatch(AT_PORT);
    });
  });

  it('take those that are set aside for them when they are described, and keep them', async () => {
    await withGateway({ POLYVEC_PINECONE_INDEX_PORTS: '0:6', POLYVEC_PINECONE_OTHER_PORTS: '2' }, async (gateway) => {
      const names = await collections(gateway, 3);
      const hosts: string[] = [];
      for (const name of names) hosts.push(await hostOf(gateway.pineconeUrl, name));
      expect(hosts.slice(0, 2)).toEqual(gateway.indexPorts.slice(-2).map((port) => `localhost:${String(port)}`));
      expect(hosts[2]).toMatch(AT_PATH);
      expect(Object.values(await listedHosts(gateway.pineconeUrl))).toEqual(hosts);
    });
  });
});

describe('a port that something else has', () => {
  it('is left out with a line in the log, the start goes on, and another line says when there are no more', async () => {
    const [busy = 0] = await freePorts(1);
    const other = createServer().listen(busy, '127.0.0.1');
    await once(other, 'listening');
    const storage = await createProcessStorage({
      POLYVEC_PINECONE_PORT: '0',
      POLYVEC_PINECONE_INDEX_PORTS: `${String(busy)}-${String(busy + 1)}`,
      POLYVEC_LOG_LEVEL: 'warn',
    });
    try {
      const { urls, log } = await storage.start();
      const url = urls.get('pinecone') ?? '';
      await logged(log, `index ports that something else has are left out: ${String(busy)}`);
      expect(await create(url, 'first')).toBe(`localhost:${String(busy + 1)}`);
      expect(log()).not.toContain('POLYVEC_PINECONE_INDEX_PORTS');
      expect(await create(url, 'second')).toMatch(AT_PATH);
      await logged(log, "the index 'second' is served under a path, which gRPC clients cannot use; POLYVEC_PINECONE_INDEX_PORTS");
    } finally {
      await storage.remove();
      other.close();
    }
  });
});

describe('the port of a deleted index', () => {
  it.each([
    ['60000', AT_PATH],
    ['0', AT_PORT],
  ])('stands for no other one while it rests, for %s ms', async (rest, expected) => {
    const env = { POLYVEC_PINECONE_INDEX_PORTS: '0:1', POLYVEC_PINECONE_PORT_REST_MS: rest };
    await withGateway(env, async (gateway) => {
      expect(await create(gateway.pineconeUrl, 'first')).toMatch(AT_PORT);
      await drop(gateway.pineconeUrl, 'first');
      expect(await create(gateway.pineconeUrl, 'second')).toMatch(expected);
    });
  });
});

describeOnServer(`three instances with the same index ports${reason}`, () => {
  let storage: TestStorage;
  let gateways: readonly Gateway[];
  let urls: readonly string[];

  beforeAll(async () => {
    storage = await createStorage();
    const [port = 0] = await freePorts(1);
    const settings = {
      ...storage.environment,
      POLYVEC_CHROMA_PORT: 'off',
      POLYVEC_CONSOLE_PORT: 'off',
      POLYVEC_VECTORIZER_PORT: 'off',
      POLYVEC_PINECONE_PORT: '0',
      POLYVEC_PINECONE_INDEX_PORTS: `${String(port)}-${String(port + 3)}`,
      POLYVEC_LOG_LEVEL: 'error',
    };
    const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    gateways = await Promise.all(hosts.map((host) => startInProcess(readConfig({ ...settings, POLYVEC_HOST: host }))));
    urls = gateways.map((gateway) => gateway.urls.get('pinecone') ?? '');
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await storage.remove();
  });

  it('mean the same index by a port, and no other one by an open channel when it is deleted', async () => {
    const [first = '', second = '', third = ''] = urls;
    const host = await create(first, 'old');
    expect([await hostOf(second, 'old'), await hostOf(third, 'old')]).toEqual([host, host]);
    const channel = new PineconeGrpc(Number(host.slice(host.lastIndexOf(':') + 1)));
    expect((await channel.outcome('Upsert', { vectors: [{ id: 'a', values: [1, 2] }] }))[0]).toBe(0);
    await drop(second, 'old');
    const hosts = [await create(third, 'new'), await create(second, 'newer'), await create(first, 'newest')];
    expect(hosts).not.toContain(host);
    expect((await channel.outcome('Upsert', { vectors: [{ id: 'b', values: [1, 2] }] }))[0]).toBe(5);
    expect((await channel.outcome('Delete', { deleteAll: true }))[0]).toBe(5);
    channel.close();
  });
});
