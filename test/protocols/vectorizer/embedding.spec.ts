import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway as start } from '../../../src/gateway.js';
import {
  type CollectionApi,
  done,
  type Hit,
  invalidField,
  noVector,
  refused,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../../support/gateway/gateway.js';
import { createProcessStorage, endProcess, type ProcessStorage } from '../../support/gateway/gateway-process.js';
import { embeddingsReply, type ModelReply, type ModelServer, startModelServer } from '../../support/servers/model-server.js';

const FAILURE = refused(502, 'embedding_error');

interface Embedded {
  readonly embedding: readonly number[];
  readonly dimension: number;
}

/** @throws Error with the answer when it is refused */
async function embed(api: VectorizerApi, text: string, inside: object = {}): Promise<readonly number[]> {
  return (succeeded(await api.call('POST', '/embed', { text, ...inside })) as Embedded).embedding;
}

describe('the embedder that is built in', () => {
  let gateway: TestGateway;
  let api: VectorizerApi;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_VECTORIZER_DIMENSION: '300' } });
    api = new VectorizerApi(gateway.vectorizerUrl);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  async function similarity(left: string, right: string): Promise<number> {
    const other = await embed(api, right);
    return (await embed(api, left)).reduce((sum, value, at) => sum + value * (other[at] ?? Number.NaN), 0);
  }

  it('embeds a text for whoever asks, in the dimension that is set', async () => {
    const answer = await api.post('/embed', { text: 'hello world' });
    expect(answer).toEqual(done({ text: 'hello world', dimension: 300, model: 'bm25', embedding: expect.any(Array) as unknown }));
    const embedding = await embed(api, 'hello world');
    expect(embedding).toHaveLength(300);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
  });

  it.each([1, 7, 512, 4096])('embeds in %d dimensions', async (dimension) => {
    const { body } = await api.call('POST', '/embed', { text: 'hello world', model: 'bm25', dimension });
    expect(body).toMatchObject({ dimension });
    expect((body as Embedded).embedding).toHaveLength(dimension);
  });

  it('gives every text its own vector, which is of the length one', async () => {
    const texts = ['a', 'cats', 'cats cats', 'Ünïcode ｆｕｌｌ', '日本語のテキスト', '!?', '🦄', 'x'.repeat(10_000)];
    for (const text of texts) expect(Math.hypot(...(await embed(api, text)))).toBeCloseTo(1, 5);
    expect(await embed(api, 'cats')).not.toEqual(await embed(api, 'dogs'));
  });

  it('does not mind the case, the width and the punctuation', async () => {
    expect(await embed(api, 'Cats, and DOGS!')).toEqual(await embed(api, 'cats and dogs'));
    expect(await embed(api, 'ｆｕｌｌ ﬁle')).toEqual(await embed(api, 'full file'));
  });

  it('puts texts that share words nearer than texts that share none', async () => {
    const text = 'the cat sat on the mat';
    expect(await similarity(text, 'a cat on a mat')).toBeGreaterThan(await similarity(text, 'stock market crash'));
    expect(await similarity(text, 'the cat sat on the mat today')).toBeGreaterThan(await similarity(text, 'a cat on a mat'));
  });

  it('puts forms of a word nearer than other words', async () => {
    const near = await similarity('cats', 'cat');
    for (const other of ['dog', 'economy', 'tree', 'blue']) expect(near).toBeGreaterThan(await similarity('cats', other));
  });

  it('makes the vectors of a collection, too', async () => {
    const collection = await api.create({ dimension: 64 });
    succeeded(await collection.call('POST', '/insert', { id: 'a', text: 'hello world' }));
    const expected = (await embed(api, 'hello world', { dimension: 64 })).map((value) => expect.closeTo(value, 5) as unknown);
    expect((await collection.vector('a')).vector).toEqual(expected);
  });

  it('wants a text', async () => {
    expect(await api.post('/embed', {})).toEqual(invalidField('text'));
    expect(await api.post('/embed', { text: '' })).toEqual(invalidField('text'));
    expect(await api.post('/embed', { text: 5 })).toEqual(invalidField('text'));
  });

  it('is the only model', async () => {
    expect(await api.post('/embed', { text: 'x', model: 'openai:ada' })).toEqual(
      refused(400, 'unsupported_model', { details: { requested: 'openai:ada', available: ['bm25'] } }),
    );
    expect(await api.post('/collections', { name: 'c', embedding_provider: 'openai:ada' })).toEqual(
      refused(400, 'unsupported_provider', { details: { requested: 'openai:ada', available: ['bm25'] } }),
    );
  });
});

describe('two processes', () => {
  const TEXTS = ['cats sleep on the sofa', 'dogs run in the park', 'interest rates rise', 'Ünïcode ｆｕｌｌ', '...'];
  let storage: ProcessStorage;
  let api: VectorizerApi;

  beforeAll(async () => {
    const port = await freePort();
    storage = await createProcessStorage({ POLYVEC_VECTORIZER_PORT: String(port) });
    api = new VectorizerApi(`http://127.0.0.1:${String(port)}`);
  });

  afterAll(async () => {
    await storage.remove();
  });

  /** What a process of its own answers. */
  async function inOwnProcess<T>(ask: () => Promise<T>): Promise<T> {
    const gateway = await storage.start();
    try {
      return await ask();
    } finally {
      await endProcess(gateway.process, 'SIGTERM');
    }
  }

  async function answers(): Promise<readonly string[]> {
    const embedded = await Promise.all(TEXTS.map((text) => api.call('POST', '/embed', { text })));
    const found = await api.call('POST', '/search', { collection: 'texts', query: 'dogs on the sofa' });
    return [...embedded, found].map((answer) => JSON.stringify(succeeded(answer)));
  }

  it('case 52: give identical ids, scores and vectors to the last bit', async () => {
    const first = await inOwnProcess(async () => {
      const collection = await api.create({ name: 'texts', dimension: 128 });
      const texts = TEXTS.map((text, at) => ({ id: String(at), text }));
      succeeded(await collection.call('POST', '/batch_insert', { texts }));
      return answers();
    });
    expect(first.at(-1)).toContain('"total":5');
    expect(await inOwnProcess(answers)).toEqual(first);
  });
});

describe('an endpoint that embeds', () => {
  let models: ModelServer;
  let gateway: TestGateway;
  let api: VectorizerApi;
  let replies: (() => ModelReply)[];

  beforeAll(async () => {
    models = await startModelServer((request) => (replies.shift() ?? (() => reply(request.body['input'] as string[])))());
    gateway = await startGateway({
      env: {
        POLYVEC_EMBEDDING_URL: `${models.url}/v1`,
        POLYVEC_EMBEDDING_KEY: 'secret-key',
        POLYVEC_EMBEDDING_MODELS: 'small=vendor/small:3,large=vendor/large:5',
      },
    });
    api = new VectorizerApi(gateway.vectorizerUrl);
  });

  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  beforeEach(() => {
    replies = [];
  });

  /** A vector for each text: how many times a, b and c occur in it. */
  function reply(input: readonly string[]): ModelReply {
    const data = input.map((text, index) => ({
      ...{ object: 'embedding', index },
      embedding: ['a', 'b', 'c'].map((letter) => text.split(letter).length - 1),
    }));
    return { body: { object: 'list', data, model: 'vendor/small', usage: { prompt_tokens: 1, total_tokens: 1 } } };
  }

  async function remote(): Promise<CollectionApi> {
    return api.create({ dimension: 3, metric: 'dot_product', embedding_provider: 'openai:small' });
  }

  function lastRequest(): ModelServer['requests'][number] | undefined {
    return models.requests.at(-1);
  }

  it('is listed with its dimension', async () => {
    expect(await api.get('/stats')).toMatchObject([
      200,
      {
        default_provider: 'bm25',
        providers: expect.arrayContaining([
          { name: 'bm25', dimension: 512, default: true },
          { name: 'openai:small', dimension: 3, default: false },
          { name: 'openai:large', dimension: 5, default: false },
        ]) as unknown,
      },
    ]);
  });

  it('is asked in OpenAI’s words, with the key', async () => {
    expect(await api.post('/embed', { text: 'aab', model: 'openai:small' })).toEqual(
      done({ embedding: [2, 1, 0], text: 'aab', dimension: 3, model: 'openai:small' }),
    );
    expect(lastRequest()).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: 'Bearer secret-key' },
      body: { model: 'vendor/small', input: ['aab'] },
    });
  });

  it('is asked for numbers, not for base64', async () => {
    await embed(api, 'a', { model: 'openai:small' });
    expect(lastRequest()?.body).toMatchObject({ encoding_format: 'float' });
  });

  it('gives a collection its dimension', async () => {
    const name = 'of-the-provider';
    expect(await api.post('/collections', { name, embedding_provider: 'openai:large' })).toEqual(done({ name, dimension: 5 }));
    expect(await api.get(`/collections/${name}`)).toEqual(done({ dimension: 5, embedding_provider: 'openai:large' }));
  });

  it('refuses another dimension', async () => {
    const body = { name: 'wrong', dimension: 384, embedding_provider: 'openai:small' };
    expect(await api.post('/collections', body)).toEqual(
      refused(400, 'provider_dimension_mismatch', {
        message: "Provider 'openai:small' has dimension 3, request asked for 384",
        details: { provider: 'openai:small', provider_dimension: 3, requested_dimension: 384 },
      }),
    );
    expect((await api.get('/collections/wrong'))[0]).toBe(404);
  });

  it('embeds what is inserted, updated and searched in its collections', async () => {
    const collection = await remote();
    const texts = ['aaa', 'bbb', 'abc'].map((text) => ({ id: text, text }));
    succeeded(await collection.call('POST', '/batch_insert', { texts }));
    expect(await collection.vector('abc')).toMatchObject({ vector: [1, 1, 1], content: 'abc' });
    const hits = (body: object): Promise<readonly Hit[]> => collection.search(body);
    expect((await hits({ query: 'bb' })).map(({ id }) => id)).toEqual(['bbb', 'abc', 'aaa']);
    succeeded(await collection.call('PATCH', '/vectors/aaa', { text: 'bbbbbb' }));
    expect((await hits({ query: 'bb', limit: 1 }))[0]).toMatchObject({ id: 'aaa', vector: [0, 6, 0], content: 'bbbbbb' });
    succeeded(await collection.call('POST', '/batch_update', { updates: [{ id: 'bbb', text: 'ccc' }] }));
    expect(await collection.vector('bbb')).toMatchObject({ vector: [0, 0, 3] });
    const batch = succeeded(await collection.call('POST', '/batch_search', { queries: [{ query: 'c', limit: 1 }] }));
    expect(batch).toMatchObject({ results: [{ results: [{ id: 'bbb' }] }] });
  });

  it('embeds many texts, each to its own vector', async () => {
    const collection = await remote();
    const texts = Array.from({ length: 100 }, (_, at) => ({ id: String(at), text: `a${'b'.repeat(at)}` }));
    succeeded(await collection.call('POST', '/batch_insert', { texts }));
    const found = await collection.search({ query: '', limit: 100, with_vector: true });
    expect(found.map(({ vector }) => vector)).toEqual(texts.map((_, at) => [1, at, 0]));
  });

  it('leaves collections of the built-in embedder to that', async () => {
    const collection = await api.create({ dimension: 3 });
    const asked = models.requests.length;
    succeeded(await collection.call('POST', '/insert', { id: 'a', text: 'aaa' }));
    expect(await collection.search({ query: 'aaa' })).toMatchObject([{ id: 'a' }]);
    expect(models.requests).toHaveLength(asked);
  });

  it.each<[string, () => ModelReply]>([
    ['an error', () => ({ status: 400, body: { error: { message: 'no' } } })],
    ['no permission', () => ({ status: 401, body: {} })],
    ['no JSON', () => ({ body: 'no json' })],
    ['no vectors', () => ({ body: { data: [] } })],
    ['vectors of another dimension', () => embeddingsReply({ path: '', headers: {}, body: { input: ['x'] } }, 4)],
    ['numbers that are none', () => ({ body: { data: [{ index: 0, embedding: [1, null, 'x'] }] } })],
  ])('that answers with %s is 502, and nothing is written', async (_, broken) => {
    const collection = await remote();
    await collection.fill([{ id: 'old', embedding: [1, 2, 3], payload: { x: 1 } }]);
    const old = await collection.vector('old');
    const calls = [
      () => collection.post('/insert', { id: 'new', text: 'a' }),
      () => api.post('/insert_texts', { collection: collection.name, texts: [{ id: 'new', text: 'a' }] }),
      () => api.outcome('PATCH', collection.path('/vectors/old'), { text: 'a', metadata: { x: 2 } }),
      () => collection.post('/batch_update', { updates: [{ id: 'old', text: 'a' }] }),
      () => collection.post('/search/text', { query: 'a' }),
      () => collection.post('/search', { query: 'a' }),
      () => api.post('/embed', { text: 'a', model: 'openai:small' }),
    ];
    for (const call of calls) {
      replies = Array.from({ length: 5 }, () => broken);
      expect(await call()).toEqual(FAILURE);
    }
    expect(await collection.vector('old')).toEqual(old);
    expect(await collection.get('/vectors/new')).toEqual(noVector('new'));
    expect(await collection.count()).toBe(1);
  });

  it('that fails makes no collection either', async () => {
    const body = { name: 'never', dimension: 3, embedding_provider: 'openai:small' };
    succeeded(await api.call('POST', '/collections', body));
    replies = Array.from({ length: 5 }, () => () => ({ status: 400, body: {} }));
    expect(await api.post('/collections/never/insert', { text: 'a' })).toEqual(FAILURE);
    expect(await api.get('/collections/never')).toEqual(done({ vector_count: 0 }));
  });

  it('that fails stops no vectors', async () => {
    const collection = await remote();
    replies = Array.from({ length: 5 }, () => () => ({ status: 400, body: {} }));
    await collection.fill([{ id: 'a', embedding: [1, 2, 3] }]);
    expect(await collection.search({ vector: [1, 0, 0] })).toMatchObject([{ id: 'a' }]);
  });

  it.each([429, 500, 503])('that is busy with %d is asked again', async (status) => {
    replies = [() => ({ status, headers: { 'retry-after': '0' }, body: {} })];
    expect(await embed(api, 'aab', { model: 'openai:small' })).toEqual([2, 1, 0]);
  });

  it('keeps its failures to itself', async () => {
    replies = Array.from({ length: 5 }, () => () => ({ status: 400, body: { error: { message: 'secret-key is wrong' } } }));
    const { text } = await api.call('POST', '/embed', { text: 'private words', model: 'openai:small' });
    expect(text).not.toContain('secret-key');
    expect(text).not.toContain('127.0.0.1');
  });
});

describe('a provider that is no longer there', () => {
  let storage: TestStorage;
  let models: ModelServer;
  const gateways: Gateway[] = [];

  beforeAll(async () => {
    storage = await createStorage();
    models = await startModelServer((request) => embeddingsReply(request, 3));
  });

  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    await models.stop();
    await storage.remove();
  });

  /** A gateway on the storage, which only one may have at a time. */
  async function open(environment: Readonly<Record<string, string>>): Promise<VectorizerApi> {
    const ports = {
      POLYVEC_CHROMA_PORT: 'off',
      POLYVEC_PINECONE_PORT: 'off',
      POLYVEC_CONSOLE_PORT: '0',
      POLYVEC_VECTORIZER_PORT: '0',
    };
    await gateways.pop()?.stop();
    const gateway = await start(readConfig({ ...storage.environment, ...ports, POLYVEC_LOG_LEVEL: 'error', ...environment }));
    gateways.push(gateway);
    return new VectorizerApi(gateway.urls.get('vectorizer') ?? '');
  }

  it('is missed: nothing else embeds the texts of its collections', async () => {
    const before = await open({ POLYVEC_EMBEDDING_URL: models.url, POLYVEC_EMBEDDING_MODELS: 'small=vendor/small:3' });
    const { name } = await before.create({ dimension: 3, embedding_provider: 'openai:small' });
    succeeded(await before.call('POST', '/insert', { collection: name, id: 'a', text: 'hello' }));

    const after = await open({});
    const unsupported = refused(400, 'unsupported_provider');
    expect(await after.post('/insert', { collection: name, id: 'b', text: 'hello' })).toEqual(unsupported);
    expect(await after.post('/search', { collection: name, query: 'hello' })).toEqual(unsupported);
    expect(await after.get(`/collections/${name}/vectors`)).toEqual(
      done({ total: 1, vectors: [expect.objectContaining({ id: 'a', content: 'hello' })] }),
    );
    expect(await after.post('/search', { collection: name, vector: [1, 0, 0] })).toEqual(done({ total: 1 }));
  });
});

/** A port that nothing uses. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
