import type { Collection, IndexContent, RecallMeasurement, VectorIndex } from '../../collections/collection.js';
import { ECHOED_EF_SEARCH, hnswParameters } from '../../collections/hnsw.js';
import type { Filter } from '../../filters/filter.js';
import type { Selection } from '../record.js';
import { chosenPoint, comparedAgain, measuredEf, SMALL_LIMIT } from './recall-curve.js';

/** Compares the query with every selected vector. */
export interface ExactPlan {
  readonly kind: 'exact';
  readonly reason:
    | 'no index'
    | 'whole recall'
    | 'few vectors'
    | 'many results'
    | 'no direction'
    | 'beyond 16 bits'
    | 'ids'
    | 'few matches'
    | 'too few found'
    | 'equally near';
  /** Candidates that it is worth for: with more it finds nothing, and says so. Null: any number. */
  readonly mostCandidates: number | null;
  /** Whether so many are selected that all vectors are put in order first, and looked at from the nearest on. */
  readonly inOnePass: boolean;
  /** About how many records are selected; null: not asked. */
  readonly estimate: number | null;
}

/** Follows the graphs of the namespace's indexes, and compares with every vector that no index covers. */
export interface IndexPlan {
  readonly kind: 'index';
  readonly indexes: readonly VectorIndex[];
  /** Candidates that are looked at in each graph at first, and what asks for so many. */
  readonly efSearch: number;
  readonly efReason: EfReason;
  /** Candidates of a graph of bits that are compared again for each result; null: as many as without a measurement. */
  readonly candidates: number | null;
  /** Vectors that are taken from each graph at most, in the order of their distance; null: as many as are wanted. */
  readonly budget: number | null;
  readonly estimate: number | null;
}

/** What was measured, the graph's size where nothing was, the number of results, the share that matches, or the collection's configuration. */
export type EfReason = 'measured recall' | 'size' | 'limit' | 'filter' | 'configuration';

export type SearchPlan = ExactPlan | IndexPlan;

/** What a plan has brought. */
export interface Outcome {
  /** Candidates, as far as the plan counts them. */
  readonly candidates: number | null;
  /** The fewest records that were found for a query. */
  readonly found: number;
  /** Whether for a query the limit falls among records at equal distances: a graph does not return the first of them by id. */
  readonly isTied: boolean;
}

/** What is searched for. */
export interface PlanRequest extends Selection {
  readonly queries: readonly Float32Array[];
  readonly limit: number;
}

/** With more than this share of all vectors wanted, a graph is a detour. */
const MANY_RESULTS = 1 / 20;
/** Candidates that hold a recall of 0.97 and more on clustered data: twice as many for ten times as many vectors, and more above. */
const EF_OF_A_THOUSAND = 20;
const EF_OF_A_HUNDRED_THOUSAND = 80;
const MIN_EF = 40;
const MIN_MEASURED_EF = 16;
const MAX_EF = 1_000;
/**
 * A vector that a graph gives, with a look at its record's metadata, costs as much as so many comparisons of records that are known to match:
 * where both cost about the same these are preferred, as they are complete.
 */
const STEP_COST: Readonly<Record<IndexContent, number>> = { full: 8, half: 8, binary: 3 };
/** When an estimate turns out to be wrong by more than this, the plan changes. */
const GUARD = 4;
/** With a larger share of all selected, candidates are not gathered: the next one in the order of distance is never far. */
const ONE_PASS = 1 / 4;
const MAX_BUDGET = 20_000;

/** Every selected vector, without a choice. */
export const COMPLETE: ExactPlan = { kind: 'exact', reason: 'no index', mostCandidates: null, inOnePass: false, estimate: null };

/** The namespace's vector indexes. */
export function indexesOf(collection: Collection, namespace: string): readonly VectorIndex[] {
  return collection.indexes.filter((index) => index.namespace === namespace);
}

/** It depends on how many records the filter selects. */
export interface OpenPlan {
  readonly kind: 'by matches';
  readonly filter: Filter;
}

/** What holds for all searches. */
export interface PlanLimits {
  /** A namespace with fewer components in its indexes is compared as a whole in no time. */
  readonly few: number;
  /** The recall to keep. */
  readonly recall: number;
}

/** The plan of a search, as far as it does not take to know how many records are selected. */
export function planUnfiltered(
  collection: Collection,
  namespace: string,
  request: PlanRequest,
  { few, recall }: PlanLimits,
): SearchPlan | OpenPlan {
  const indexes = indexesOf(collection, namespace);
  const rows = rowsOf(indexes);
  if (indexes.length === 0) return exact('no index');
  if (request.ids !== undefined) return exact('ids');
  if (recall >= 1) return exact('whole recall');
  if (rows * (collection.dimension ?? 0) < few) return exact('few vectors');
  if (request.limit > rows * MANY_RESULTS) return exact('many results');
  if (request.queries.some((query) => isBeyondGraph(collection, query))) return exact('no direction');
  if (indexes.some(({ content }) => content === 'half') && request.queries.some(isBeyondHalf)) return exact('beyond 16 bits');
  if (request.filter !== undefined) return { kind: 'by matches', filter: request.filter };
  return { kind: 'index', indexes, ...effort(collection, namespace, request.limit, 1, recall), budget: null, estimate: null };
}

/** How many matching records are as easily compared as found in the graphs. */
export function borderOf(collection: Collection, namespace: string, limit: number, recall: number): number {
  const indexes = indexesOf(collection, namespace);
  const candidates = candidatesOf(collection, namespace, recall);
  const costs = indexes.map(({ content }) => STEP_COST[content] * comparedAgain(content, limit + 1, candidates));
  return Math.ceil(Math.sqrt(Math.max(0, ...costs) * rowsOf(indexes)));
}

/** The plan of a search whose filter selects about `matching` records. */
export function planFiltered(
  collection: Collection,
  namespace: string,
  request: PlanRequest,
  matching: number,
  recall: number,
): SearchPlan {
  const indexes = indexesOf(collection, namespace);
  const rows = rowsOf(indexes);
  const border = borderOf(collection, namespace, request.limit, recall);
  if (matching <= border) {
    return { kind: 'exact', reason: 'few matches', mostCandidates: GUARD * border, inOnePass: false, estimate: matching };
  }
  const share = Math.min(1, matching / rows);
  const efforts = effort(collection, namespace, request.limit, share, recall);
  // matches that come much later than expected are far from the query, where a graph is not to be trusted
  const compared = holdBits(indexes) ? comparedAgain('binary', request.limit + 1, efforts.candidates) : 0;
  const budget = Math.round(clamp(Math.max(2 * GUARD * request.limit, compared) / share, efforts.efSearch, MAX_BUDGET));
  return { kind: 'index', indexes, ...efforts, budget, estimate: matching };
}

/** When what a graph has given is not the whole answer. */
export function planCompletely(plan: IndexPlan, reason: 'too few found' | 'equally near'): ExactPlan {
  const inOnePass = (plan.estimate ?? 0) > ONE_PASS * rowsOf(plan.indexes);
  return { kind: 'exact', reason, mostCandidates: null, inOnePass, estimate: plan.estimate };
}

export function rowsOf(indexes: readonly VectorIndex[]): number {
  return indexes.reduce((sum, { rows }) => sum + rows, 0);
}

/** The ranges of numbers before, between and after a namespace's indexes; from -1 on, as vectors without a number have 0. */
export function uncovered(indexes: readonly VectorIndex[]): readonly { readonly low: string; readonly high: string | null }[] {
  const ranges: { low: string; high: string | null }[] = [];
  let low = '-1';
  for (const index of indexes) {
    if (BigInt(index.low) > BigInt(low === '-1' ? '0' : low)) ranges.push({ low, high: index.low });
    low = index.high;
  }
  return [...ranges, { low, high: null }];
}

/** What was measured of the namespace's indexes. */
export function measurementOf(collection: Collection, namespace: string): RecallMeasurement | undefined {
  return collection.measurements.find((measurement) => measurement.namespace === namespace);
}

/** The same, unless an index holds its vectors in a form that was not measured. */
function measurementOfForms(collection: Collection, namespace: string): RecallMeasurement | undefined {
  const measured = measurementOf(collection, namespace);
  return measured !== undefined && haveForms(measured, indexesOf(collection, namespace)) ? measured : undefined;
}

/** Whether all indexes hold their vectors in forms that were measured, as far as that was noted. */
export function haveForms({ contents }: RecallMeasurement, indexes: readonly VectorIndex[]): boolean {
  return contents.length === 0 || indexes.every(({ content }) => contents.includes(content));
}

/** How far a search looks in each graph: as far as what was measured, what is wanted and what was configured ask for. */
function effort(
  collection: Collection,
  namespace: string,
  limit: number,
  share: number,
  recall: number,
): Pick<IndexPlan, 'efSearch' | 'efReason' | 'candidates'> {
  const indexes = indexesOf(collection, namespace);
  const rows = rowsOf(indexes);
  const measurement = measurementOfForms(collection, namespace);
  const base = measurement === undefined ? undefined : measuredBase(measurement, rows, limit / share, recall);
  const candidates = candidatesOf(collection, namespace, recall);
  // what is compared again is gathered in one go, with one more result, by which ties are seen
  const compared = holdBits(indexes) ? comparedAgain('binary', limit + 1, candidates) : 0;
  const asked: (readonly [EfReason, number])[] = [
    base === undefined ? ['size', Math.max(compared, efOfSize(rows))] : ['measured recall', Math.max(compared, base)],
    ['limit', 2 * limit],
    ['filter', share < 1 ? (1.5 * limit) / share : 0],
    ['configuration', configuredEf(collection, base !== undefined)],
  ];
  const [efReason, most] = asked.reduce((first, other) => (other[1] > first[1] ? other : first));
  return {
    efSearch: Math.round(clamp(most, base === undefined ? MIN_EF : MIN_MEASURED_EF, MAX_EF)),
    efReason,
    candidates,
  };
}

/** What was measured of bits holds for them beside indexes of other forms, too. */
function candidatesOf(collection: Collection, namespace: string, recall: number): number | null {
  const measured = measurementOf(collection, namespace);
  const isKnown = measured !== undefined && (measured.contents.length === 0 || measured.contents.includes('binary'));
  return isKnown ? (chosenPoint(measured.points, SMALL_LIMIT, recall)?.candidates ?? null) : null;
}

function holdBits(indexes: readonly VectorIndex[]): boolean {
  return indexes.some(({ content }) => content === 'binary');
}

/** At least so many were asked for. A default that a protocol echoes asks for nothing, once it is known what searches need. */
function configuredEf(collection: Collection, isMeasured: boolean): number {
  const { efSearch = 0 } = hnswParameters(collection);
  return isMeasured && efSearch === ECHOED_EF_SEARCH ? 0 : efSearch;
}

/** What was measured, and more of it where the graphs have grown since. */
function measuredBase(measurement: RecallMeasurement, rows: number, wanted: number, recall: number): number | undefined {
  const measured = measuredEf(measurement, wanted, recall);
  return measured === undefined ? undefined : measured * Math.max(1, efOfSize(rows) / efOfSize(measurement.rows));
}

/** What holds the recall of a graph that was not measured: more in larger ones. */
function efOfSize(rows: number): number {
  return Math.max(
    EF_OF_A_THOUSAND * 2 ** Math.log10(Math.max(rows, 1) / 1_000),
    EF_OF_A_HUNDRED_THOUSAND * Math.sqrt(rows / 100_000),
  );
}

/** In float32, as pgvector computes: for such a query a graph takes one vector to be as far as any other. */
export function isBeyondGraph(collection: Collection, query: Float32Array): boolean {
  let square = 0;
  for (const component of query) square += component * component;
  return square >= 3e38 || (collection.metric === 'cosine' && square <= 1e-37);
}

/** The largest number of 16 bits is 65,504; what rounds to it is below 65,520. */
export function isBeyondHalf(query: Float32Array): boolean {
  return query.some((component) => Math.abs(component) >= 65_520);
}

function exact(reason: ExactPlan['reason']): ExactPlan {
  return { kind: 'exact', reason, mostCandidates: null, inOnePass: false, estimate: null };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
