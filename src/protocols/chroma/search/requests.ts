import { IsArray } from 'class-validator';
import { GatewayError } from '../../../errors.js';
import { Ignored } from '../../../http/field-fates.js';
import { isJsonObject, type Json, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { Read } from '../../../http/validate.js';
import { ChromaError, unparsable, unprocessable } from '../chroma-error.js';
import { MODERN, type ParsedFilter, parseWhere } from '../filter/parse-filter.js';
import { READ_LEVELS } from '../limits.js';
import { fieldsOf, missingField, requireList, requireTexts, requireU32, requireVariant, unknownVariant } from './expect.js';
import { type ParsedRank, readRank } from './read-rank.js';
import { readSentJson } from './sent-json.js';

/** Which records of a group stay: the first `k` by the keys, from the least or from the greatest. */
export interface Aggregate {
  readonly order: '$min_k' | '$max_k';
  readonly keys: readonly string[];
  readonly k: number;
}

export interface GroupBy {
  readonly keys: readonly string[];
  readonly aggregate: Aggregate | undefined;
}

/** One search of a request. */
export interface Search {
  readonly filter: ParsedFilter | undefined;
  readonly rank: ParsedRank | undefined;
  readonly groupBy: GroupBy;
  readonly offset: number;
  readonly limit: number | null;
  readonly select: readonly string[];
}

export class SearchRequest {
  @Read(readSearches) @IsArray() searches!: readonly Search[];
  @Ignored('every write is searchable at once') @Read(readReadLevel) read_level?: string;
}

const SEARCH_FIELDS = ['filter', 'rank', 'group_by', 'limit', 'select'] as const;
const NO_GROUPS: GroupBy = { keys: [], aggregate: undefined };

function readReadLevel(reader: JsonReader): string {
  const value = readJson(reader);
  if (typeof value !== 'string') throw unparsable('read_level', 'expected value');
  if (!READ_LEVELS.some((level) => level === value)) throw unknownVariant(value, 'read_level', READ_LEVELS);
  return value;
}

function readSearches(reader: JsonReader): readonly Search[] {
  return requireList(readSentJson(reader), 'searches').map((search, index) => readSearch(search, `searches[${String(index)}]`));
}

function readSearch(value: Json, path: string): Search {
  let search: Search = { filter: undefined, rank: undefined, groupBy: NO_GROUPS, offset: 0, limit: null, select: [] };
  for (const [field, item] of fieldsOf(value, path, 'struct SearchPayload', SEARCH_FIELDS)) {
    const place = `${path}.${field}`;
    if (field === 'filter') search = { ...search, filter: readFilter(item, place) };
    if (field === 'rank') search = { ...search, rank: item === null ? undefined : readRank(item, place) };
    if (field === 'group_by') search = { ...search, groupBy: readGroupBy(item, place) };
    if (field === 'limit') search = { ...search, ...readLimit(item, place) };
    if (field === 'select') search = { ...search, select: readSelect(item, place) };
  }
  return search;
}

function readFilter(filter: Json, path: string): ParsedFilter | undefined {
  // here, and only here, an empty object is no filter
  if (isJsonObject(filter) && filter.size === 0) return undefined;
  try {
    return parseWhere(filter, MODERN);
  } catch (error) {
    const { detail } = error instanceof GatewayError ? error : {};
    if (detail?.kind === 'invalid' && detail.subject === 'pattern') {
      throw unprocessable(path, `Regex syntax errror: ${detail.reason}`);
    }
    if (error instanceof ChromaError) throw unprocessable(path, error.message);
    throw error;
  }
}

function readLimit(value: Json, path: string): { readonly offset: number; readonly limit: number | null } {
  let [offset, limit]: [number, number | null] = [0, null];
  for (const [field, item] of fieldsOf(value, path, 'struct Limit', ['offset', 'limit'])) {
    if (field === 'offset') offset = requireU32(item, `${path}.offset`);
    if (field === 'limit') limit = item === null ? null : requireU32(item, `${path}.limit`);
  }
  return { offset, limit };
}

function readSelect(value: Json, path: string): readonly string[] {
  let keys: readonly string[] = [];
  for (const [, item] of fieldsOf(value, path, 'struct Select', ['keys'])) keys = requireTexts(item, `${path}.keys`);
  return keys;
}

function readGroupBy(value: Json, path: string): GroupBy {
  let groupBy = NO_GROUPS;
  for (const [field, item] of fieldsOf(value, path, 'struct GroupBy', ['keys', 'aggregate'])) {
    if (field === 'keys') groupBy = { ...groupBy, keys: requireTexts(item, `${path}.keys`) };
    else groupBy = { ...groupBy, aggregate: item === null ? undefined : readAggregate(item, `${path}.aggregate`) };
  }
  return groupBy;
}

function readAggregate(value: Json, path: string): Aggregate {
  const [name, operand] = requireVariant(value, path, ['$min_k', '$max_k']);
  const inner = `${path}.${name}`;
  let keys: readonly string[] | undefined;
  let k: number | undefined;
  const struct = `struct variant Aggregate::${name === '$min_k' ? 'MinK' : 'MaxK'}`;
  for (const [field, item] of fieldsOf(operand, inner, struct, ['keys', 'k'])) {
    if (field === 'keys') keys = requireTexts(item, `${inner}.keys`);
    else k = requireU32(item, `${inner}.k`);
  }
  if (keys === undefined) throw missingField(inner, 'keys');
  if (k === undefined) throw missingField(inner, 'k');
  return { order: name === '$min_k' ? '$min_k' : '$max_k', keys, k };
}
