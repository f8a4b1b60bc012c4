import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** Where clients find an index: the `host` of its description. */

const SPEC = { serverless: { cloud: 'aws', region: 'us-east-1' } };

type Headers = Readonly<Record<string, string>>;

async function withGateway(env: Readonly<Record<string, string>>, run: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway({ env });
  try {
    await run(gateway);
  } finally {
    await gateway.stop();
  }
}

/** The host of a new index, as its creation answers it. */
async function create(gateway: TestGateway, name = `i-${randomUUID()}`, headers: Headers = {}): Promise<string> {
  const answer = await new PineconeApi(gateway.pineconeUrl).call('/indexes', {
    body: { name, dimension: 2, spec: SPEC },
    headers,
  });
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return (answer.body as { host: string }).host;
}

async function hostOf(gateway: TestGateway, name: string, headers: Headers = {}): Promise<string> {
  return (succeeded(await new PineconeApi(gateway.pineconeUrl).call(`/indexes/${name}`, { headers })) as { host: string }).host;
}

async function drop(gateway: TestGateway, name: string): Promise<void> {
  await new PineconeApi(gateway.pineconeUrl).call(`/indexes/${name}`, { method: 'DELETE' });
}

/** The metric that the data plane at an address reports. */
async function metricAt(url: string, headers: Headers = {}): Promise<unknown> {
  const answer = await new PineconeApi(url).call('/describe_index_stats', { method: 'POST', headers });
  return [answer.status, (answer.body as { metric?: string }).metric];
}

function portOf(host: string): number {
  return Number(host.slice(host.lastIndexOf(':') + 1));
}

const SERVED = [200, 'cosine'];

describe('a port of its own', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('is one of the open ones, no other index has it, and it stays', async () => {
    const first = await create(gateway, 'first');
    const second = await create(gateway, 'second');
    expect(gateway.indexPorts).toEqual(expect.arrayContaining([portOf(first), portOf(second)]));
    expect(second).not.toBe(first);
    expect(await hostOf(gateway, 'first')).toBe(first);
    const { indexes } = succeeded(await new PineconeApi(gateway.pineconeUrl).call('/indexes')) as { indexes: readonly object[] };
    expect(indexes).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'first', host: first })]));
  });

  it('serves the index, which is also served under its path on the control and the console port', async () => {
    const host = await create(gateway, 'served');
    expect(await metricAt(`http://127.0.0.1:${String(portOf(host))}`)).toEqual(SERVED);
    expect(await metricAt(`${gateway.pineconeUrl}/_index/served`)).toEqual(SERVED);
    expect(await metricAt(`${gateway.consoleUrl}/pinecone/_index/served`)).toEqual(SERVED);
  });

  it.each([
    ['@pinecone-database/pinecone v6.1.2; lang=typescript; node', 'http://localhost:'],
    ['lang=typescript; @pinecone-database/pinecone v9.0.0; source_tag=x', 'http://localhost:'],
    ['python-client-7.3.0', 'http://localhost:'],
    ['python-client-10.0.0 (httpx)', 'http://localhost:'],
    ['python-client[grpc]-7.3.0', 'localhost:'],
    ['go-client/v4.1.4; lang=go', 'http://localhost:'],
    ['go-client[grpc]/v4.1.4; lang=go', 'http://localhost:'],
    ['lang=rust; pinecone-rust-client=v0.1.2', 'http://localhost:'],
    ['lang=java; pineconeClientVersion=v4.0.1', 'localhost:'],
    ['lang=C#; version=4.0.0', 'localhost:'],
    ['curl/8.5.0', 'localhost:'],
  ])('is written as the SDK of the user agent "%s" needs it', async (agent, start) => {
    const name = `i-${randomUUID()}`;
    const created = await create(gateway, name, { 'user-agent': agent });
    const host = await hostOf(gateway, name, { 'user-agent': agent });
    await drop(gateway, name);
    expect([created, host]).toEqual([created, created]);
    expect(host.replace(/\d+$/, '')).toBe(start);
  });
});

it('gets another port when its own is no longer open', async () => {
  const gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:1' } });
  expect(portOf(await create(gateway, 'moved'))).toBe(gateway.indexPorts[0]);
  const restarted = await gateway.restart();
  try {
    expect(portOf(await hostOf(restarted, 'moved'))).toBe(restarted.indexPorts[0]);
  } finally {
    await restarted.stop();
  }
});

describe('when there are more indexes than ports', () => {
  it('serves those without one under a path of the control port, until a port is free', async () => {
    await withGateway({ POLYVEC_PINECONE_INDEX_PORTS: '0:1', POLYVEC_PINECONE_PORT_REST_MS: '0' }, async (gateway) => {
      const controlPort = new URL(gateway.pineconeUrl).port;
      const first = await create(gateway, 'first');
      expect(portOf(first)).toBe(gateway.indexPorts[0]);
      expect(await create(gateway, 'second')).toBe(`localhost:${controlPort}/_index/second`);
      const url = await hostOf(gateway, 'second', { 'user-agent': 'python-client-7.3.0' });
      expect(url).toBe(`http://localhost:${controlPort}/_index/second`);
      expect(await metricAt(url.replace('localhost', '127.0.0.1'))).toEqual(SERVED);
      await drop(gateway, 'first');
      expect(await hostOf(gateway, 'second')).toBe(first);
      expect(await metricAt(`http://127.0.0.1:${String(portOf(first))}`)).toEqual(SERVED);
    });
  });
});

describe('the settings', () => {
  const TYPESCRIPT = { 'user-agent': '@pinecone-database/pinecone v6.1.2; lang=typescript' };

  it('name the public host, and make every host bare', async () => {
    const env = { POLYVEC_PUBLIC_HOST: 'vectors.example.com', POLYVEC_PINECONE_HOST_STYLE: 'bare' };
    await withGateway(env, async (gateway) => {
      expect(await create(gateway, 'one', TYPESCRIPT)).toMatch(/^vectors\.example\.com:\d+$/);
    });
  });

  it('know the public host by the name that Pinecone Local has for it, and make every host a URL', async () => {
    await withGateway({ PINECONE_HOST: 'pinecone.test', POLYVEC_PINECONE_HOST_STYLE: 'url' }, async (gateway) => {
      expect(await create(gateway, 'one')).toMatch(/^http:\/\/pinecone\.test:\d+$/);
    });
  });

  it('put each index at a name of its own under a domain, told by the Host header', async () => {
    await withGateway({ POLYVEC_PINECONE_DOMAIN: 'vectors.example.com' }, async (gateway) => {
      const host = await create(gateway, 'one', TYPESCRIPT);
      expect(host).toMatch(/^one-[a-z0-9]+\.svc\.vectors\.example\.com$/);
      expect(await statusOf(gateway.pineconeUrl, host)).toBe(200);
      expect(await statusOf(gateway.pineconeUrl, host.toUpperCase())).toBe(200);
      expect(await statusOf(gateway.pineconeUrl, host.replace('one', 'two'))).toBe(404);
      expect(await statusOf(gateway.pineconeUrl, host.replace(/-[a-z0-9]+\./, '-0000000.'))).toBe(404);
    });
  });
});

/** The status of the data plane for a Host header, which `fetch` does not let one set. */
async function statusOf(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/describe_index_stats`, { method: 'POST', headers: { host } }, (response) => {
      response.resume().on('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    sent.on('error', reject).end();
  });
}
