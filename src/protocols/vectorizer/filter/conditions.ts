import { and, type FieldPath, type Filter, id, is, not, oneCondition, or, type TextPosition } from '../../../filters/filter.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { equalsAny, hasKey, onKey, parseGeoBox, parseGeoRadius, parseRange, parseValuesCount } from './key-conditions.js';
import { each, objectOf, onlyField, presentFields, requireField, scalarOf, stringOf, wrong } from './operands.js';
import { NOTHING, type ParseNested, type Part } from './parts.js';

/** A condition of a clause: tagged with its `type`, or recognised by its fields, as in Qdrant. */
export function parseCondition(sent: JsonObject, path: string, parseNested: ParseNested): Part {
  const type = sent.get('type') ?? null;
  if (type === null) return parseQdrantCondition(sent, path, parseNested);
  return parseTaggedCondition(stringOf(type, `${path}.type`), sent, path, parseNested);
}

type ParseBody = (key: string, sent: Json, path: string) => Filter;

/** Conditions on a key, whose operand stands in the field of their name. */
const BODIES: Readonly<Record<string, ParseBody>> = {
  range: parseRange,
  values_count: parseValuesCount,
  geo_bounding_box: parseGeoBox,
  geo_radius: parseGeoRadius,
};
const POSITIONS: ReadonlySet<string> = new Set<TextPosition>(['prefix', 'suffix', 'contains']);

/** A condition that says by `type` which one it is. */
function parseTaggedCondition(type: string, sent: JsonObject, path: string, parseNested: ParseNested): Part {
  if (type === 'match') return parseTaggedMatch(sent, path);
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

function parseTaggedMatch(sent: JsonObject, path: string): Filter {
  const fields = presentFields(sent, path, ['type', 'key', 'match_value']);
  const key = stringOf(requireField(fields, 'key', path), `${path}.key`);
  const value = requireField(sent, 'match_value', path);
  const place = `${path}.match_value`;
  if (value === null) return onKey(key, isPresent);
  return isJsonObject(value) ? parseText(key, value, place) : equalsAny(key, [scalarOf(value, place)]);
}

/** Not what null means in a map, but what the real server does with it. */
function isPresent(field: FieldPath): Filter {
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

/** The same, and a match. */
const KEYED: Readonly<Record<string, ParseBody>> = { match: parseMatch, ...BODIES };
const KINDS = [...Object.keys(KEYED), 'is_empty', 'is_null', 'has_id', 'filter'];
/** What builders call the key of a condition that has none. */
const NO_KEY = '__nested__';

/** A condition that is recognised by which field it has. */
function parseQdrantCondition(sent: JsonObject, path: string, parseNested: ParseNested): Part {
  const { key, kind, operand } = readCondition(sent, path);
  const place = `${path}.${kind}`;
  if (kind === 'filter' && (key === undefined || key === NO_KEY)) return parseNested(operand, place);
  const parseBody = KEYED[kind];
  if (parseBody !== undefined) return parseBody(stringOf(key ?? missingKey(path), `${path}.key`), operand, place);
  if (key !== undefined) throw wrong(`${path}.key`, `unknown field beside ${kind}`);
  switch (kind) {
    case 'is_null':
      return isNull(innerKey(operand, place));
    case 'is_empty':
      return isBlank(innerKey(operand, place));
    default:
      return hasId(operand, place);
  }
}

interface Condition {
  readonly key: Json | undefined;
  readonly kind: string;
  readonly operand: Json;
}

function readCondition(sent: JsonObject, path: string): Condition {
  const fields = new Map(presentFields(sent, path, ['type', 'key', ...KINDS]));
  const key = fields.get('key');
  fields.delete('key');
  const [kind, operand] = onlyField(fields, path, KINDS);
  return { key, kind, operand };
}

function missingKey(path: string): never {
  throw wrong(path, 'missing field key');
}

/** `value: null` is refused: whether it asks for a null, or, as elsewhere in clauses, for anything but one, cannot be told. */
function parseMatch(key: string, sent: Json, path: string): Filter {
  const names = ['value', 'any', 'except', 'text'];
  const [name, operand] = onlyField(presentFields(objectOf(sent, path), path, names), path, names);
  const place = `${path}.${name}`;
  switch (name) {
    case 'value':
      return equalsAny(key, [scalarOf(operand, place)]);
    case 'text': {
      const text = stringOf(operand, place);
      return onKey(key, (field) => ({ kind: 'text', field, op: 'contains', text }));
    }
    default:
      return parseMembership(key, name, operand, place);
  }
}

function parseMembership(key: string, name: string, operand: Json, path: string): Filter {
  const values = each(operand, path, scalarOf);
  if (name === 'any') return values.length === 0 ? NOTHING : equalsAny(key, values);
  // every record that has the field would match
  if (values.length === 0) throw wrong(path, 'expected a non-empty list');
  return oneCondition(and(hasKey(key), not(equalsAny(key, values))));
}

function innerKey(sent: Json, path: string): string {
  const fields = presentFields(objectOf(sent, path), path, ['key']);
  return stringOf(requireField(fields, 'key', path), `${path}.key`);
}

function isNull(key: string): Filter {
  return onKey(key, (field) => is(field, null));
}

/** Missing, null, or a list of nothing. */
function isBlank(key: string): Filter {
  return onKey(key, (field) =>
    oneCondition(or(not({ kind: 'exists', field }), is(field, null), { kind: 'equals', field, json: '[]' })),
  );
}

function hasId(sent: Json, path: string): Filter {
  const ids = each(sent, path, idOf);
  return ids.length === 0 ? NOTHING : id(...ids);
}

function idOf(value: Json, path: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof JsonNumber && /^-?\d+$/.test(value.text)) return BigInt(value.text).toString();
  throw wrong(path, 'expected a string or a whole number');
}
