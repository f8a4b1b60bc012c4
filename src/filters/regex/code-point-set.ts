/**
 * A set of Unicode scalar values, as sorted, disjoint, non-adjacent ranges: first, last, first, last … (both included).
 * Surrogates are never in it, so `d7ff` and `e000` count as neighbours.
 */
export type CodePointSet = readonly number[];

export const LAST_CODE_POINT = 0x10ffff;
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;

export const EVERYTHING: CodePointSet = [0, LAST_CODE_POINT];

const complements = new WeakMap<CodePointSet, CodePointSet>();

/** The set of the ranges, given in any order and overlapping as they may. */
export function fromRanges(ranges: readonly (readonly [first: number, last: number])[]): CodePointSet {
  const scalars = ranges
    .map(([first, last]) => [skipUp(first), skipDown(last)] as const)
    .filter(([first, last]) => first <= last)
    .sort((left, right) => left[0] - right[0]);
  const result: number[] = [];
  for (const [first, last] of scalars) append(result, first, last);
  return result;
}

export function union(...sets: readonly CodePointSet[]): CodePointSet {
  const distinct = [...new Set(sets)].filter((set) => set.length > 0);
  const singles = distinct.filter((set) => set.length === 2);
  const others = distinct.filter((set) => set.length > 2);
  const [first = [], ...rest] =
    singles.length === 1 ? [...singles, ...others] : [fromRanges(singles.flatMap(rangesOf)), ...others];
  return rest.reduce(merge, first);
}

function merge(left: CodePointSet, right: CodePointSet): CodePointSet {
  if (left.length === 0) return right;
  const result: number[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const isLeft = (left[l] ?? Infinity) <= (right[r] ?? Infinity);
    const first = (isLeft ? left[l] : right[r]) ?? 0;
    const last = (isLeft ? left[l + 1] : right[r + 1]) ?? 0;
    if (isLeft) l += 2;
    else r += 2;
    append(result, first, last);
  }
  return result;
}

/** Adds a range that begins no earlier than any range before it. */
function append(ranges: number[], first: number, last: number): void {
  const end = ranges.at(-1);
  if (end !== undefined && first <= following(end)) ranges[ranges.length - 1] = Math.max(end, last);
  else ranges.push(first, last);
}

export function complement(set: CodePointSet): CodePointSet {
  const known = complements.get(set);
  if (known !== undefined) return known;
  const result: number[] = [];
  let next = 0;
  for (let index = 0; index < set.length; index += 2) {
    const first = set[index] ?? 0;
    if (first > next) result.push(next, preceding(first));
    next = following(set[index + 1] ?? 0);
  }
  if (next <= LAST_CODE_POINT) result.push(next, LAST_CODE_POINT);
  complements.set(set, result);
  return result;
}

export function intersection(left: CodePointSet, right: CodePointSet): CodePointSet {
  const result: number[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const leftEnd = left[l + 1] ?? 0;
    const rightEnd = right[r + 1] ?? 0;
    const first = Math.max(left[l] ?? 0, right[r] ?? 0);
    const last = Math.min(leftEnd, rightEnd);
    if (first <= last) result.push(first, last);
    if (leftEnd < rightEnd) l += 2;
    else r += 2;
  }
  return result;
}

export function difference(left: CodePointSet, right: CodePointSet): CodePointSet {
  return intersection(left, complement(right));
}

export function symmetricDifference(left: CodePointSet, right: CodePointSet): CodePointSet {
  return difference(union(left, right), intersection(left, right));
}

export function isSubset(inner: CodePointSet, outer: CodePointSet): boolean {
  return difference(inner, outer).length === 0;
}

export function isSameSet(left: CodePointSet, right: CodePointSet): boolean {
  return left === right || (left.length === right.length && left.every((bound, index) => bound === right[index]));
}

/** The one member of a set of one. */
export function onlyMember(set: CodePointSet): number | undefined {
  return set.length === 2 && set[0] === set[1] ? set[0] : undefined;
}

export function rangesOf(set: CodePointSet): [first: number, last: number][] {
  const result: [number, number][] = [];
  for (let index = 0; index < set.length; index += 2) result.push([set[index] ?? 0, set[index + 1] ?? 0]);
  return result;
}

function following(codePoint: number): number {
  return codePoint === BEFORE_SURROGATES ? AFTER_SURROGATES : codePoint + 1;
}

function preceding(codePoint: number): number {
  return codePoint === AFTER_SURROGATES ? BEFORE_SURROGATES : codePoint - 1;
}

function skipUp(codePoint: number): number {
  return codePoint > BEFORE_SURROGATES && codePoint < AFTER_SURROGATES ? AFTER_SURROGATES : codePoint;
}

function skipDown(codePoint: number): number {
  return codePoint > BEFORE_SURROGATES && codePoint < AFTER_SURROGATES ? BEFORE_SURROGATES : codePoint;
}
