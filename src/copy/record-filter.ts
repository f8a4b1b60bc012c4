import { isJsonObject, type Json, JsonNumber, parseJson } from '../http/json.js';
import type { CopyRecord } from './copy.js';

/** Whether a record is wanted. */
export type RecordFilter = (record: Pick<CopyRecord, 'metadata'>) => boolean;

type Condition = (value: Json | undefined) => boolean;

/**
 * Reads a condition on metadata in the words of Chroma's `where`: `{"year": {"$gte": 1990}}`, `$and`, `$or`. A record without the key
 * matches `$ne` and `$nin`, and nothing else. @throws Error that says what is wrong with it
 */
export function recordFilter(text: string): RecordFilter {
  const matches = parseWhere(parsed(text));
  return ({ metadata }) => {
    const object = metadata === null ? null : parseJson(metadata);
    return matches(isJsonObject(object) ? object : new Map<string, Json>());
  };
}

type Where = (metadata: ReadonlyMap<string, Json>) => boolean;

function parseWhere(value: Json | undefined): Where {
  if (!isJsonObject(value) || value.size === 0) throw wrong('each condition is an object, and has at least one key');
  const parts = [...value].map(([key, operand]): Where => {
    if (key === '$and' || key === '$or') {
      const operands = listOf(operand, key).map(parseWhere);
      return (metadata) => (key === '$and' ? operands.every((each) => each(metadata)) : operands.some((each) => each(metadata)));
    }
    if (key.startsWith('$')) throw wrong(`${key} does not join conditions: $and and $or do`);
    const condition = parseCondition(operand);
    return (metadata) => condition(metadata.get(key));
  });
  return (metadata) => parts.every((part) => part(metadata));
}

function parseCondition(operand: Json): Condition {
  if (!isJsonObject(operand)) return equals(scalar(operand));
  const parts = [...operand].map(([operator, value]) => conditionOf(operator, value));
  if (parts.length === 0) throw wrong('a condition has no operator');
  return (found) => parts.every((part) => part(found));
}

function conditionOf(operator: string, value: Json): Condition {
  switch (operator) {
    case '$eq':
      return equals(scalar(value));
    case '$ne':
      return inverse(equals(scalar(value)));
    case '$in':
      return oneOf(listOf(value, operator).map(scalar));
    case '$nin':
      return inverse(oneOf(listOf(value, operator).map(scalar)));
    case '$gt':
      return compared(value, operator, (order) => order > 0);
    case '$gte':
      return compared(value, operator, (order) => order >= 0);
    case '$lt':
      return compared(value, operator, (order) => order < 0);
    case '$lte':
      return compared(value, operator, (order) => order <= 0);
    default:
      throw wrong(`${operator} is none of $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte`);
  }
}

type Scalar = string | boolean | JsonNumber;

function equals(wanted: Scalar): Condition {
  if (!(wanted instanceof JsonNumber)) return (found) => found === wanted;
  return (found) => found instanceof JsonNumber && orderOf(found, wanted) === 0;
}

function oneOf(wanted: readonly Scalar[]): Condition {
  const conditions = wanted.map(equals);
  return (found) => conditions.some((condition) => condition(found));
}

function inverse(condition: Condition): Condition {
  return (found) => !condition(found);
}

function compared(wanted: Json, operator: string, isWell: (order: number) => boolean): Condition {
  if (!(wanted instanceof JsonNumber)) throw wrong(`${operator} needs a number`);
  return (found) => found instanceof JsonNumber && isWell(orderOf(found, wanted));
}

/** Whole numbers as such: above 2^53 they would be rounded. */
function orderOf(one: JsonNumber, other: JsonNumber): number {
  const [a, b] = isWhole(one) && isWhole(other) ? [BigInt(one.text), BigInt(other.text)] : [Number(one.text), Number(other.text)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function isWhole({ text }: JsonNumber): boolean {
  return /^-?\d+$/.test(text);
}

function scalar(value: Json): Scalar {
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof JsonNumber) return value;
  throw wrong('a value is a text, a number, true or false');
}

function listOf(value: Json, operator: string): readonly Json[] {
  if (Array.isArray(value) && value.length > 0) return value as readonly Json[];
  throw wrong(`${operator} needs a list that is not empty`);
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw wrong(`it is no JSON: ${(error as Error).message}`);
  }
}

function wrong(reason: string): Error {
  return new Error(`--filter must be a condition like {"year": {"$gte": 1990}}: ${reason}`);
}
