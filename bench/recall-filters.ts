import { type Dataset, distanceTo, rowCount, vectorAt } from './datasets/dataset.js';
import { Randomness } from './datasets/randomness.js';

/** What the records of a filter have in common; a missing member asks for nothing. */
export interface Condition {
  /** The record is in one of these groups, or with `notIn` in none of them. */
  readonly groups?: { readonly among: readonly number[]; readonly notIn?: boolean };
  /** The record's rank, a number from 0 that no other one has, is lower. */
  readonly rankBelow?: number;
  /** The record has the flag of this number, or with `missing` has it not. */
  readonly flag?: { readonly number: number; readonly missing?: boolean };
}

/** How the matching records lie to the query: anywhere, near it, or far from it. */
export type Relation = 'none' | 'random' | 'correlated' | 'anti-correlated';

export interface FilterCase {
  readonly name: string;
  readonly relation: Relation;
  /** `undefined`: no filter at all. */
  readonly condition: ((query: number) => Condition) | undefined;
}

/** What each record's metadata says. */
export interface Attributes {
  readonly groups: Uint16Array;
  readonly ranks: Uint32Array;
  /** A bit per flag. */
  readonly flags: Uint32Array;
}

const PERCENTAGES = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];
/** Flags that nearly all records have: filters for the others. */
const COMMON_PERCENTAGES = [99, 99.9];
const FLAG_PERCENTAGES = [...PERCENTAGES, ...COMMON_PERCENTAGES];

/** Ranks and flags are independent of the vectors; as many records have each flag as its percentage says, at least one. */
export function attributesOf(dataset: Dataset): Attributes {
  const count = rowCount(dataset);
  const random = new Randomness(11);
  const flags = new Uint32Array(count);
  for (const [number, percentage] of FLAG_PERCENTAGES.entries()) {
    const having = share(percentage, count);
    for (const row of random.permutation(count).subarray(0, having)) flags[row] = (flags[row] ?? 0) | (1 << number);
  }
  return { groups: dataset.groups, ranks: random.permutation(count), flags };
}

export function metadataOf({ groups, ranks, flags }: Attributes, row: number): Readonly<Record<string, string | number>> {
  const metadata: Record<string, string | number> = { group: groups[row] ?? 0, rank: ranks[row] ?? 0 };
  for (const number of FLAG_PERCENTAGES.keys()) {
    if (((flags[row] ?? 0) & (1 << number)) !== 0) metadata[flagName(number)] = 'yes';
  }
  return metadata;
}

/** The condition as a Chroma `where`. */
export function whereOf({ groups, rankBelow, flag }: Condition): object {
  const parts: object[] = [];
  if (groups !== undefined) parts.push({ group: groupsOperator(groups.among, groups.notIn === true) });
  if (rankBelow !== undefined) parts.push({ rank: { $lt: rankBelow } });
  if (flag !== undefined) parts.push({ [flagName(flag.number)]: flag.missing === true ? { $ne: 'yes' } : 'yes' });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { $and: parts };
}

function groupsOperator(among: readonly number[], isNotIn: boolean): unknown {
  const [only] = among;
  if (among.length === 1) return isNotIn ? { $ne: only } : only;
  return isNotIn ? { $nin: among } : { $in: among };
}

/** Tells of a row whether the condition holds. */
export function matcher({ groups, ranks, flags }: Attributes, condition: Condition): (row: number) => boolean {
  const wanted = new Uint8Array(65_536);
  for (const group of condition.groups?.among ?? []) wanted[group] = 1;
  const groupAnswer = condition.groups === undefined || condition.groups.notIn === true ? 0 : 1;
  const rankBelow = condition.rankBelow ?? Infinity;
  const mask = condition.flag === undefined ? 0 : 1 << condition.flag.number;
  const flagAnswer = condition.flag?.missing === true ? 0 : mask;
  return (row) =>
    wanted[groups[row] ?? 0] === groupAnswer && (ranks[row] ?? 0) < rankBelow && ((flags[row] ?? 0) & mask) === flagAnswer;
}

/** Every filter of the report, in its order. */
export function filterCases(dataset: Dataset): readonly FilterCase[] {
  const count = rowCount(dataset);
  const cases: FilterCase[] = [{ name: 'none', relation: 'none', condition: undefined }];
  for (const [number, percentage] of PERCENTAGES.entries()) {
    const flag = { number };
    const rankBelow = share(percentage, count);
    cases.push({ name: `equality, ${String(percentage)} %`, relation: 'random', condition: () => ({ flag }) });
    cases.push({ name: `range, ${String(percentage)} %`, relation: 'random', condition: () => ({ rankBelow }) });
  }
  for (const [at, percentage] of COMMON_PERCENTAGES.entries()) {
    const flag = { number: PERCENTAGES.length + at, missing: true };
    cases.push({ name: `inequality, ${(100 - percentage).toFixed(at)} %`, relation: 'random', condition: () => ({ flag }) });
  }
  return [...cases, ...groupCases(dataset)];
}

function groupCases(dataset: Dataset): readonly FilterCase[] {
  const count = rowCount(dataset);
  const orders = new Map<number, readonly number[]>();
  const sizes = groupSizes(dataset);
  const centres = groupCentres(dataset, sizes);
  const nearestFirst = (query: number): readonly number[] => {
    const known = orders.get(query) ?? groupsByDistance(dataset, centres, sizes, query);
    orders.set(query, known);
    return known;
  };
  /** Groups, taken in the order given, until they have so many percent of the records; at least one. */
  const first = (order: readonly number[], percentage: number): readonly number[] => {
    let rows = 0;
    const end = order.findIndex((group) => (rows += sizes[group] ?? 0) >= share(percentage, count));
    return order.slice(0, end + 1);
  };
  const near = (percentage: number) => (query: number) => ({ among: first(nearestFirst(query), percentage) });
  const far = (percentage: number) => (query: number) => ({ among: first(nearestFirst(query).toReversed(), percentage) });
  const butNear = (percentage: number) => (query: number) => ({ ...near(percentage)(query), notIn: true });
  const tenth = share(10, count);
  const hundredth = share(1, count);
  const make = (
    relation: Relation,
    name: string,
    groups: (query: number) => Condition['groups'],
    rankBelow?: number,
  ): FilterCase => ({
    name,
    relation,
    condition: (query) => ({ groups: groups(query) ?? { among: [] }, ...(rankBelow === undefined ? {} : { rankBelow }) }),
  });
  return [
    make('correlated', 'own group', near(0)),
    make('correlated', 'own group, 10 % of it', near(0), tenth),
    make('correlated', 'own group, 1 % of it', near(0), hundredth),
    make('correlated', 'nearest groups, 10 %', near(10)),
    make('correlated', 'nearest groups, 30 %', near(30)),
    make('anti-correlated', 'farthest group', far(0)),
    make('anti-correlated', 'farthest groups, 10 %', far(10)),
    make('anti-correlated', 'farthest groups, 30 %', far(30)),
    make('anti-correlated', 'farthest groups, 10 %, 10 % of them', far(10), tenth),
    make('anti-correlated', 'farthest groups, 10 %, 1 % of them', far(10), hundredth),
    make('anti-correlated', 'all but own group', butNear(0)),
    make('anti-correlated', 'all but nearest groups, 30 %', butNear(30)),
  ];
}

function groupSizes({ groups, groupCount }: Dataset): Uint32Array {
  const sizes = new Uint32Array(groupCount);
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  return sizes;
}

/** The mean vector of each group, of length one with `cosine`. */
function groupCentres(dataset: Dataset, sizes: Uint32Array): Float32Array {
  const { dimension, vectors, groups, groupCount, space } = dataset;
  const sums = new Float64Array(groupCount * dimension);
  for (const [row, group] of groups.entries()) {
    for (let at = 0; at < dimension; at += 1) {
      sums[group * dimension + at] = (sums[group * dimension + at] ?? 0) + (vectors[row * dimension + at] ?? 0);
    }
  }
  for (let group = 0; group < groupCount; group += 1) {
    const sum = sums.subarray(group * dimension, (group + 1) * dimension);
    const divisor = space === 'l2' ? (sizes[group] ?? 0) : Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    for (let at = 0; at < dimension; at += 1) sum[at] = (sum[at] ?? 0) / (divisor === 0 ? 1 : divisor);
  }
  return Float32Array.from(sums);
}

/** The query's own group, then all others that have records, nearest first. */
function groupsByDistance(dataset: Dataset, centres: Float32Array, sizes: Uint32Array, query: number): readonly number[] {
  const vector = vectorAt(dataset.queries, dataset.dimension, query);
  const distances = Float64Array.from(sizes, (_, group) => distanceTo({ ...dataset, vectors: centres }, group, vector));
  distances[dataset.queryGroups[query] ?? 0] = -Infinity;
  const filled = [...sizes.keys()].filter((group) => (sizes[group] ?? 0) > 0);
  return filled.sort((left, right) => (distances[left] ?? 0) - (distances[right] ?? 0));
}

/** So many percent of `count`, at least one. */
function share(percentage: number, count: number): number {
  return Math.max(1, Math.round((percentage / 100) * count));
}

function flagName(number: number): string {
  return `flag${String(FLAG_PERCENTAGES[number] ?? number).replace('.', '_')}`;
}
