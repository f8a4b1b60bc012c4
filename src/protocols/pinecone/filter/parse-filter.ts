import {
  and,
  type Comparison,
  exists,
  type Filter,
  has,
  is,
  not,
  oneCondition,
  or,
  type Scalar,
} from '../../../filters/filter.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject, stringifyJson } from '../../../http/json.js';
import { MAX_FILTER_VALUES } from '../limits.js';
import { invalidArgument, type PineconeError } from '../pinecone-error.js';
import { comparesToNumber, equalsLarge, float64Text, isLarge } from '../wire/float64.js';
import { DOCUMENT_KEY, URI_KEY } from '../wire/metadata.js';

/** Settings of the language. */
export interface FilterOptions {
  /** Whether `$ne` and `$nin` match records that lack the field. */
  readonly neMatchesMissing: boolean;
  /** Conditions on the searched fields of documents; undefined for one on metadata. */
  readonly searched?: (field: string, value: Json, path: string) => Filter | undefined;
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['$gt', '>'],
  ['$gte', '>='],
  ['$lt', '<'],
  ['$lte', '<='],
]);

/**
 * A filter in Pinecone's language; undefined for none and for an empty one, which every record matches.
 * @throws PineconeError 400 that names the place of what is no filter
 */
export function parseFilter(sent: JsonObject | undefined, options: FilterOptions): Filter | undefined {
  return sent === undefined || sent.size === 0 ? undefined : parseObject(sent, 'filter', options);
}

function parseObject(sent: JsonObject, path: string, options: FilterOptions): Filter {
  const filters = [...sent].map(([key, value]) => parseEntry(key, value, `${path}.${key}`, options));
  const [only] = filters;
  if (only === undefined) throw wrong(path, 'expected a condition');
  return filters.length === 1 ? only : and(...filters);
}

function parseEntry(key: string, value: Json, path: string, options: FilterOptions): Filter {
  switch (key) {
    case '$and':
      return and(...parseList(value, path, options));
    case '$or':
      return or(...parseList(value, path, options));
    case '$not':
      if (!isJsonObject(value)) throw wrong(path, 'expected a filter');
      return not(parseObject(value, path, options));
    default:
      if (key.startsWith('$')) throw wrong(path, 'an operator needs a field in front of it');
      return options.searched?.(key, value, path) ?? parseField(key, value, path, options);
  }
}

function parseList(value: Json, path: string, options: FilterOptions): readonly Filter[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(path, 'expected a non-empty list of filters');
  return (value as readonly Json[]).map((item, index) => {
    const place = `${path}[${String(index)}]`;
    if (!isJsonObject(item)) throw wrong(place, 'expected a filter');
    return parseObject(item, place, options);
  });
}

function parseField(field: string, value: Json, path: string, options: FilterOptions): Filter {
  if (!isJsonObject(value)) return anyOf(field, [scalar(value, path)]);
  const filters = [...value].map(([operator, operand]) =>
    parseOperator(field, operator, operand, `${path}.${operator}`, options),
  );
  const [only] = filters;
  if (only === undefined) throw wrong(path, 'expected an operator');
  return filters.length === 1 ? only : and(...filters);
}

function parseOperator(field: string, operator: string, operand: Json, path: string, options: FilterOptions): Filter {
  const comparison = COMPARISONS.get(operator);
  if (comparison !== undefined) {
    if (!(operand instanceof JsonNumber)) throw wrong(path, 'expected a number');
    return comparesToNumber(field, comparison, finite(operand, path));
  }
  switch (operator) {
    case '$eq':
      return anyOf(field, [scalar(operand, path)]);
    case '$ne':
      return noneOf(field, [scalar(operand, path)], options);
    case '$in':
      return anyOf(field, scalars(operand, path));
    case '$nin':
      return noneOf(field, scalars(operand, path), options);
    case '$exists':
      if (typeof operand !== 'boolean') throw wrong(path, 'expected a boolean');
      return operand ? isThere(field) : not(isThere(field));
    case '$not':
      if (!isJsonObject(operand)) throw wrong(path, 'expected operators');
      return not(parseField(field, operand, path, options));
    default:
      throw wrong(
        path,
        operator.startsWith('$') ? `${operator} is not a valid operator` : 'nested objects cannot be filtered by',
      );
  }
}

/** Pinecone looks inside lists: a field equals a value when it is the value or holds it. */
function anyOf(field: string, values: readonly Scalar[]): Filter {
  const part = partOf(field);
  if (part !== undefined) return { kind: 'content', part, values: values.filter((value) => typeof value === 'string') };
  const large = values.filter((value) => typeof value === 'object' && isLarge(Number(value.number)));
  const plain = is(field, ...values.filter((value) => !large.includes(value)));
  const rounded = large.map((value) => equalsLarge(field, Number(typeof value === 'object' ? value.number : value)));
  const itself = [...(large.length < values.length || large.length === 0 ? [plain] : []), ...rounded];
  return oneCondition(or(...itself, has(field, ...values)));
}

/** The exact negation of `anyOf`; whether a record without the field matches as well is a setting. */
function noneOf(field: string, values: readonly Scalar[], options: FilterOptions): Filter {
  const differs = not(anyOf(field, values));
  return options.neMatchesMissing ? differs : oneCondition(and(isThere(field), differs));
}

function isThere(field: string): Filter {
  const part = partOf(field);
  return part === undefined ? exists(field) : { kind: 'content', part, values: null };
}

function partOf(field: string): 'document' | 'uri' | undefined {
  if (field === DOCUMENT_KEY) return 'document';
  return field === URI_KEY ? 'uri' : undefined;
}

function scalars(value: Json, path: string): readonly Scalar[] {
  if (!Array.isArray(value)) throw wrong(path, 'expected a list');
  if (value.length > MAX_FILTER_VALUES) throw wrong(path, `expected at most ${String(MAX_FILTER_VALUES)} values`);
  return (value as readonly Json[]).map((item, index) => scalar(item, `${path}[${String(index)}]`));
}

function scalar(value: Json, path: string): Scalar {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return { number: float64Text(finite(value, path)) };
  throw wrong(path, `expected a string, number or boolean, got ${stringifyJson(value)}`);
}

/** A message may hold what JSON has no number for. */
function finite(value: JsonNumber, path: string): number {
  const number = Number(value.text);
  if (Number.isFinite(number)) return number;
  throw wrong(path, 'expected a finite number');
}

function wrong(path: string, reason: string): PineconeError {
  return invalidArgument(`${path}: ${reason}`);
}
