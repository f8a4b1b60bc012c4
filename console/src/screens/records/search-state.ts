import type { SearchInput, SearchResult } from '../../../../src/console/api/contract/records.js';
import { filterPart } from '../../state/filter.js';
import type { RecordsState } from './record-state.js';

/** The search that the URL describes. @throws Error that says what is wrong with what was typed */
export function searchInput({ namespace, filter, mode, query, limit }: RecordsState): SearchInput {
  const shared = { namespace, limit, ...filterPart(filter) };
  switch (mode) {
    case 'text':
      return { ...shared, text: query };
    case 'vector':
      return { ...shared, embedding: vectorOf(query) };
    case 'ids':
      return { ...shared, ids: idsOf(query) };
  }
}

/** Numbers, with or without brackets and commas. @throws Error for what is none */
export function vectorOf(typed: string): readonly number[] {
  const words = typed
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const numbers = words.map(Number);
  const wrong = numbers.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) throw new Error(`“${words[wrong] ?? ''}” is no number.`);
  return numbers;
}

/** A JSON list of ids, or ids with commas between. */
export function idsOf(typed: string): readonly string[] {
  if (typed.startsWith('[')) {
    try {
      const read: unknown = JSON.parse(typed);
      if (Array.isArray(read)) return read.map(String);
    } catch {
      // an id may begin so
    }
  }
  return typed
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

/** How a search compares with the exact one of the same query. */
export interface Comparison {
  /** The share of the exact hits that the search found. */
  readonly recall: number;
  /** By id: how much farther the search has it than the exact one; null: it is not among the exact hits. */
  readonly differences: ReadonlyMap<string, number | null>;
  readonly missing: SearchResult['hits'];
}

export function compare(found: SearchResult, exact: SearchResult): Comparison {
  const distances = new Map(exact.hits.map(({ id, distance }) => [id, distance]));
  const ids = new Set(found.hits.map(({ id }) => id));
  const missing = exact.hits.filter(({ id }) => !ids.has(id));
  const differences = new Map(
    found.hits.map(({ id, distance }): [string, number | null] => {
      const other = distances.get(id);
      return [id, other === undefined ? null : distance - other];
    }),
  );
  const recall = exact.hits.length === 0 ? 1 : (exact.hits.length - missing.length) / exact.hits.length;
  return { recall, differences, missing };
}
