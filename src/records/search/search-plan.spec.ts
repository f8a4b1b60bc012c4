import type { Collection, IndexContent, RecallMeasurement, VectorIndex } from '../../collections/collection.js';
import { and } from '../../filters/filter.js';
import {
  borderOf,
  type IndexPlan,
  planCompletely,
  planFiltered,
  type PlanRequest,
  planUnfiltered,
  type SearchPlan,
} from './search-plan.js';

const ANY_FILTER = and();
const RECALL = 0.98;
const FEW = { few: 1_000_000, recall: RECALL };

function collectionOf(rows: number, given: Partial<Collection> = {}): Collection {
  const index: VectorIndex = { id: '1', namespace: '', low: '0', high: '9', content: 'full', reason: null, rows };
  const indexes = rows === 0 ? [] : [index];
  return { dimension: 384, metric: 'cosine', settings: '{}', indexes, measurements: [], ...given } as Collection;
}

function requestOf(given: Partial<PlanRequest> = {}): PlanRequest {
  return { queries: [new Float32Array(384).fill(0.05)], limit: 10, ...given };
}

function indexPlanOf(plan: SearchPlan | { readonly kind: 'by matches' }): IndexPlan {
  expect(plan.kind).toBe('index');
  return plan as IndexPlan;
}

describe('the plan of a search without a filter', () => {
  it.each([
    ['there is no index', collectionOf(0), requestOf(), 'no index'],
    ['the index is of another namespace', collectionOf(100_000, { indexes: [] }), requestOf(), 'no index'],
    ['there are few vectors', collectionOf(2_000), requestOf(), 'few vectors'],
    ['a large share is wanted', collectionOf(100_000), requestOf({ limit: 5_001 }), 'many results'],
    ['ids are given', collectionOf(100_000), requestOf({ ids: ['a'] }), 'ids'],
    ['a query has no direction', collectionOf(100_000), requestOf({ queries: [new Float32Array(384)] }), 'no direction'],
    [
      'a query is beyond float32',
      collectionOf(100_000, { metric: 'l2' }),
      requestOf({ queries: [new Float32Array(384).fill(1e20)] }),
      'no direction',
    ],
  ])('is exact when %s', (_name, collection, request, reason) => {
    expect(planUnfiltered(collection, '', request, FEW)).toMatchObject({ kind: 'exact', reason, mostCandidates: null });
  });

  it('follows the graph of a large namespace, without a budget', () => {
    expect(indexPlanOf(planUnfiltered(collectionOf(100_000), '', requestOf(), FEW))).toMatchObject({
      budget: null,
      estimate: null,
    });
  });

  it('takes a zero query to the graph where distances need no direction', () => {
    const collection = collectionOf(100_000, { metric: 'l2' });
    expect(planUnfiltered(collection, '', requestOf({ queries: [new Float32Array(384)] }), FEW).kind).toBe('index');
  });

  it('looks at more candidates in a larger graph, and for more results', () => {
    const efSearch = (rows: number, limit: number): number =>
      indexPlanOf(planUnfiltered(collectionOf(rows), '', requestOf({ limit }), FEW)).efSearch;
    expect(efSearch(1_000_000, 10)).toBeGreaterThan(efSearch(100_000, 10));
    expect(efSearch(100_000, 400)).toBe(800);
    expect(efSearch(100_000, 4_000)).toBe(1_000);
  });

  it('gathers what bits are to be compared again for in one go', () => {
    const indexes = collectionOf(100_000).indexes.map((index): VectorIndex => ({ ...index, content: 'binary' }));
    const plan = (limit: number, measurements: readonly RecallMeasurement[] = []): IndexPlan =>
      indexPlanOf(planUnfiltered(collectionOf(100_000, { indexes, measurements }), '', requestOf({ limit }), FEW));
    expect(plan(10)).toMatchObject({ efSearch: 220, efReason: 'size', candidates: null });
    expect(plan(1).efSearch).toBe(220);
    const point = { limit: 10, efSearch: 55, candidates: 5, recall: 1, error: 0 };
    const counts = { rows: 100_000, queries: 64, recentQueries: 0, measuredAt: 0 };
    const of = { namespace: '', target: RECALL, indexes: ['1'], contents: ['binary'], forms: [] } as const;
    const measured = [{ ...of, ...counts, points: [point] }];
    expect(plan(10, measured)).toMatchObject({ efSearch: 55, efReason: 'measured recall', candidates: 5 });
    expect(plan(100, measured)).toMatchObject({ efSearch: 505, candidates: 5 });
  });

  it.each([
    [300, 300],
    [5, 80],
    [5_000, 1_000],
  ])('takes a configured ef_search of %p for %p', (configured, expected) => {
    const collection = collectionOf(100_000, { settings: `{"hnsw":{"efSearch":${String(configured)}}}` });
    expect(indexPlanOf(planUnfiltered(collection, '', requestOf(), FEW)).efSearch).toBe(expected);
  });
});

describe('the plan of a search with a filter', () => {
  const collection = collectionOf(100_000);
  const request = requestOf({ filter: ANY_FILTER });

  it('waits for the number of matches', () => {
    expect(planUnfiltered(collection, '', request, FEW)).toEqual({ kind: 'by matches', filter: ANY_FILTER });
  });

  it('is exact up to the border, and gives up on many times as many candidates', () => {
    const border = borderOf(collection, '', 10, RECALL);
    expect(planFiltered(collection, '', request, border, RECALL)).toEqual({
      kind: 'exact',
      reason: 'few matches',
      mostCandidates: 4 * border,
      inOnePass: false,
      estimate: border,
    });
    expect(planFiltered(collection, '', request, border + 1, RECALL).kind).toBe('index');
  });

  it('looks at more candidates, with a larger budget, the fewer match', () => {
    const [few, many] = [5_000, 50_000].map((matching) => indexPlanOf(planFiltered(collection, '', request, matching, RECALL)));
    expect(few?.efSearch).toBeGreaterThan(many?.efSearch ?? 0);
    expect(few?.budget).toBeGreaterThan(many?.budget ?? 0);
  });

  it('puts the border up with the size, the limit and what is compared again', () => {
    const border = (rows: number, limit: number, content: IndexContent = 'full'): number => {
      const indexes = collectionOf(rows).indexes.map((index): VectorIndex => ({ ...index, content }));
      return borderOf(collectionOf(rows, { indexes }), '', limit, RECALL);
    };
    expect(border(1_000_000, 10)).toBeGreaterThan(border(100_000, 10));
    expect(border(100_000, 100)).toBeGreaterThan(border(100_000, 10));
    expect(border(100_000, 10, 'half')).toBeGreaterThan(border(100_000, 10));
    expect(border(100_000, 10, 'binary')).toBeGreaterThan(border(100_000, 10, 'half'));
  });

  it('compares everything when the graph has given too little, in one pass where many match', () => {
    const after = (matching: number): SearchPlan =>
      planCompletely(indexPlanOf(planFiltered(collection, '', request, matching, RECALL)), 'too few found');
    expect(after(5_000)).toMatchObject({ kind: 'exact', reason: 'too few found', mostCandidates: null, inOnePass: false });
    expect(after(60_000)).toMatchObject({ inOnePass: true });
  });
});
