import { type IncomingHttpHeaders, request } from 'node:http';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { startKeyedGateway } from '../support/gateway/keyed-gateway.js';

/** A request as a page or another client sends it, and the status and body of its answer. */
async function send(
  url: string,
  method: string,
  headers: IncomingHttpHeaders,
  body = '',
  target: { readonly path?: string } = {},
): Promise<readonly [number, string]> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...target }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve([response.statusCode ?? 0, text]);
      });
    });
    sent.once('error', reject).end(body);
  });
}

const EVIL = 'https://evil.example';
const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** A harmless request to each port. */
const portsOf = (of: TestGateway): readonly (readonly [name: string, url: string])[] => [
  ['chroma', `${of.chromaUrl}/api/v2/heartbeat`],
  ['pinecone', `${of.pineconeUrl}/indexes`],
  ['vectorizer', `${of.vectorizerUrl}/collections`],
  ['an index', `http://127.0.0.1:${String(of.indexPorts[0])}/describe_index_stats`],
  ['console', `${of.consoleUrl}/chroma/api/v2/heartbeat`],
];

describe('a request without keys', () => {
  it('is refused for a host that a page may have rebound, on every port, in words that name the setting', async () => {
    for (const [name, url] of portsOf(gateway)) {
      const [status, body] = await send(url, 'GET', { host: 'rebound.example:8000' });
      expect([name, status]).toEqual([name, 421]);
      expect(body).toContain('POLYVEC_ALLOWED_HOSTS');
    }
  });

  it('is answered when its target is a whole URL, whose host counts and not the header', async () => {
    for (const [name, url] of portsOf(gateway)) {
      const [status] = await send(url, 'GET', { host: 'rebound.example' }, '', { path: url });
      const [expected] = await send(url, 'GET', {});
      expect([name, status]).toEqual([name, expected]);
      const path = url.replace('127.0.0.1', 'rebound.example');
      const [refused] = await send(url, 'GET', { host: '127.0.0.1' }, '', { path });
      expect([name, refused]).toEqual([name, 421]);
    }
  });

  it('is refused for such a host over gRPC, too', async () => {
    const grpc = new PineconeGrpc(gateway.indexPorts[0] ?? 0, { 'grpc.default_authority': 'rebound.example' });
    try {
      const [code, details] = await grpc.outcome('DescribeIndexStats');
      expect([code, String(details)]).toEqual([7, expect.stringContaining('POLYVEC_ALLOWED_HOSTS')]);
    } finally {
      grpc.close();
    }
  });

  it('is refused from a page of another site, on every port, in words that name the setting', async () => {
    for (const [name, url] of portsOf(gateway)) {
      const [status, body] = await send(url, 'GET', { origin: EVIL });
      expect([name, status]).toEqual([name, 403]);
      expect(body).toContain('POLYVEC_CORS_ORIGINS');
    }
  });

  it.each([
    ['a form', { origin: EVIL, 'content-type': 'text/plain' }],
    ['a sandboxed frame', { origin: 'null', 'content-type': 'text/plain' }],
    ['a page of another port', { origin: 'http://localhost:3000' }],
    ['no content type at all', { origin: EVIL }],
  ])('deletes nothing for %s', async (_name, headers) => {
    const collections = `${gateway.chromaUrl}/api/v2/tenants/default_tenant/databases/default_database/collections`;
    await send(collections, 'POST', { 'content-type': 'application/json' }, '{"name":"kept","get_or_create":true}');
    expect((await send(`${collections}/kept`, 'DELETE', headers))[0]).toBe(403);
    expect((await send(`${gateway.pineconeUrl}/indexes/kept`, 'DELETE', headers))[0]).toBe(403);
    expect((await send(`${gateway.chromaUrl}/api/v2/reset`, 'POST', headers))[0]).toBe(403);
    expect((await send(`${collections}/kept`, 'GET', {}))[0]).toBe(200);
  });

  it('is refused as a preflight, too', async () => {
    const preflight = { origin: EVIL, 'access-control-request-method': 'DELETE' };
    expect((await send(`${gateway.chromaUrl}/api/v2/heartbeat`, 'OPTIONS', preflight))[0]).toBe(403);
  });

  it('may come from its own pages, and by a link to a page', async () => {
    const url = `${gateway.chromaUrl}/api/v2/heartbeat`;
    expect((await send(url, 'GET', { origin: gateway.chromaUrl, 'sec-fetch-site': 'same-origin' }))[0]).toBe(200);
    expect((await send(`${gateway.consoleUrl}/docs`, 'GET', LINK))[0]).toBe(200);
    expect((await send(url, 'GET', LINK))[0]).toBe(403);
  });

  it.each(['/livez', '/readyz', '/startupz', '/metrics'])('for %s is answered whoever asks', async (path) => {
    const headers = { host: 'node-7.example', origin: EVIL };
    expect((await send(gateway.consoleUrl + path, 'GET', headers))[0]).toBe(200);
  });

  it('may be for a host and from an origin that are listed', async () => {
    const listed = await startGateway({
      env: { POLYVEC_ALLOWED_HOSTS: 'vectors.example', POLYVEC_CORS_ORIGINS: 'https://app.example' },
    });
    try {
      const headers = { host: 'vectors.example', origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
      expect((await send(`${listed.chromaUrl}/api/v2/heartbeat`, 'GET', headers))[0]).toBe(200);
      expect((await send(`${listed.chromaUrl}/api/v2/heartbeat`, 'GET', { ...headers, host: 'other.example' }))[0]).toBe(421);
      expect((await send(`${listed.chromaUrl}/api/v2/heartbeat`, 'GET', { ...headers, origin: EVIL }))[0]).toBe(403);
    } finally {
      await listed.stop();
    }
  });

  it('that others reach is checked by host only when hosts are listed', async () => {
    const open = { POLYVEC_HOST: '0.0.0.0', POLYVEC_ALLOW_OPEN_ACCESS: 'true' };
    const statuses: number[] = [];
    for (const env of [open, { ...open, POLYVEC_ALLOWED_HOSTS: 'localhost' }]) {
      const shared = await startGateway({ env });
      const { port } = new URL(shared.chromaUrl);
      statuses.push((await send(`http://127.0.0.1:${port}/api/v2/heartbeat`, 'GET', { host: 'vectors.example' }))[0]);
      await shared.stop();
    }
    expect(statuses).toEqual([200, 421]);
  });
});

describe('a request with a key', () => {
  it('may be for any host and from any page that knows the key', async () => {
    const keyed = await startKeyedGateway({ reader: {} });
    try {
      const headers = { host: 'vectors.example', origin: EVIL, 'x-chroma-token': keyed.keys.reader };
      expect((await send(`${keyed.gateway.chromaUrl}/api/v2/auth/identity`, 'GET', headers))[0]).toBe(200);
    } finally {
      await keyed.gateway.stop();
    }
  });
});
