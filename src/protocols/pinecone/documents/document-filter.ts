import { and, type Filter, not, or } from '../../../filters/filter.js';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { type FilterOptions, parseFilter } from '../filter/parse-filter.js';
import { invalidArgument, type PineconeError } from '../pinecone-error.js';
import { isSearched } from './document-records.js';
import type { DocumentSchema } from './document-schema.js';
import { hasAll, hasAny, hasPhrase, wordsOf } from './text-query.js';

/** How a filter of documents is read. */
export interface DocumentFilterOptions extends FilterOptions {
  readonly schema: DocumentSchema;
  /** Whether conditions on texts are allowed: where documents are read, not where they are changed. */
  readonly matchesText: boolean;
}

/**
 * A filter over the metadata of documents, and over what the searched text says: `$match_phrase`, `$match_all` and `$match_any`.
 * @throws PineconeError 400 for an empty one, and for a condition that a field cannot have
 */
export function parseDocumentFilter(sent: JsonObject, options: DocumentFilterOptions): Filter {
  if (sent.size === 0) throw invalidArgument('The filter must be a non-empty object of conditions');
  return parseObject(sent, 'filter', options);
}

function parseObject(sent: JsonObject, path: string, options: DocumentFilterOptions): Filter {
  const filters = [...sent].map(([key, value]) => parseEntry(key, value, `${path}.${key}`, options));
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : and(...filters);
}

function parseEntry(key: string, value: Json, path: string, options: DocumentFilterOptions): Filter {
  if (key === '$and') return and(...parseList(value, path, options));
  if (key === '$or') return or(...parseList(value, path, options));
  if (key === '$not' && isJsonObject(value) && value.size > 0) return not(parseObject(value, path, options));
  const { schema, matchesText } = options;
  if (key === schema.text) return parseText(value, path, matchesText);
  if (isSearched(schema, key)) throw wrong(path, 'a vector field cannot be filtered by');
  if (isJsonObject(value) && [...value.keys()].some((operator) => operator.startsWith('$match_'))) {
    throw wrong(path, 'this is no field with full_text_search: it cannot be matched for words');
  }
  const filter = parseFilter(new Map([[key, value]]), options);
  if (filter === undefined) throw wrong(path, 'expected a condition');
  return filter;
}

function parseList(value: Json, path: string, options: DocumentFilterOptions): readonly Filter[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(path, 'expected a non-empty list of filters');
  return (value as readonly Json[]).map((item, index) => {
    const place = `${path}[${String(index)}]`;
    if (!isJsonObject(item) || item.size === 0) throw wrong(place, 'expected a filter');
    return parseObject(item, place, options);
  });
}

function parseText(value: Json, path: string, matchesText: boolean): Filter {
  if (!matchesText) throw wrong(path, 'conditions on a text are not supported here');
  const conditions = isJsonObject(value) ? [...value] : [];
  if (conditions.length === 0) throw wrong(path, 'expected $match_phrase, $match_all or $match_any');
  const filters = conditions.map(([operator, operand]) => parseMatch(operator, operand, `${path}.${operator}`));
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : and(...filters);
}

function parseMatch(operator: string, operand: Json, path: string): Filter {
  const of = MATCHES.get(operator);
  if (of === undefined) throw wrong(path, 'a searched text takes $match_phrase, $match_all and $match_any only');
  if (typeof operand !== 'string') throw wrong(path, 'expected a string');
  return of(wordsOf(operand, path));
}

const MATCHES: ReadonlyMap<string, (words: readonly string[]) => Filter> = new Map([
  ['$match_phrase', hasPhrase],
  ['$match_all', hasAll],
  ['$match_any', hasAny],
]);

function wrong(path: string, reason: string): PineconeError {
  return invalidArgument(`${path}: ${reason}`);
}
