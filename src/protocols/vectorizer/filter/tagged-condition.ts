import { and, is, not, oneCondition, type FieldPath, type Filter, type TextPosition } from '../../../filters/filter.js';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { parseRange, parseValuesCount } from './bounds.js';
import { presentFields, requireField } from './fields.js';
import { parseGeoBox, parseGeoRadius } from './geo.js';
import { equalsAny, onKey } from './keys.js';
import { scalarOf, stringOf, wrong } from './operands.js';
import type { ParseNested, Part } from './parts.js';

type ParseBody = (key: string, sent: Json, path: string) => Filter;

/** Conditions on a key, whose operand stands in the field that is called like the type. */
const BODIES: Readonly<Record<string, ParseBody>> = {
  range: parseRange,
  values_count: parseValuesCount,
  geo_bounding_box: parseGeoBox,
  geo_radius: parseGeoRadius,
};
const POSITIONS: ReadonlySet<string> = new Set<TextPosition>(['prefix', 'suffix', 'contains']);

/** A condition that says by `type` which one it is. */
export function parseTaggedCondition(type: string, sent: JsonObject, path: string, parseNested: ParseNested): Part {
  if (type === 'match') return parseMatch(sent, path);
  if (type === 'nested') {
    const fields = presentFields(sent, path, ['type', 'filter']);
    return parseNested(requireField(fields, 'filter', path), `${path}.filter`);
  }
  const parseBody = Object.hasOwn(BODIES, type) ? BODIES[type] : undefined;
  if (parseBody === undefined) {
    throw wrong(`${path}.type`, `expected match, nested, ${Object.keys(BODIES).join(', ')}`);
  }
  const fields = presentFields(sent, path, ['type', 'key', type]);
  const key = stringOf(requireField(fields, 'key', path), `${path}.key`);
  return parseBody(key, requireField(fields, type, path), `${path}.${type}`);
}

function parseMatch(sent: JsonObject, path: string): Filter {
  const fields = presentFields(sent, path, ['type', 'key', 'match_value']);
  const key = stringOf(requireField(fields, 'key', path), `${path}.key`);
  const value = requireField(sent, 'match_value', path);
  const place = `${path}.match_value`;
  if (value === null) return onKey(key, present);
  return isJsonObject(value) ? parseText(key, value, place) : equalsAny(key, [scalarOf(value, place)]);
}

/** Not what null means in a map, but what the real server does with it. */
function present(field: FieldPath): Filter {
  return oneCondition(and({ kind: 'exists', field }, not(is(field, null))));
}

/** On strings only: a list that holds the text is no match. */
function parseText(key: string, sent: JsonObject, path: string): Filter {
  const fields = presentFields(sent, path, ['text', 'type']);
  const text = stringOf(requireField(fields, 'text', path), `${path}.text`);
  const type = stringOf(requireField(fields, 'type', path), `${path}.type`);
  if (type === 'exact') return onKey(key, (field) => is(field, text));
  if (!isPosition(type)) throw wrong(`${path}.type`, 'expected exact, prefix, suffix or contains');
  return onKey(key, (field) => ({ kind: 'text', field, op: type, text }));
}

function isPosition(type: string): type is TextPosition {
  return POSITIONS.has(type);
}
