import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway } from '../../src/gateway.js';
import { newKeyId, newKeyText } from '../../src/keys/api-key.js';
import { ask, COLLECTIONS } from '../support/clients/chroma-client.js';
import { PineconeApi } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { hasServer, serverReason } from '../support/faults/faulty-gateway.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, waitFor } from '../support/gateway/polyvec-command.js';
import { probe, probed } from '../support/gateway/probes.js';

const OK = [200, { status: 'ok' }];
const STARTING = [503, { status: 'unavailable', reason: 'starting' }];

/** A server that takes connections, and answers no statement. */
async function startSilentServer(): Promise<Server> {
  const READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
  const server = createServer((socket) => {
    socket.once('data', () => socket.write(READY));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a stop', () => {
  it('does not wait for a server that is silent since it has been connected', async () => {
    const server = await startSilentServer();
    try {
      const { port } = server.address() as AddressInfo;
      const run = polyvec(['start'], { ...FREE_PORTS, DATABASE_URL: `postgres://nobody@127.0.0.1:${String(port)}/nothing` });
      await waitFor(run, 'Listening');
      run.child.kill('SIGTERM');
      expect(await exitCode(run)).toBe(0);
    } finally {
      server.close();
    }
  });
});

(hasServer ? describe : describe.skip)(`a start without the database${serverReason}`, () => {
  let storage: TestStorage;
  let proxy: FaultProxy;
  let gateway: Gateway | undefined;

  beforeEach(async () => {
    storage = await createStorage();
    proxy = await FaultProxy.start(storage.environment['DATABASE_URL'] ?? '');
  });

  afterEach(async () => {
    await gateway?.stop();
    gateway = undefined;
    await proxy.stop();
    await storage.remove();
  });

  const environment = (): Record<string, string> => ({ ...FREE_PORTS, POLYVEC_LOG_LEVEL: 'error', DATABASE_URL: proxy.url });

  const start = async (): Promise<Gateway> => {
    gateway = await startGateway(readConfig(environment()));
    return gateway;
  };

  it('comes up, refuses requests in the words of each protocol, and serves once the database answers', async () => {
    await proxy.set({ kind: 'refuse' });
    const { urls, indexPorts } = await start();
    const [chroma = '', pinecone = '', vectorizer = '', console = ''] = ['chroma', 'pinecone', 'vectorizer', 'console'].map(
      (name) => urls.get(name),
    );
    const probes = async (): Promise<unknown> =>
      Promise.all(['/livez', '/startupz', '/readyz'].map((path) => probe(console, path)));
    expect(await probes()).toEqual([OK, STARTING, STARTING]);

    const message = 'The database is not available; try again';
    const { status, text } = await ask(chroma, COLLECTIONS);
    expect([status, JSON.parse(text)]).toEqual([503, { error: 'ChromaError', message }]);
    expect(await new PineconeApi(pinecone).outcome('/indexes')).toEqual([
      503,
      { error: { code: 'UNAVAILABLE', message }, status: 503 },
    ]);
    const collections = await fetch(`${vectorizer}/collections`);
    expect(collections.status).toBe(503);
    expect(collections.headers.get('retry-after')).toBe('1');
    expect(await collections.json()).toMatchObject({ error_type: 'unavailable', message, status_code: 503 });
    const grpc = new PineconeGrpc(indexPorts[0] ?? 0);
    expect(await grpc.outcome('DescribeIndexStats')).toEqual([14, message]);
    grpc.close();

    await proxy.set({ kind: 'pass' });
    expect(await probed(console, '/readyz', 200)).toEqual(OK);
    expect(await probes()).toEqual([OK, OK, OK]);
    expect((await ask(chroma, COLLECTIONS, { name: 'afterwards' })).status).toBe(200);
  });

  it.each(['57P03', '53300', '25006'])('waits for a server that says %s', async (sqlstate) => {
    await proxy.set({ kind: 'reject', sqlstate });
    const { urls } = await start();
    expect(await probe(urls.get('console') ?? '', '/startupz')).toEqual(STARTING);
    await proxy.set({ kind: 'pass' });
    expect(await probed(urls.get('console') ?? '', '/readyz', 200)).toEqual(OK);
  });

  it.each(['28P01', '28000', '3D000', '42501'])('fails at once when the server says %s', async (sqlstate) => {
    await proxy.set({ kind: 'reject', sqlstate });
    const { host, pathname } = new URL(proxy.url);
    await expect(start()).rejects.toThrow(`cannot use the database at ${host}${pathname}: injected ${sqlstate}`);
  });

  it('answers probes that send a key', async () => {
    await proxy.set({ kind: 'refuse' });
    gateway = await startGateway(readConfig({ ...environment(), POLYVEC_AUTH: 'keys' }));
    const { text } = newKeyText(newKeyId());
    const url = gateway.urls.get('console') ?? '';
    const answers = await Promise.all(
      ['/livez', '/metrics'].map((path) => fetch(`${url}${path}`, { headers: { 'x-api-key': text } })),
    );
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [200, null],
      [503, '1'],
    ]);
  });

  it('ends with 0 when it is stopped while it starts', async () => {
    await proxy.set({ kind: 'swallow' });
    const run = polyvec(['start'], { ...environment(), POLYVEC_CONNECT_TIMEOUT_MS: '500' });
    while (proxy.size === 0) await new Promise((wake) => setTimeout(wake, 10));
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
  });

  it('ends with 1 and one line for a wrong password', async () => {
    const url = new URL(proxy.url);
    url.password = 'wrong';
    const run = polyvec(['start'], { ...environment(), DATABASE_URL: url.href });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toMatch(
      /^polyvec: cannot use the database at [^\n]*: password authentication failed for user "[^\n]*"\n$/,
    );
  });

  it('ends with 1 and one line when the database turns out to be unusable later', async () => {
    await proxy.set({ kind: 'refuse' });
    const run = polyvec(['start'], environment());
    await waitFor(run, 'Listening');
    await proxy.set({ kind: 'reject', sqlstate: '3D000' });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toMatch(/Ctrl-C stops it\.\npolyvec: cannot use the database at [^\n]*\n$/);
  });
});
