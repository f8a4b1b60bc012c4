import {
  createIndex,
  type IndexApi,
  invalid,
  invalidWith,
  type Match,
  type NamespaceApi,
  type Outcome,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const QUERY = '/query';

let gateway: TestGateway;
let cosine: IndexApi;
let euclidean: IndexApi;
let dotproduct: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  cosine = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
  euclidean = await createIndex(gateway, { dimension: 2, metric: 'euclidean' });
  dotproduct = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
});

afterAll(async () => {
  await gateway.stop();
});

/** Ids and scores, to so many digits as two ways to add float32 agree on. */
function ranking(matches: readonly Match[]): readonly (readonly [id: string, score: unknown])[] {
  return matches.map(({ id, score }) => [id, Math.round(score * 1e5) / 1e5]);
}

describe('the scores of a query', () => {
  const vectors: readonly Vector[] = [
    { id: 'east', values: [2, 0] },
    { id: 'north', values: [0, 1] },
    { id: 'north-east', values: [1, 1] },
    { id: 'west', values: [-1, 0] },
  ];

  it('are cosine similarities, the largest first', async () => {
    const space = await cosine.filled(vectors);
    expect(ranking(await space.matches({ vector: [3, 0] }))).toEqual([
      ['east', 1],
      ['north-east', 0.70711],
      ['north', 0],
      ['west', -1],
    ]);
  });

  it('are inner products, the largest first', async () => {
    const space = await dotproduct.filled(vectors);
    expect(ranking(await space.matches({ vector: [3, 0.5] }))).toEqual([
      ['east', 6],
      ['north-east', 3.5],
      ['north', 0.5],
      ['west', -3],
    ]);
  });

  it('are squared distances, the smallest first', async () => {
    const space = await euclidean.filled(vectors);
    expect(ranking(await space.matches({ vector: [3, 0] }))).toEqual([
      ['east', 1],
      ['north-east', 5],
      ['north', 10],
      ['west', 16],
    ]);
  });

  it('are 0 for a record at no distance', async () => {
    const space = await euclidean.filled([{ id: 'a', values: [0.1, 0.3] }]);
    expect(await space.matches({ vector: [0.1, 0.3] })).toEqual([{ id: 'a', score: 0, values: [] }]);
  });

  it('are float32 numbers', async () => {
    const space = await dotproduct.filled([{ id: 'a', values: [0.1, 0.7] }]);
    const { text } = await space.post(QUERY, { topK: 1, vector: [0.3, 0.9] });
    expect(text).toMatch(/"score":0\.6[56]\d{0,7},/);
  });

  it('are 0 for every record when a cosine query is all zero, in the order of ids', async () => {
    const space = await cosine.filled(vectors);
    const { text } = await space.post(QUERY, { topK: 10, vector: [0, 0] });
    expect(text).not.toContain('NaN');
    expect(ranking(await space.matches({ vector: [0, 0] }))).toEqual([
      ['east', 0],
      ['north', 0],
      ['north-east', 0],
      ['west', 0],
    ]);
  });

  it('are those of the metric when a query of another metric is all zero', async () => {
    const near = await euclidean.filled(vectors);
    const inner = await dotproduct.filled(vectors);
    expect(ranking(await near.matches({ vector: [0, 0], topK: 3 }))).toEqual([
      ['north', 1],
      ['west', 1],
      ['north-east', 2],
    ]);
    expect(ranking(await inner.matches({ vector: [0, 0], topK: 2 }))).toEqual([
      ['east', 0],
      ['north', 0],
    ]);
  });

  it('decide by id when they are equal', async () => {
    const equal = ['c', 'B', 'a', 'A', 'b'].map((id) => ({ id, values: [1, 0] }));
    const spaces = await Promise.all([cosine, euclidean, dotproduct].map((index) => index.filled(equal)));
    const rankings = await Promise.all(spaces.map((space) => space.matches({ vector: [1, 0] })));
    expect(rankings.map((matches) => matches.map(({ id }) => id))).toEqual([
      ['A', 'B', 'a', 'b', 'c'],
      ['A', 'B', 'a', 'b', 'c'],
      ['A', 'B', 'a', 'b', 'c'],
    ]);
  });
});

describe('a query', () => {
  const stored: readonly Vector[] = [
    { id: 'a', values: [1, 0], metadata: { genre: 'drama', tags: ['x'] } },
    { id: 'b', values: [1, 1], sparseValues: { indices: [7], values: [0.5] }, metadata: { genre: 'comedy' } },
    { id: 'c', values: [0, 1] },
  ];
  let space: NamespaceApi;
  const query = async (body: object): Promise<Outcome> => space.outcome(QUERY, body);
  const ids = async (body: object): Promise<readonly string[]> => (await space.matches(body)).map(({ id }) => id);

  beforeAll(async () => {
    space = await dotproduct.filled(stored);
  });

  it('answers with results, matches, namespace and usage', async () => {
    expect(await query({ topK: 1, vector: [2, 0] })).toEqual([
      200,
      {
        results: [],
        matches: [{ id: 'a', score: 2, values: [] }],
        namespace: space.name,
        usage: { readUnits: 1 },
      },
    ]);
  });

  it('answers with at most topK matches', async () => {
    expect(await ids({ vector: [1, 0], topK: 2 })).toEqual(['a', 'b']);
  });

  it('includes values when they are asked for', async () => {
    expect(await space.matches({ vector: [1, 0.5], includeValues: true })).toEqual([
      { id: 'b', score: 1.5, values: [1, 1], sparseValues: { indices: [7], values: [0.5] } },
      { id: 'a', score: 1, values: [1, 0] },
      { id: 'c', score: 0.5, values: [0, 1] },
    ]);
  });

  it('includes metadata when it is asked for', async () => {
    expect(await space.matches({ vector: [1, 0.5], includeMetadata: true })).toEqual([
      { id: 'b', score: 1.5, values: [], metadata: { genre: 'comedy' } },
      { id: 'a', score: 1, values: [], metadata: { genre: 'drama', tags: ['x'] } },
      { id: 'c', score: 0.5, values: [] },
    ]);
  });

  it('takes the snake_case spelling of its fields', async () => {
    const body = { top_k: 1, vector: [1, 0.5], include_values: true, include_metadata: true, sparse_vector: null };
    const { matches } = (await query(body))[1] as { matches: readonly Match[] };
    expect(matches).toEqual([{ score: 1.5, ...stored[1] }]);
  });

  it('takes the vectors of a stored record by its id', async () => {
    expect(ranking(await space.matches({ id: 'c' }))).toEqual([
      ['b', 1],
      ['c', 1],
      ['a', 0],
    ]);
  });

  it('takes the sparse values of a stored record, too', async () => {
    const [best] = await space.matches({ id: 'b' });
    expect([best?.id, best?.score]).toEqual(['b', 2.25]);
  });

  it('finds nothing near a record that does not exist', async () => {
    expect(await query({ topK: 3, id: 'nobody' })).toEqual([
      200,
      { results: [], matches: [], namespace: space.name, usage: { readUnits: 1 } },
    ]);
  });

  it('looks for the record in its own namespace', async () => {
    expect(await dotproduct.namespace('').matches({ id: 'a' })).toEqual([]);
  });

  it('finds nothing in a namespace that does not exist', async () => {
    expect(await dotproduct.namespace('nowhere').outcome(QUERY, { topK: 3, vector: [1, 0] })).toEqual([
      200,
      { results: [], matches: [], namespace: 'nowhere', usage: { readUnits: 1 } },
    ]);
  });

  it.each(['', '__default__'])('answers with the spelling of the default namespace: %j', async (name) => {
    const [, body] = await dotproduct.namespace(name).outcome(QUERY, { topK: 1, vector: [1, 0] });
    expect(body).toMatchObject({ namespace: name });
  });

  it('searches the default namespace when none is named', async () => {
    expect(await dotproduct.outcome(QUERY, { body: { topK: 1, vector: [1, 0] } })).toEqual([
      200,
      { results: [], matches: [], namespace: '', usage: { readUnits: 1 } },
    ]);
  });

  it('keeps to its filter', async () => {
    expect(await ids({ vector: [1, 0], filter: { genre: { $in: ['comedy', 'western'] } } })).toEqual(['b']);
  });

  it('is not filtered by an empty filter', async () => {
    expect(await ids({ vector: [1, 0.5], filter: {} })).toEqual(['b', 'a', 'c']);
  });

  it('refuses an invalid filter', async () => {
    expect(await query({ topK: 1, vector: [1, 0], filter: { genre: { $like: 'x' } } })).toEqual(invalidWith('$like'));
  });

  it('finds what was written before and not what was deleted', async () => {
    const fresh = await dotproduct.filled(stored);
    await fresh.post('/vectors/delete', { ids: ['a'] });
    await fresh.fill([{ id: 'd', values: [9, 0] }]);
    expect((await fresh.matches({ vector: [1, 0] })).map(({ id }) => id)).toEqual(['d', 'b', 'c']);
  });

  it.each([1, 10_000])('takes a topK of %i', async (topK) => {
    expect((await query({ topK, vector: [1, 0] }))[0]).toBe(200);
  });

  it.each([0, -1, 10_001, 1.5, '3', true])('refuses a topK of %j', async (topK) => {
    expect(await query({ topK, vector: [1, 0] })).toEqual(invalidWith('topK'));
  });

  it.each([{}, { topK: null }])('refuses to go without topK: %j', async (body) => {
    expect(await query({ ...body, vector: [1, 0] })).toEqual(invalidWith('topK'));
  });

  it.each([{}, { vector: [] }, { id: '' }, { vector: null, id: null, sparseVector: null }])(
    'refuses to go without a vector or an id: %j',
    async (body) => {
      expect(await query({ topK: 1, ...body })).toEqual(invalidWith('vector'));
    },
  );

  it('refuses an id beside a vector', async () => {
    expect(await query({ topK: 1, id: 'a', vector: [1, 0] })).toEqual(
      invalid("Cannot provide both 'ID' and 'vector' at the same time"),
    );
  });

  it('refuses an id beside a sparse vector', async () => {
    expect(await query({ topK: 1, id: 'a', sparseVector: { indices: [1], values: [1] } })).toEqual(
      invalid("Cannot provide both 'ID' and 'sparse_vector' at the same time"),
    );
  });

  it.each([[[1]], [[1, 2, 3]]])('refuses another dimension: %j', async (vector) => {
    const message = `Vector dimension ${String(vector.length)} does not match the dimension of the index 2`;
    expect(await query({ topK: 1, vector })).toEqual(invalid(message));
  });

  it.each([['a'], [null], 'a', { x: 1 }, [1, 1e39]])('refuses a vector that is none: %j', async (vector) => {
    expect(await query({ topK: 1, vector })).toEqual(invalidWith('ector'));
  });

  it.each(['includeValues', 'includeMetadata'])('refuses a %s that is no boolean', async (name) => {
    expect(await query({ topK: 1, vector: [1, 0], [name]: 'yes' })).toEqual(invalidWith(name));
  });

  it('refuses an id that is a number', async () => {
    expect(await query({ topK: 1, id: 1 })).toEqual(invalidWith('id'));
  });

  it.each([{ scanFactor: 0.5 }, { scanFactor: 4 }, { maxCandidates: 1 }, { maxCandidates: 100_000 }])(
    'takes %j, which changes nothing',
    async (body) => {
      expect(await ids({ vector: [1, 0.5], ...body })).toEqual(['b', 'a', 'c']);
    },
  );

  it.each([{ scanFactor: 0.4 }, { scanFactor: 4.1 }, { maxCandidates: 0 }, { maxCandidates: 100_001 }])(
    'refuses %j, which is out of range',
    async (body) => {
      expect(await query({ topK: 1, vector: [1, 0], ...body })).toEqual(invalidWith(Object.keys(body)[0] ?? ''));
    },
  );

  it.each(['2025-10', '2026-07'])('refuses many queries in one at %s', async (version) => {
    const body = { topK: 1, queries: [{ values: [1, 0] }] };
    const answer = await space.post(QUERY, body, { 'x-pinecone-api-version': version });
    expect([answer.status, answer.body]).toEqual(invalidWith('queries'));
  });
});

describe('a filtered query among many records', () => {
  it('finds topK matches when there are as many', async () => {
    const space = cosine.namespace();
    const records = Array.from({ length: 1_000 }, (_item, at) => ({
      id: `id-${String(at).padStart(4, '0')}`,
      values: [1, at / 100],
      metadata: { rare: at % 100 === 99 },
    }));
    await space.fill(records);
    const matches = await space.matches({ vector: [1, 0], topK: 10, filter: { rare: true } });
    expect(matches.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_item, at) => `id-0${String(at)}99`));
  });
});
