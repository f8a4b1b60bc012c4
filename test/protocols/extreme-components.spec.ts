import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi, type Match, type NamespaceApi, type Vector } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** Components whose squares or products float32 cannot hold. */

const MOST = 3.4028234663852886e38;
const about = (number: number): unknown => expect.closeTo(number, 5);

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

async function spaceOf(inside: Readonly<Record<string, unknown>>, vectors: readonly Vector[]): Promise<NamespaceApi> {
  return (await createIndex(gateway, inside)).filled(vectors);
}

/** Ids and scores over REST, which gRPC agrees with: the same ids, and the same float32 numbers. */
async function ranked(space: NamespaceApi, query: object): Promise<readonly (readonly [string, number])[]> {
  const matches = scored(await space.matches(query));
  expect(await overGrpc(space.index, { namespace: space.name, topK: 10, ...query })).toEqual(matches);
  return matches;
}

/** A message leaves a score of 0 out. */
function scored(matches: readonly Partial<Match>[]): readonly (readonly [string, number])[] {
  return matches.map(({ id = '', score = 0 }) => [id, Math.fround(score)]);
}

async function overGrpc(
  index: IndexApi,
  query: Readonly<Record<string, unknown>>,
): Promise<readonly (readonly [string, number])[]> {
  const grpc = new PineconeGrpc(index.port);
  const { matches } = (await grpc.call('Query', query)).message as unknown as { matches: readonly Partial<Match>[] };
  grpc.close();
  return scored(matches);
}

describe("Pinecone's scores", () => {
  it('of euclidean are finite, and rank by the true distance', async () => {
    const space = await spaceOf({ dimension: 3, metric: 'euclidean' }, [
      { id: 'farthest', values: [-3e38, 1, 1] },
      { id: 'far', values: [1e20, 1, 1] },
      { id: 'farther', values: [2e20, 1, 1] },
      { id: 'near', values: [1, 1, 1] },
    ]);
    expect(await ranked(space, { vector: [0, 1, 1] })).toEqual([
      ['near', 1],
      ['far', MOST],
      ['farther', MOST],
      ['farthest', MOST],
    ]);
    expect(await ranked(space, { vector: [5e20, 1, 1], topK: 2 })).toEqual([
      ['farther', MOST],
      ['far', MOST],
    ]);
    expect(await ranked(space, { vector: [1e20, 1, 1], topK: 1 })).toEqual([['far', 0]]);
  });

  it('of dotproduct are finite, and rank by the true product', async () => {
    const space = await spaceOf({ dimension: 3, metric: 'dotproduct' }, [
      { id: 'cancelling', values: [1e20, -1e20, 5] },
      { id: 'least', values: [-2e20, -2e20, 1] },
      { id: 'most', values: [2e20, 2e20, 1] },
      { id: 'much', values: [1e20, 1e20, 1] },
      { id: 'plain', values: [1, -1, 7] },
      { id: 'small', values: [-1e20, -1e20, 1] },
    ]);
    expect(await ranked(space, { vector: [1e20, 1e20, 1] })).toEqual([
      ['most', MOST],
      ['much', MOST],
      ['plain', 7],
      ['cancelling', 5],
      ['small', -MOST],
      ['least', -MOST],
    ]);
    expect((await ranked(space, { vector: [1e20, 1e20, 1], topK: 1 }))[0]?.[0]).toBe('most');
  });

  it('of cosine are the cosine of very large and very small components', async () => {
    const space = await spaceOf({ dimension: 2, metric: 'cosine' }, [
      { id: 'across', values: [0, 1] },
      { id: 'large', values: [3e38, 3e38] },
      { id: 'opposite', values: [-1e20, 0] },
      { id: 'same', values: [1e20, 0] },
      { id: 'small', values: [1e-30, 1e-30] },
    ]);
    for (const length of [1, 1e20, 3e38, 1e-30]) {
      expect(await ranked(space, { vector: [length, 0] })).toEqual([
        ['same', about(1)],
        ['large', about(Math.SQRT1_2)],
        ['small', about(Math.SQRT1_2)],
        ['across', 0],
        ['opposite', about(-1)],
      ]);
    }
  });

  it('of sparse vectors are finite, and rank by the true product', async () => {
    const sparse = (value: number): object => ({ sparseValues: { indices: [1], values: [value] } });
    const space = await spaceOf({ vector_type: 'sparse', metric: 'dotproduct' }, [
      { id: 'least', ...sparse(-1e30) },
      { id: 'less', ...sparse(1e20) },
      { id: 'most', ...sparse(1e30) },
      { id: 'tiny', ...sparse(1e-30) },
    ]);
    const query = (value: number): object => ({ sparseVector: { indices: [1], values: [value] } });
    expect(await ranked(space, query(1e20))).toEqual([
      ['most', MOST],
      ['less', MOST],
      ['tiny', expect.closeTo(1e-10, 15)],
      ['least', -MOST],
    ]);
    expect(await ranked(space, query(1e-30))).toEqual([
      ['most', about(1)],
      ['less', expect.closeTo(1e-10, 15)],
      ['tiny', 0],
      ['least', about(-1)],
    ]);
  });

  it('of dense and sparse parts together are finite', async () => {
    const parts = (value: number): Omit<Vector, 'id'> => ({ values: [value], sparseValues: { indices: [1], values: [value] } });
    const space = await spaceOf({ dimension: 1, metric: 'dotproduct' }, [
      { id: 'cancelling', values: [1e20], sparseValues: { indices: [1], values: [-1e20] } },
      { id: 'least', ...parts(-1e20) },
      { id: 'most', ...parts(1e20) },
    ]);
    expect(await ranked(space, { vector: [1e20], sparseVector: { indices: [1], values: [1e20] } })).toEqual([
      ['most', MOST],
      ['cancelling', 0],
      ['least', -MOST],
    ]);
  });
});

describe("Chroma's distances", () => {
  const ids = ['across', 'opposite', 'same'];
  const embeddings = [
    [0, 1],
    [-1e20, 0],
    [1e20, 0],
  ];

  it('of cosine are computed for very large components', async () => {
    const configuration = { hnsw: { space: 'cosine' } };
    const collection = await new ChromaApi(gateway.chromaUrl).filled({ ids, embeddings }, { configuration });
    expect(await collection.outcome('query', { query_embeddings: [[1e20, 0]], include: ['distances'] })).toMatchObject([
      200,
      { ids: [['same', 'across', 'opposite']], distances: [[about(0), 1, about(2)]] },
    ]);
  });

  it('of l2 are null beyond float32, and rank by the true distance', async () => {
    const collection = await new ChromaApi(gateway.chromaUrl).filled({ ids, embeddings });
    expect(await collection.outcome('query', { query_embeddings: [[2e20, 0]], include: ['distances'] })).toMatchObject([
      200,
      { ids: [['same', 'across', 'opposite']], distances: [[null, null, null]] },
    ]);
  });
});

describe("Vectorizer's scores", () => {
  it.each([
    ['cosine', [about(1), about(0), about(-1)]],
    ['euclidean', [0, 0, 0]],
    ['dot_product', [1, 0.5, 0]],
  ])('of %s rank by what is true', async (metric, scores) => {
    const collection = await new VectorizerApi(gateway.vectorizerUrl).create({ dimension: 2, metric });
    await collection.fill([
      { id: 'across', embedding: [0, 1] },
      { id: 'opposite', embedding: [-1e20, 0] },
      { id: 'same', embedding: [1e20, 0] },
    ]);
    const hits = await collection.search({ vector: [2e20, 0] });
    expect(hits.map(({ id }) => id)).toEqual(['same', 'across', 'opposite']);
    expect(hits.map(({ score }) => score)).toEqual(scores);
  });
});
