import { isJsonObject, type Json, JsonNumber, parseJson, stringifyJson } from '../../../http/json.js';
import { byScore, type Scored } from './rank.js';
import type { Aggregate } from './requests.js';

const SCORE = '#score';

/** A metadata value, in the order of Chroma's types: its type's place, and what values of that type are compared by. */
interface Ordered {
  readonly type: number;
  readonly value: number | bigint | string | readonly (number | bigint | string)[];
}

const MISSING: Ordered = { type: 0, value: 0 };
const FLOAT = 3;
const SPARSE = 5;
/** From a scalar's type to that of a list of them. */
const LISTS = 5;

/**
 * Of every group the first `k` records by the aggregate's keys, together, best score first. `ranked` is best first; `metadata` holds
 * JSON texts by the records' numbers.
 */
export function group(
  ranked: readonly Scored[],
  keys: readonly string[],
  aggregate: Aggregate,
  metadata: ReadonlyMap<string, string | null>,
): readonly Scored[] {
  const groups = new Map<string, { readonly scored: Scored; readonly tuple: readonly Ordered[] }[]>();
  for (const scored of ranked) {
    const text = metadata.get(scored.number) ?? null;
    const parsed = text === null ? null : parseJson(text);
    const fields = isJsonObject(parsed) ? parsed : new Map<string, Json>();
    const name = groupName(keys.map((key) => fields.get(key)));
    const tuple = aggregate.keys.map((key) =>
      key === SCORE ? { type: FLOAT, value: scored.score } : orderedOf(fields.get(key)),
    );
    const members = groups.get(name) ?? [];
    members.push({ scored, tuple });
    groups.set(name, members);
  }
  const sign = aggregate.order === '$min_k' ? 1 : -1;
  const kept = [...groups.values()].flatMap((members) =>
    // a stable sort: equals stay in the order of their scores
    members.sort((a, b) => sign * compareTuples(a.tuple, b.tuple)).slice(0, aggregate.k),
  );
  return kept.map(({ scored }) => scored).sort(byScore);
}

/** Equal for equal values of equal types only. */
function groupName(values: readonly (Json | undefined)[]): string {
  return values.map((value) => (value === undefined ? '' : stringifyJson(value))).join('\n');
}

function orderedOf(value: Json | undefined): Ordered {
  if (value === undefined || value === null) return MISSING;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(orderedOf);
    return { type: LISTS + (items[0]?.type ?? 1), value: items.map(({ value: item }) => item as number | bigint | string) };
  }
  if (typeof value === 'boolean') return { type: 1, value: value ? 1 : 0 };
  if (typeof value === 'string') return { type: 4, value };
  if (value instanceof JsonNumber) {
    return /[.eE]/.test(value.text) ? { type: FLOAT, value: Number(value.text) } : { type: 2, value: BigInt(value.text) };
  }
  return { type: SPARSE, value: stringifyJson(value) };
}

function compareTuples(a: readonly Ordered[], b: readonly Ordered[]): number {
  for (const [place, left] of a.entries()) {
    const right = b[place] ?? MISSING;
    const order = left.type - right.type || compareValues(left.value, right.value);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(a: Ordered['value'], b: Ordered['value']): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return compareScalars(a as number, b as number);
  for (const [place, item] of a.entries()) {
    if (place >= b.length) return 1;
    const order = compareScalars(item as number, b[place] as number);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Texts by code points. */
function compareScalars(a: number | bigint | string, b: number | bigint | string): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
