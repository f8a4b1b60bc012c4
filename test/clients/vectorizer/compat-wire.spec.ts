import { type AddressInfo, createServer } from 'node:net';
import { type JsonObject, VectorizerClient, VectorizerError } from '../../../clients/typescript/src/index.js';
import { PYTHON_ENVIRONMENT, ROOT, run } from './compat/programs.js';
import { type RecordingServer, startRecordingServer } from './compat/recording-server.js';

describe('the TypeScript client against a server that only repeats', () => {
  let server: RecordingServer;
  let client: VectorizerClient;
  let answer: { status: number; content: string; headers: Record<string, string> };

  beforeAll(async () => {
    server = await startRecordingServer((_request, response) => {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.content);
    });
    client = new VectorizerClient(server.url);
  });

  beforeEach(() => {
    server.clear();
    reply({});
  });

  afterAll(async () => {
    await server.stop();
  });

  describe('paths', () => {
    it('percent-encodes every part', async () => {
      await client.deleteVector('a b/ü', 'doc:42#0?x=1%');
      expect(calls()).toEqual(['DELETE /collections/a%20b%2F%C3%BC/vectors/doc%3A42%230%3Fx%3D1%25']);
    });

    it('keeps the path of the base URL', async () => {
      await new VectorizerClient({ baseURL: `${server.url}/proxied/vectorizer/` }).healthCheck();
      expect(calls()).toEqual(['GET /proxied/vectorizer/health']);
    });

    it.each(['', '.', '..'])('sends nothing for the name %j, which would reach another resource', async (name) => {
      const refused = { status: 0, errorType: 'invalid_request' };
      await expect(client.deleteVector('c', name)).rejects.toMatchObject(refused);
      await expect(client.deleteCollection(name)).rejects.toMatchObject(refused);
      expect(calls()).toEqual([]);
    });

    it.each(['localhost:15002', 'ftp://localhost', 'http://', 'nothing'])('refuses %j as a base URL', (url) => {
      expect(() => new VectorizerClient(url)).toThrow('URL');
    });
  });

  describe('bodies', () => {
    it('sends an empty query and a limit of ten thousand as they are', async () => {
      reply({ results: [{ id: 'a', score: 0 }] });
      const results = await client.search('c', '', { limit: 10_000, filter: { created_at: { $lt: '2025' } } });
      expect(results.map(({ id }) => id)).toEqual(['a']);
      expect(calls()).toEqual(['POST /collections/c/search']);
      expect(body()).toEqual({ query: '', limit: 10_000, filter: { created_at: { $lt: '2025' } } });
    });

    it('sends every search option that is given', async () => {
      reply({ results: [] });
      const options = { similarity_threshold: 0.5, with_vector: false, with_payload: true, vector: [1, 0] };
      await client.search('c', 'q', { ...options, filter: null });
      expect(body()).toEqual({ query: 'q', limit: 10, ...options });
    });

    it('sends no request for no ids', async () => {
      expect(await client.batchDelete('c', [])).toEqual({ collection: 'c', count: 0, deleted: 0, failed: 0, results: [] });
      expect(calls()).toEqual([]);
    });

    it('sends a null in a filter', async () => {
      await client.deleteByFilter('c', { category: null });
      expect(body()).toEqual({ filter: { category: null } });
    });

    it.each([{ category: undefined, page: 1 }, { $and: [{ page: undefined }] }, { page: NaN }])(
      'does not send the filter %j without one of its conditions',
      async (filter) => {
        await expect(client.deleteByFilter('c', filter as unknown as JsonObject)).rejects.toThrow(TypeError);
        await expect(client.search('c', '', { filter: filter as unknown as JsonObject })).rejects.toThrow(TypeError);
        expect(calls()).toEqual([]);
      },
    );

    it('puts texts, metadatas and ids together', async () => {
      reply({ failed: 0, ids: ['x', 'generated'] });
      expect(await client.batchInsertText('c', ['a', 'b'], [{ n: 1 }, null], ['x', null])).toEqual(['x', 'generated']);
      expect(body()).toEqual({ texts: [{ id: 'x', text: 'a', metadata: { n: 1 } }, { text: 'b' }] });
      await expect(client.batchInsertText('c', ['a', 'b'], [{}])).rejects.toThrow(RangeError);
    });

    it('tells when some texts were not inserted', async () => {
      const report = { failed: 1, ids: ['x'], errors: ['Invalid id: empty'] };
      reply(report);
      const failure = { status: 200, errorType: 'partial_failure', details: report };
      await expect(client.batchInsertText('c', ['a', 'b'])).rejects.toMatchObject(failure);
    });

    it('creates a collection with further settings', async () => {
      await client.createCollection('c', { dimension: 4, hnsw_config: { m: 8 } });
      expect(body()).toEqual({ name: 'c', dimension: 4, metric: 'cosine', hnsw_config: { m: 8 } });
    });

    it('sends the API key, given in either form of the constructor', async () => {
      await new VectorizerClient(server.url, { apiKey: 'one' }).healthCheck();
      await new VectorizerClient({ baseURL: server.url, apiKey: 'two' }).healthCheck();
      await client.healthCheck();
      expect(server.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['one', 'two', undefined]);
    });
  });

  describe('errors', () => {
    it('carry what the server tells', async () => {
      const told = { error_type: 'vector_not_found', message: 'Vector not found: v', details: { vector_id: 'v' } };
      reply({ ...told, status_code: 404 }, 404);
      const error: unknown = await client.deleteVector('c', 'v').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(VectorizerError);
      expect(error).toMatchObject({ status: 404, errorType: 'vector_not_found', message: 'Vector not found: v' });
      expect(error).toMatchObject({ name: 'VectorizerError', details: { vector_id: 'v' } });
    });

    it.each([
      ['down for repair', 'down for repair'],
      ['', 'Service Unavailable'],
    ])('are made of the answer %j too', async (content, message) => {
      replyText(content, 503);
      await expect(client.healthCheck()).rejects.toMatchObject({ status: 503, errorType: 'http_error', message });
    });

    it('are made of a redirect, which is not followed', async () => {
      replyText('', 301, { location: server.url });
      await expect(client.batchDelete('c', ['a'])).rejects.toMatchObject({ status: 301 });
      expect(calls()).toHaveLength(1);
    });

    it.each(['<html>', '1', '{}', ''])('are made of %j instead of results', async (content) => {
      replyText(content);
      await expect(client.search('c', 'q')).rejects.toMatchObject({ status: 200, errorType: 'invalid_response' });
    });

    it('tell when nobody listens', async () => {
      const gone = new VectorizerClient(`http://127.0.0.1:${String(await freePort())}`);
      const refused = { status: 0, errorType: 'connection_error', message: expect.stringContaining('ECONNREFUSED') as string };
      await expect(gone.healthCheck()).rejects.toMatchObject(refused);
    });

    it('tell when the time is over', async () => {
      const silent = await startRecordingServer(() => undefined);
      const hasty = new VectorizerClient(silent.url, { timeout: 50 });
      await expect(hasty.healthCheck()).rejects.toMatchObject({ status: 0, errorType: 'timeout' });
      await silent.stop();
    });
  });

  function reply(content: JsonObject, status = 200): void {
    replyText(JSON.stringify(content), status, { 'content-type': 'application/json' });
  }

  function replyText(content: string, status = 200, headers: Record<string, string> = {}): void {
    answer = { status, content, headers };
  }

  function calls(): readonly string[] {
    return server.requests.map(({ method, path }) => `${method} ${path}`);
  }

  function body(): unknown {
    return JSON.parse(server.requests.at(-1)?.body ?? '');
  }
});

describe('the Python client', () => {
  it('passes its own tests', async () => {
    const words = ['-W', 'error', '-m', 'unittest', 'discover', '-s', 'tests'];
    const { code, errors } = await run('python3', words, {
      directory: `${ROOT}/clients/python`,
      environment: PYTHON_ENVIRONMENT,
    });
    expect(errors).toMatch(/Ran [1-9]\d* tests[^]*\nOK\n$/);
    expect(code).toBe(0);
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
