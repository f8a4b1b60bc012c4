import {
  embeddingsReply,
  type ModelReply,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../test/support/servers/model-server.js';
import { GatewayError } from '../errors.js';
import type { Endpoint } from './endpoint.js';
import { embedRemotely } from './openai-endpoint.js';

const KEY = 'sk-very-secret';
const MODEL = { remoteName: 'org/model', dimension: 3 };

/** What came of an attempt to embed: the error, and what was reported of it. */
interface Outcome {
  readonly error: unknown;
  readonly reports: readonly string[];
  readonly requests: number;
}

let server: ModelServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function serve(
  reply: (request: ModelRequest) => ModelReply | Promise<ModelReply>,
  report: string[] = [],
): Promise<Endpoint> {
  server = await startModelServer(reply);
  return {
    url: `${server.url}/v1`,
    key: KEY,
    timeoutMs: 10_000,
    subject: 'embedding',
    report: (failure) => report.push(failure),
  };
}

async function failureOf(
  reply: (request: ModelRequest) => ModelReply | Promise<ModelReply>,
  overrides: Partial<Endpoint> = {},
): Promise<Outcome> {
  const reports: string[] = [];
  const endpoint = await serve(reply, reports);
  const error: unknown = await embedRemotely({ ...endpoint, ...overrides }, MODEL, ['private text', 'b'], 'passage').catch(
    (thrown: unknown) => thrown,
  );
  return { error, reports, requests: server?.requests.length ?? 0 };
}

function withEmbeddings(embeddings: readonly unknown[]): () => ModelReply {
  return () => ({ body: { data: embeddings.map((embedding, index) => ({ index, embedding })) } });
}

const UNAVAILABLE = { detail: { kind: 'unavailable', subject: 'embedding' } };

describe('embedRemotely', () => {
  it('asks for the model by its name there, with the key, and orders the vectors by their index', async () => {
    const endpoint = await serve((request) => embeddingsReply(request, 3));
    const result = await embedRemotely(endpoint, MODEL, ['a', 'b', 'c'], 'passage');
    expect(result.vectors).toEqual(
      [
        [1, 0.5, 0.5],
        [2, 0.5, 0.5],
        [3, 0.5, 0.5],
      ].map((vector) => new Float32Array(vector)),
    );
    expect(result.totalTokens).toBe(7);
    expect(server?.requests).toMatchObject([
      {
        path: '/v1/embeddings',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: { model: 'org/model', input: ['a', 'b', 'c'] },
      },
    ]);
  });

  it('sends no authorization without a key', async () => {
    const endpoint = await serve((request) => embeddingsReply(request, 3));
    await embedRemotely({ ...endpoint, key: undefined }, MODEL, ['a'], 'query');
    expect(server?.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('splits many texts into batches that every server takes, and adds their tokens up', async () => {
    const endpoint = await serve((request) => embeddingsReply(request, 3));
    const texts = Array.from({ length: 70 }, (_item, index) => `text ${String(index)}`);
    const result = await embedRemotely(endpoint, MODEL, texts, 'passage');
    expect(server?.requests.map(({ body }) => (body['input'] as readonly string[]).length)).toEqual([32, 32, 6]);
    expect(server?.requests.flatMap(({ body }) => body['input'] as readonly string[])).toEqual(texts);
    expect(result.vectors.map((vector) => vector[0])).toEqual(texts.map((_text, index) => (index % 32) + 1));
    expect(result.totalTokens).toBe(21);
  });

  it('asks nothing for no texts', async () => {
    const endpoint = await serve((request) => embeddingsReply(request, 3));
    expect(await embedRemotely(endpoint, MODEL, [], 'passage')).toEqual({ vectorType: 'dense', vectors: [], totalTokens: 0 });
    expect(server?.requests).toEqual([]);
  });

  it.each([
    ['intfloat/multilingual-e5-large', 'query', 'query: a'],
    ['intfloat/multilingual-e5-large', 'passage', 'passage: a'],
    ['e5-small-v2', 'passage', 'passage: a'],
    ['intfloat/multilingual-e5-large-instruct', 'query', 'a'],
    ['nomic-embed-text:latest', 'query', 'search_query: a'],
    ['BAAI/bge-m3', 'query', 'a'],
  ] as const)('puts what %s was trained with before a %s', async (remoteName, inputType, sent) => {
    const endpoint = await serve((request) => embeddingsReply(request, 3));
    await embedRemotely(endpoint, { ...MODEL, remoteName }, ['a'], inputType);
    expect(server?.requests[0]?.body['input']).toEqual([sent]);
  });

  it('takes the order of the answer where it has no indexes, and estimates tokens that are not counted', async () => {
    const endpoint = await serve(() => ({ body: { data: [{ embedding: [1, 2, 3] }, { embedding: [4, 5, 6] }] } }));
    const result = await embedRemotely(endpoint, MODEL, ['12345678', '1'], 'passage');
    expect(result.vectors).toEqual([new Float32Array([1, 2, 3]), new Float32Array([4, 5, 6])]);
    expect(result.totalTokens).toBe(3);
  });

  it.each([
    ['too few vectors', withEmbeddings([[1, 2, 3]]), '1 vectors for 2 texts'],
    [
      'too many vectors',
      withEmbeddings([
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ]),
      '3 vectors for 2 texts',
    ],
    [
      'another dimension',
      withEmbeddings([
        [1, 2, 3],
        [1, 2],
      ]),
      'a vector of 2 dimensions, where 3 are configured',
    ],
    [
      'what is no number',
      withEmbeddings([
        [1, 2, 3],
        [1, 2, 'x'],
      ]),
      'a vector is no list of numbers',
    ],
    [
      'numbers beyond float32',
      withEmbeddings([
        [1, 2, 3],
        [1, 2, 1e300],
      ]),
      'a vector is no list of numbers',
    ],
    ['a vector as base64', withEmbeddings([[1, 2, 3], 'AAAA']), 'a vector is no list of numbers'],
    [
      'an index twice',
      () => ({ body: { data: [0, 0].map((index) => ({ index, embedding: [1, 2, 3] })) } }),
      'no vector for text 1 of 2',
    ],
    ['no data', () => ({ body: { object: 'list' } }), 'the answer has no list "data"'],
    ['null', () => ({ body: null }), 'the answer has no list "data"'],
    ['garbage', () => ({ body: '<html>' }), 'the answer is not JSON'],
    ['nothing', () => ({ body: '' }), 'the answer is not JSON'],
    ['a refusal of the key', () => ({ status: 401, body: `bad key ${KEY}` }), 'status 401'],
    ['a refusal of the text', () => ({ status: 400, body: 'private text' }), 'status 400'],
  ] as const)('is unavailable after one attempt when the endpoint answers %s', async (_case, reply, reason) => {
    const { error, reports, requests } = await failureOf(reply);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject(UNAVAILABLE);
    expect(reports).toEqual([`embedding endpoint ${server?.url ?? ''}/v1: ${reason}`]);
    expect(requests).toBe(1);
  });

  it('asks three times when the endpoint answers a server error', async () => {
    const { error, reports, requests } = await failureOf(() => ({ status: 500, body: { error: 'private text' } }));
    expect(error).toMatchObject(UNAVAILABLE);
    expect(reports).toEqual([`embedding endpoint ${server?.url ?? ''}/v1: status 500`]);
    expect(requests).toBe(3);
  });

  it('passes on when a busy endpoint wants to be asked again', async () => {
    const { error } = await failureOf(() => ({ status: 429, headers: { 'retry-after': '7' }, body: '' }));
    expect(error).toMatchObject({ detail: { ...UNAVAILABLE.detail, retryAfterMs: 7_000 } });
  });

  it('gives up when the answer takes too long', async () => {
    const { error, reports } = await failureOf(() => new Promise<ModelReply>(() => undefined), { timeoutMs: 50 });
    expect(error).toMatchObject(UNAVAILABLE);
    expect(reports).toEqual([expect.stringContaining('no answer within 50 ms')]);
  });

  it('is unavailable when nobody listens', async () => {
    const endpoint = await serve(() => ({ body: '' }));
    await server?.stop();
    const reports: string[] = [];
    const attempt = embedRemotely({ ...endpoint, report: (failure) => reports.push(failure) }, MODEL, ['a'], 'query');
    await expect(attempt).rejects.toMatchObject(UNAVAILABLE);
    expect(reports).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('tells neither the key nor a text in errors and reports', async () => {
    const { error, reports } = await failureOf(() => ({ status: 401, body: `bad key ${KEY} for private text` }));
    const told = [String(error), JSON.stringify(error), (error as Error).stack, ...reports].join();
    expect(told).not.toContain(KEY);
    expect(told).not.toContain('private text');
  });
});
