import { type Comparison, type Filter, has, oneCondition, or, type Scalar } from '../../../filters/filter.js';
import { isJsonObject, type Json, type JsonObject, stringifyJson } from '../../../http/json.js';
import { equalsAny, hasKey, onKey } from './key-conditions.js';
import { asList, booleanOf, boundOf, each, objectOf, scalarOf, scalarOrNullOf, wrong } from './operands.js';
import { all, any, none, NOTHING, type ParseNested, type Part } from './parts.js';

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['$gt', '>'],
  ['$gte', '>='],
  ['$lt', '<'],
  ['$lte', '<='],
]);

/** Keys with what their values are to be, all of them demanded. */
export function parseMapForm(sent: JsonObject, path: string, parseNested: ParseNested): Part {
  return all([...sent].map(([key, value]) => parseEntry(key, value, `${path}.${key}`, parseNested)));
}

function parseEntry(key: string, value: Json, path: string, parseNested: ParseNested): Part {
  switch (key) {
    case '$and':
      return all(each(value, path, parseNested));
    case '$or': {
      const parts = each(value, path, parseNested);
      // no record meets one of none, so that to leave it out would let in all of them
      if (parts.length === 0) throw wrong(path, 'expected a non-empty list of filters');
      return any(parts, path);
    }
    case '$nor':
      return none(each(value, path, parseNested), path);
    case '$not':
      return none([parseNested(value, path)], path);
    default:
      if (key.startsWith('$')) throw wrong(path, 'unknown operator, or one that needs a key in front of it');
      return parseValue(key, value, path);
  }
}

/** What the value of a key is to be. */
function parseValue(key: string, value: Json, path: string): Part {
  if (asList(value) !== undefined) return parseIn(key, value, path);
  if (!isJsonObject(value)) return equalsAny(key, [scalarOrNullOf(value, path)]);
  const operators = [...value.keys()].filter((name) => name.startsWith('$'));
  if (operators.length === 0) return equalsObject(key, value, path);
  if (operators.length < value.size) throw wrong(path, 'mixes operators and keys');
  return all([...value].map(([operator, operand]) => parseOperator(key, operator, operand, `${path}.${operator}`)));
}

function parseOperator(key: string, operator: string, operand: Json, path: string): Part {
  const comparison = COMPARISONS.get(operator);
  if (comparison !== undefined) {
    const value = boundOf(operand, path);
    return onKey(key, (field) => ({ kind: 'compare', field, op: comparison, value }));
  }
  switch (operator) {
    case '$eq':
      return parseEquals(key, operand, path);
    case '$ne':
      return none([parseEquals(key, operand, path)], path);
    case '$in':
      return parseIn(key, operand, path);
    case '$nin':
      return none([parseIn(key, operand, path)], path);
    case '$exists':
      return booleanOf(operand, path) ? hasKey(key) : none([hasKey(key)], path);
    case '$contains':
      return contains(key, scalarOf(operand, path));
    case '$not':
      return none([parseValue(key, objectOf(operand, path), path)], path);
    default:
      throw wrong(path, 'unknown operator');
  }
}

function parseEquals(key: string, operand: Json, path: string): Filter {
  return isJsonObject(operand) ? equalsObject(key, operand, path) : equalsAny(key, [scalarOrNullOf(operand, path)]);
}

function parseIn(key: string, operand: Json, path: string): Filter {
  const values = each(operand, path, scalarOrNullOf);
  return values.length === 0 ? NOTHING : equalsAny(key, values);
}

function equalsObject(key: string, value: JsonObject, path: string): Filter {
  if (value.size === 0) throw wrong(path, 'expected operators, or an object with keys');
  refuseOperators(value, path);
  const json = stringifyJson(value);
  return onKey(key, (field) => ({ kind: 'equals', field, json }));
}

/** An operator inside a value is a filter that was meant otherwise: with a key of dots, most likely. */
function refuseOperators(value: Json, path: string): void {
  asList(value)?.forEach((item, index) => {
    refuseOperators(item, `${path}[${String(index)}]`);
  });
  if (!isJsonObject(value)) return;
  for (const [key, item] of value) {
    if (key.startsWith('$')) throw wrong(`${path}.${key}`, 'an operator cannot stand inside a value');
    refuseOperators(item, `${path}.${key}`);
  }
}

/** A list has the element, or a string the text. */
function contains(key: string, value: Scalar): Filter {
  return onKey(key, (field) => {
    const element = has(field, value);
    return typeof value === 'string' ? oneCondition(or(element, { kind: 'text', field, op: 'contains', text: value })) : element;
  });
}
