import { ChromaApi, type CollectionApi, type Outcome } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { FIVE_POINTS } from '../../support/scenes/five-points.js';

/** Cases of the Search API that are about one rule each, and are not in the suites beside. */

type Ranked = readonly (readonly [id: string, score: number | null])[];

let gateway: TestGateway;
let chroma: ChromaApi;
let five: CollectionApi;

const near = (extra: object = {}): object => ({ $knn: { query: [0, 0], ...extra } });
const value = (number: number): object => ({ $val: number });

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  five = await chroma.filled({
    ...FIVE_POINTS,
    metadatas: ['x', 'x', 'y', 'y', 'y'].map((kind) => ({ kind, list: [kind, 'z'] })),
  });
});

afterAll(async () => {
  await gateway.stop();
});

async function search(inside: object, of = five): Promise<Outcome> {
  return of.outcome('search', { searches: [inside] });
}

async function ranked(rank: object, inside: object = {}, of = five): Promise<Ranked> {
  const [status, body] = await search({ rank, select: { keys: ['#score'] }, ...inside }, of);
  expect([status, body]).toMatchObject([200, {}]);
  const { ids, scores } = body as { readonly ids: string[][]; readonly scores: (number | null)[][] };
  return (ids[0] ?? []).map((id, at) => [id, scores[0]?.[at] ?? null]);
}

async function idsOf(rank: object, inside: object = {}, of = five): Promise<readonly string[]> {
  return (await ranked(rank, inside, of)).map(([id]) => id);
}

describe('a rank', () => {
  it('has no score in a filter (case 22)', async () => {
    for (const condition of [0, { $gte: 0 }, { $in: [0, 1] }]) {
      expect(await search({ rank: near(), filter: { '#score': condition } })).toMatchObject([200, { ids: [[]] }]);
    }
  });

  it('finds nothing with a limit of 0, and everything with a large one (case 27)', async () => {
    expect(await idsOf(near({ limit: 0 }))).toEqual([]);
    expect(await idsOf(near({ limit: 1_000_000 }))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('finds as many as each client asks for by itself (case 28)', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `n${String(index)}`);
    const many = await chroma.filled({ ids, embeddings: ids.map((_, index) => [index, 0]) });
    // JavaScript sends 128, Python 16
    expect(await idsOf(near({ limit: 128 }), {}, many)).toEqual(ids.slice(0, 128));
    expect(await idsOf(near({ limit: 16 }), {}, many)).toEqual(ids.slice(0, 16));
  });

  it('compares embeddings whatever key a dense query names (case 31)', async () => {
    expect(await ranked(near({ key: 'foo' }))).toEqual(await ranked(near({ key: '#embedding' })));
  });

  it('is nothing by values alone, and a sum of one is that one (case 33)', async () => {
    for (const rank of [value(1), { $mul: [] }, { $sum: [] }, { $exp: value(0) }, { $sum: [value(1), value(2)] }]) {
      expect(await idsOf(rank)).toEqual([]);
    }
    expect(await ranked({ $sum: [near()] })).toEqual(await ranked(near()));
  });

  it('gains nothing by a default without another knn (case 34)', async () => {
    expect(await ranked(near({ limit: 2, default: 9 }))).toEqual(await ranked(near({ limit: 2 })));
  });

  it('fuses three ranks, with weights and other constants (case 37)', async () => {
    const term = (weight: number, k: number, limit: number): object => ({
      $div: { left: value(weight), right: { $sum: [value(k), near({ return_rank: true, limit, default: 100 })] } },
    });
    const found = await ranked({ $mul: [value(-1), { $sum: [term(0.5, 60, 5), term(0.25, 10, 1), term(0.25, 1, 2)] }] });
    const scoreOf = (position: number): number => {
      const rankOf = (limit: number): number => (position < limit ? position : 100);
      return -(0.5 / (60 + rankOf(5)) + 0.25 / (10 + rankOf(1)) + 0.25 / (1 + rankOf(2)));
    };
    expect(found.map(([id]) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    found.forEach(([, score], position) => {
      expect(score).toBeCloseTo(scoreOf(position), 6);
    });
  });

  it('keeps negative zeros and says null for what JSON cannot, what is no number last (case 38)', async () => {
    expect(await ranked({ $mul: [value(-1), near({ limit: 2 })] })).toEqual([
      ['b', -1],
      ['a', -0],
    ]);
    const negative = { rank: { $mul: [value(-1), near({ limit: 1 })] }, select: { keys: ['#score'] } };
    const { text } = await five.post('search', { searches: [negative] });
    expect(text).toContain('[-0.0]');
    expect(await ranked({ $div: { left: near({ limit: 3 }), right: value(0) } })).toEqual([
      ['b', null],
      ['c', null],
      ['a', null],
    ]);
    expect(await ranked({ $log: near({ limit: 2 }) })).toEqual([
      ['a', null],
      ['b', 0],
    ]);
  });

  it('clamps infinities in a greatest and a least, which leave out what is no number (case 40)', async () => {
    const inverse = { $div: { left: value(1), right: near({ limit: 2 }) } };
    expect(await ranked({ $min: [inverse] })).toEqual([
      ['b', 1],
      ['a', 3.4028235e38],
    ]);
    const undefinedForA = { $div: { left: near({ limit: 2 }), right: near({ limit: 2 }) } };
    expect(await ranked({ $max: [undefinedForA, value(-7)] })).toEqual([
      ['a', -7],
      ['b', 1],
    ]);
  });

  it('may name a knn twice, and one with another limit (case 41)', async () => {
    expect(await ranked({ $sum: [near(), near()] })).toEqual([
      ['a', 0],
      ['b', 2],
      ['c', 8],
      ['d', 18],
      ['e', 32],
    ]);
    expect(await ranked({ $sum: [near({ limit: 2 }), near({ limit: 4, default: 0 })] })).toEqual([
      ['a', 0],
      ['b', 2],
    ]);
  });
});

it('is a plain product where an index is not asked for BM25 (case 52)', async () => {
  const vector = (entries: readonly (readonly [number, number])[]): object => ({
    '#type': 'sparse_vector',
    indices: entries.map(([index]) => index),
    values: entries.map(([, weight]) => weight),
  });
  for (const config of [{}, { bm25: false }]) {
    const schema = { defaults: {}, keys: { s: { sparse_vector: { sparse_vector_index: { enabled: true, config } } } } };
    const of = await chroma.filled(
      {
        ids: ['one', 'two'],
        embeddings: [[0], [0]],
        metadatas: [
          { s: vector([[1, 2]]) },
          {
            s: vector([
              [1, 3],
              [2, 5],
            ]),
          },
        ],
      },
      { schema },
    );
    const rank = { $knn: { query: { indices: [1], values: [2] }, key: 's' } };
    expect(await ranked(rank, {}, of)).toEqual([
      ['two', -5],
      ['one', -3],
    ]);
  }
});

describe('groups', () => {
  const best = (k: number): object => ({ $min_k: { keys: ['#score'], k } });

  it('are made before a page is cut out (case 61)', async () => {
    const inside = { group_by: { keys: ['kind'], aggregate: best(1) } };
    expect(await idsOf(near(), inside)).toEqual(['a', 'c']);
    expect(await idsOf(near(), { ...inside, limit: { offset: 1, limit: 5 } })).toEqual(['c']);
  });

  it('keep all they have when they are asked for more (case 62)', async () => {
    expect(await idsOf(near(), { group_by: { keys: ['kind'], aggregate: best(3) } })).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await idsOf(near(), { group_by: { keys: ['kind'], aggregate: best(2) } })).toEqual(['a', 'b', 'c', 'd']);
  });

  it('do not show the fields that they are made by (case 65)', async () => {
    const [status, body] = await search({
      rank: near(),
      group_by: { keys: ['kind'], aggregate: best(1) },
      select: { keys: ['#score'] },
    });
    expect([status, body]).toMatchObject([200, { ids: [['a', 'c']], metadatas: [null] }]);
  });
});
