import { ChromaApi, type CollectionApi as ChromaCollection } from '../support/clients/chroma-api.js';
import { type CollectionApi, setUp, VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const DEFAULT_MOST = 1_000;
/** Searches that take more than a millisecond, wherever they run. */
const SOME = 500;
const MANY = 150_000;
/** What so many results take. */
const BUDGET = { POLYVEC_MAX_ANSWER_BYTES: '1000000000', POLYVEC_MAX_ANSWERS_IN_FLIGHT_BYTES: '1000000000' };
const QUERY = { vector: [1, 0, 0, 0], limit: 2 };
const many = <T>(item: T, count: number): readonly T[] => new Array<T>(count).fill(item);

let gateway: TestGateway;
let hurried: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ env: BUDGET });
  hurried = await startGateway({ env: { POLYVEC_SEARCHES_TIMEOUT_MS: '1' } });
});

afterAll(async () => {
  await Promise.all([gateway.stop(), hurried.stop()]);
});

async function vectorizer(of: TestGateway): Promise<CollectionApi> {
  return setUp(new VectorizerApi(of.vectorizerUrl));
}

describe('the searches of a batch', () => {
  it('may be a thousand', async () => {
    const collection = await vectorizer(gateway);
    const answer = await collection.post('/batch_search', { queries: many(QUERY, DEFAULT_MOST) });
    expect(answer).toMatchObject([200, { count: DEFAULT_MOST, succeeded: DEFAULT_MOST, failed: 0 }]);
  });

  it.each([
    ['one more', DEFAULT_MOST + 1],
    ['all that 400 KB hold', 10_000],
  ])('are refused with the name of the limit, and none is begun: %s', async (_what, count) => {
    const collection = await vectorizer(gateway);
    expect(await collection.post('/batch_search', { queries: many(QUERY, count) })).toEqual([
      413,
      {
        error_type: 'payload_too_large',
        message:
          `Limit exceeded: the request has ${String(count)} searches, more than the limit of 1000 (POLYVEC_MAX_SEARCHES); ` +
          'send fewer at a time',
        status_code: 413,
      },
    ]);
  });

  it('are given up when they take longer than they may together', async () => {
    const collection = await vectorizer(hurried);
    expect(await collection.post('/batch_search', { queries: many(QUERY, SOME) })).toMatchObject([
      400,
      { error_type: 'validation_error', message: expect.stringMatching(TOO_LONG) as unknown, details: { field: 'queries' } },
    ]);
  });
});

const TOO_LONG =
  /the searches of the request have taken \d+ milliseconds, more than the limit of 1 \(POLYVEC_SEARCHES_TIMEOUT_MS\)/;

describe('the searches of many collections', () => {
  it('are given up when they take longer than they may together', async () => {
    const api = new VectorizerApi(hurried.vectorizerUrl);
    const made = await Promise.all(many({ dimension: 64 }, 20).map((definition) => api.create(definition)));
    const collections = made.map(({ name }) => name);
    expect(await api.post('/multi_collection_search', { query: 'mice', collections })).toMatchObject([
      400,
      { message: expect.stringMatching(TOO_LONG) as unknown },
    ]);
  });
});

describe('a query of more vectors than a call of a function may have arguments', () => {
  it('is answered like any other', async () => {
    const embeddings = [
      [1, 0],
      [0, 1],
    ];
    const collection = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a', 'b'], embeddings });
    const body = { query_embeddings: many([1, 0], MANY), n_results: 1, include: [] };
    const [status, answer] = await collection.outcome('query', body);
    expect([status, (answer as { ids?: unknown[] }).ids?.length]).toEqual([200, MANY]);
  });
});

describe("the searches of a request of Chroma's Search API", () => {
  const search = { rank: { $knn: { query: [1, 0], limit: 2 } }, limit: { limit: 2 } };

  async function chroma(of: TestGateway): Promise<ChromaCollection> {
    const embeddings = [
      [1, 0],
      [0, 1],
    ];
    return new ChromaApi(of.chromaUrl).filled({ ids: ['a', 'b'], embeddings });
  }

  it('may be some hundreds', async () => {
    const collection = await chroma(gateway);
    const [status, body] = await collection.outcome('search', { searches: many(search, SOME / 2) });
    expect([status, (body as { ids: unknown[] }).ids]).toEqual([200, many(['a', 'b'], SOME / 2)]);
  });

  it('are given up when they take longer than they may together', async () => {
    const collection = await chroma(hurried);
    expect(await collection.outcome('search', { searches: many(search, SOME / 2) })).toEqual([
      400,
      { error: 'InvalidArgumentError', message: expect.stringMatching(TOO_LONG) as unknown },
    ]);
  });
});
