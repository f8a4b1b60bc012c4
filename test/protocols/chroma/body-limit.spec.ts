import { connect, type Socket } from 'node:net';
import { ChromaApi, refused } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const LIMIT = 2_000;
const TENANTS = '/api/v2/tenants';
const TOO_LARGE = refused(413, 'Failed to buffer the request body: length limit exceeded');

let gateway: TestGateway;
let chroma: ChromaApi;
const sockets: Socket[] = [];

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_MAX_BODY_BYTES: String(LIMIT) } });
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(async () => {
  await gateway.stop();
});

/** Writes to the gateway byte by byte as told, and resolves with all it says once that holds what is awaited, or at the end. */
async function talk(awaited: RegExp, ...chunks: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(gateway.chromaUrl);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  for (const chunk of chunks) socket.write(chunk);
  return new Promise((resolve) => {
    let said = '';
    // a gateway that refuses a body may close the connection under it
    socket.on('error', () => {
      resolve(said);
    });
    socket.on('close', () => {
      resolve(said);
    });
    socket.on('data', (data) => {
      said += data.toString();
      if (awaited.test(said)) resolve(said);
    });
  });
}

const head = (path: string, ...headers: readonly string[]): string =>
  [`POST ${path} HTTP/1.1`, 'host: polyvec', 'content-type: application/json', ...headers, '', ''].join('\r\n');

const bodyOf = (bytes: number): string => {
  const frame = '{"name":"body-limit","filler":""}';
  return frame.replace('""}', `"${'x'.repeat(bytes - frame.length)}"}`);
};

describe('the body limit', () => {
  it('lets a body of just the limit through', async () => {
    expect(bodyOf(LIMIT)).toHaveLength(LIMIT);
    expect(await chroma.outcome(TENANTS, bodyOf(LIMIT))).toEqual([200, {}]);
  });

  it('refuses one byte more, and says how much is allowed', async () => {
    const { status, body, headers } = await chroma.call(TENANTS, { body: bodyOf(LIMIT + 1) });
    expect([status, body]).toEqual(TOO_LARGE);
    expect(headers.get('polyvec-limit')).toBe(String(LIMIT));
  });

  it.each(['add', 'update', 'upsert', 'query', 'search'])(
    'is told in plain text, without a content type, by %s',
    async (action) => {
      const path = '/api/v2/tenants/default_tenant/databases/default_database/collections/x';
      const { status, text, headers } = await chroma.call(`${path}/${action}`, { body: bodyOf(LIMIT + 1) });
      expect([status, text]).toEqual([413, 'Payload too large']);
      expect(headers.get('content-type')).toBeNull();
      expect(headers.get('polyvec-limit')).toBe(String(LIMIT));
    },
  );

  it.each(['get', 'delete'])('is told as JSON by %s', async (action) => {
    const path = `/api/v2/tenants/default_tenant/databases/default_database/collections/x/${action}`;
    expect(await chroma.outcome(path, bodyOf(LIMIT + 1))).toEqual(TOO_LARGE);
  });

  it('refuses an announced length before any of the body has come', async () => {
    const said = await talk(/limit exceeded/, head(TENANTS, 'content-length: 99999999999'));
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    expect(said.toLowerCase()).toContain(`polyvec-limit: ${LIMIT}`);
  });

  it('refuses a client that asks first, instead of telling it to continue', async () => {
    const said = await talk(/limit exceeded/, head(TENANTS, `content-length: ${LIMIT + 1}`, 'expect: 100-continue'));
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    expect(said).not.toContain('100 Continue');
  });

  it('tells a client that asks first for less than the limit to continue', async () => {
    const body = '{"name":"asked-first"}';
    const said = await talk(/\r\n\r\n\{\}$/, head(TENANTS, `content-length: ${body.length}`, 'expect: 100-continue'), body);
    expect(said).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('counts the chunks of a body that announces no length, and does not wait for their end', async () => {
    const chunk = `3e8\r\n${'x'.repeat(1_000)}\r\n`;
    const said = await talk(/limit exceeded/, head(TENANTS, 'transfer-encoding: chunked'), chunk, chunk, chunk);
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    expect(said.toLowerCase()).toContain(`polyvec-limit: ${LIMIT}`);
  });

  it('takes a body in chunks below the limit', async () => {
    const chunks = ['9\r\n{"name":"\r\n', '7\r\nchunked\r\n', '2\r\n"}\r\n', '0\r\n\r\n'];
    expect(await talk(/\r\n\r\n\{\}$/, head(TENANTS, 'transfer-encoding: chunked'), ...chunks)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('leaves the gateway at work for others', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => talk(/ 413 /, head(TENANTS, 'content-length: 99999999999'), 'x'.repeat(5_000))),
    );
    expect((await chroma.call('/api/v2/version')).status).toBe(200);
  });
});
