import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { ChromaApi, invalid, mistyped, refused } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const TENANTS = '/api/v2/tenants';

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

describe('routes', () => {
  it.each(['/', '/api', '/api/v3/heartbeat', '/api/v2/nope', '/api/v2/raw_sql', '/API/v2/heartbeat', '/api/v2/HEARTBEAT'])(
    'that do not exist are 404: %s',
    async (path) => {
      expect((await chroma.call(path)).status).toBe(404);
    },
  );

  it('are looked for as fast in a URL of nothing but slashes', async () => {
    expect((await chroma.call(`/api/v1${'/'.repeat(900_000)}x`)).status).toBe(404);
  });

  it.each(['/api/v2/heartbeat/', '/api/v2/version/', `${COLLECTIONS}/`, '/api/v2/tenants/default_tenant/'])(
    'with a trailing slash are 404 on v2: %s',
    async (path) => {
      expect((await chroma.call(path)).status).toBe(404);
    },
  );

  it.each([
    ['POST', '/api/v2/heartbeat', 'GET'],
    ['GET', '/api/v2/reset', 'POST'],
    ['GET', '/api/v2/tenants', 'POST'],
    ['DELETE', '/api/v2/tenants/default_tenant', 'PATCH'],
    ['PATCH', COLLECTIONS, 'POST'],
    ['GET', `${COLLECTIONS}/${randomUUID()}/add`, 'POST'],
    ['OPTIONS', '/api/v2/heartbeat', 'GET'],
  ])('answer a method they do not know with 405 and the ones they do: %s %s', async (method, path, known) => {
    const answer = await chroma.call(path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')?.split(/, */)).toContain(known);
  });

  it.each(['/api/v2', '/api/v2/heartbeat', '/api/v2/version', COLLECTIONS, '/api/v2/tenants/default_tenant'])(
    'answer HEAD like GET without the body: %s',
    async (path) => {
      const answer = await chroma.call(path, { method: 'HEAD' });
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    },
  );

  it('answer HEAD for something missing with 404', async () => {
    expect((await chroma.call(`${TENANTS}/nobody`, { method: 'HEAD' })).status).toBe(404);
  });

  it('are matched without regard to unknown query parameters', async () => {
    expect((await chroma.call('/api/v2/version?x=1&limit=abc')).status).toBe(200);
    expect(await chroma.outcome(`${COLLECTIONS}?foo=bar&limit=0`)).toEqual([200, []]);
  });

  it.each(['limit=-1', 'limit=abc', 'offset=-1', 'limit=1.5', 'limit='])('refuse the query string %s with 400', async (query) => {
    const [status, body] = await chroma.outcome(`${COLLECTIONS}?${query}`);
    const name = query.split('=')[0] ?? '';
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'InvalidArgumentError' });
    expect((body as { message: string }).message).toMatch(new RegExp(`^Failed to deserialize query string: ${name}: `));
  });
});

describe('bodies', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const tenant = (): Uint8Array => bytes(JSON.stringify({ name: randomUUID() }));

  it('without a content type are JSON', async () => {
    expect((await chroma.call(TENANTS, { body: tenant() })).status).toBe(200);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.api+json'])(
    'of the type %s are JSON',
    async (type) => {
      expect((await chroma.call(TENANTS, { body: tenant(), headers: { 'content-type': type } })).status).toBe(200);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'text/json', 'application/octet-stream'])(
    'of the type %s are 415',
    async (type) => {
      const { status, body } = await chroma.call(TENANTS, { body: tenant(), headers: { 'content-type': type } });
      expect([status, body]).toEqual(refused(415, 'Expected request with `Content-Type: application/json`'));
    },
  );

  it('that are empty are 400, with the reason', async () => {
    const reason = 'EOF while parsing a value at line 1 column 0';
    expect(await chroma.outcome(TENANTS, '')).toEqual(invalid(`Failed to parse the request body as JSON: ${reason}`));
  });

  it.each([
    ['an open object', '{bad'],
    ['a missing end', '{"name":"abc"'],
    ['words that are no JSON', '{"name":NaN}'],
    ['a number beyond doubles', '{"name":"abc","x":1e400}'],
    ['a lone surrogate', '{"name":"\\ud800"}'],
    ['a trailing comma', '{"name":"abc",}'],
    ['single quotes', "{'name':'abc'}"],
    ['something behind the value', '{"name":"abc"} x'],
    ['a control character in a string', '{"name":"a\nb"}'],
    ['a number with a leading zero', '{"name":"abc","x":01}'],
  ])('that are no JSON are 400: %s', async (_what, text) => {
    const message: unknown = expect.stringMatching(/^Failed to parse the request body as JSON: /);
    expect(await chroma.outcome(TENANTS, text)).toEqual(invalid(message));
  });

  it.each([
    ['gzip', gzipSync('{"name":"abc"}')],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['a UTF-16 text', Buffer.from('{"name":"abc"}', 'utf16le')],
  ])('in another encoding are 400: %s', async (_what, body) => {
    const { status, body: answer } = await chroma.call(TENANTS, { body: new Uint8Array(body) });
    expect([status, (answer as { error: string }).error]).toEqual([400, 'InvalidArgumentError']);
  });

  it('without a field that is needed are 422', async () => {
    expect(await chroma.outcome(TENANTS, {})).toEqual(mistyped('missing field `name`'));
    expect(await chroma.outcome(COLLECTIONS, { metadata: null })).toEqual(mistyped('missing field `name`'));
  });

  it('with a field of the wrong type are 422, with its path', async () => {
    expect(await chroma.outcome(TENANTS, { name: 5 })).toEqual(mistyped('name: invalid type: integer `5`, expected a string'));
    expect(await chroma.outcome(COLLECTIONS, { name: 'abc', get_or_create: null })).toEqual(
      mistyped('get_or_create: invalid type: null, expected a boolean'),
    );
  });

  it('may have fields that nobody knows', async () => {
    expect(await chroma.outcome(TENANTS, { name: randomUUID(), nobody: [1], __proto__: 1 })).toEqual([200, {}]);
  });

  it('are checked before the collection is looked up', async () => {
    const path = `${COLLECTIONS}/${randomUUID()}`;
    expect((await chroma.call(`${path}/get`, { body: '{bad' })).status).toBe(400);
    expect((await chroma.call(`${path}/get`, { body: { limit: -1 } })).status).toBe(422);
    expect((await chroma.call(`${path}/get`, { body: {} })).status).toBe(404);
  });
});

describe('answers', () => {
  it('to errors have two texts and a trace id of 32 hex digits', async () => {
    for (const path of [`${TENANTS}/nobody`, `${COLLECTIONS}?limit=-1`, `${COLLECTIONS}/x!x/count`]) {
      const { body, headers } = await chroma.call(path);
      expect(Object.keys(body as object).sort()).toEqual(['error', 'message']);
      expect(headers.get('chroma-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('have neither entity tags nor cross-origin headers', async () => {
    const { headers } = await chroma.call('/api/v2/version', { headers: { origin: 'http://a.example' } });
    for (const name of ['etag', 'vary', 'access-control-allow-origin', 'x-powered-by']) expect(headers.get(name)).toBeNull();
  });

  it('follow each other on one connection, after errors and refused bodies, too', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { hostname, port } = new URL(gateway.chromaUrl);
    const send = async (method: string, path: string, body: string): Promise<readonly [number, boolean]> =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const outgoing = request({ agent, hostname, port, method, path, headers }, (response) => {
          response.resume().on('end', () => {
            resolve([response.statusCode ?? 0, outgoing.reusedSocket]);
          });
        });
        outgoing.on('error', reject).end(body);
      });
    expect(await send('GET', '/api/v2/version', '')).toEqual([200, false]);
    expect(await send('POST', TENANTS, '{bad')).toEqual([400, true]);
    expect(await send('GET', '/nope', '')).toEqual([404, true]);
    expect(await send('POST', TENANTS, '{}')).toEqual([422, true]);
    expect(await send('GET', '/api/v2/version', '')).toEqual([200, true]);
    agent.destroy();
  });
});
