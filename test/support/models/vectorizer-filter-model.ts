import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../src/http/json.js';

/**
 * Which records a filter of Vectorizer's language matches, by its documents: one payload at a time. Small and slow; the gateway
 * is held to it. Only for filters that are well formed, and that have a condition in each of their parts.
 */

export interface ModelRecord {
  readonly id: string;
  readonly payload: JsonObject;
}

const EARTH_RADIUS_METRES = 6_371_000;

export function matches(filter: Json, record: ModelRecord): boolean {
  const object = asObject(filter);
  const isClauses = ['must', 'should', 'must_not'].some((name) => {
    const clause = object.get(name);
    return clause !== undefined && (clause === null || Array.isArray(clause) || isJsonObject(clause));
  });
  return isClauses ? matchesClauses(object, record) : matchesMap(object, record);
}

function matchesMap(filter: JsonObject, record: ModelRecord): boolean {
  return [...filter].every(([key, operand]) => {
    switch (key) {
      case '$and':
        return asList(operand).every((item) => matches(item, record));
      case '$or':
        return asList(operand).some((item) => matches(item, record));
      case '$nor':
        return !asList(operand).some((item) => matches(item, record));
      case '$not':
        return !matches(operand, record);
      default:
        return meets(find(record.payload, key), operand);
    }
  });
}

/** `value` is undefined where the payload lacks the key. */
function meets(value: Json | undefined, operand: Json): boolean {
  if (Array.isArray(operand)) return equalsOneOf(value, asList(operand));
  if (!isJsonObject(operand)) return equalsOneOf(value, [operand]);
  if (![...operand.keys()].some((name) => name.startsWith('$'))) return value !== undefined && same(value, operand);
  return [...operand].every(([operator, item]) => meetsOperator(value, operator, item));
}

function meetsOperator(value: Json | undefined, operator: string, operand: Json): boolean {
  switch (operator) {
    case '$eq':
      return meets(value, operand);
    case '$ne':
      return !meets(value, operand);
    case '$in':
      return equalsOneOf(value, asList(operand));
    case '$nin':
      return !equalsOneOf(value, asList(operand));
    case '$exists':
      return (value !== undefined) === operand;
    case '$contains':
      if (Array.isArray(value)) return equalsOneOf(value, [operand]);
      return typeof value === 'string' && typeof operand === 'string' && value.includes(operand);
    case '$not':
      return !meets(value, operand);
    default:
      return compares(value, operator.slice(1), operand);
  }
}

function matchesClauses(filter: JsonObject, record: ModelRecord): boolean {
  const clause = (name: string): readonly boolean[] => {
    const sent = filter.get(name) ?? [];
    return (isJsonObject(sent) ? [sent] : asList(sent)).map((item) => matchesCondition(asObject(item), record));
  };
  const should = clause('should');
  return !clause('must').includes(false) && !clause('must_not').includes(true) && (should.length === 0 || should.includes(true));
}

function matchesCondition(condition: JsonObject, record: ModelRecord): boolean {
  const field = (name: string): Json | undefined => condition.get(name) ?? undefined;
  const nested = field('filter');
  if (nested !== undefined) return matches(nested, record);
  const [isNull, isEmpty, ids] = [field('is_null'), field('is_empty'), field('has_id')];
  if (isNull !== undefined) return find(record.payload, keyOf(asObject(isNull))) === null;
  if (isEmpty !== undefined) return isBlank(find(record.payload, keyOf(asObject(isEmpty))));
  if (ids !== undefined) return asList(ids).some((id) => (id instanceof JsonNumber ? id.text : id) === record.id);
  if (!condition.has('key')) return matches(condition, record);
  return matchesKeyed(find(record.payload, keyOf(condition)), condition, field);
}

function matchesKeyed(value: Json | undefined, condition: JsonObject, field: (name: string) => Json | undefined): boolean {
  const [match, range, count, box, circle] = ['match', 'range', 'values_count', 'geo_bounding_box', 'geo_radius'].map(field);
  if (condition.has('match_value')) return matchesTagged(value, condition.get('match_value') ?? null);
  if (match !== undefined) return [...asObject(match)].every(([kind, operand]) => matchesQdrant(value, kind, operand));
  if (range !== undefined) return present(range).every(([bound, operand]) => compares(value, bound, operand));
  if (count !== undefined) {
    const size = sizeOf(value);
    return (
      size !== undefined && present(count).every(([bound, operand]) => compares(new JsonNumber(String(size)), bound, operand))
    );
  }
  const place = placeOf(value);
  if (place === undefined) return false;
  if (box !== undefined) return liesInBox(place, pointAt(box, 'bottom_left'), pointAt(box, 'top_right'));
  return distance(place, pointAt(circle ?? null, 'center')) <= numberAt(circle ?? null, 'radius');
}

function matchesTagged(value: Json | undefined, operand: Json): boolean {
  if (operand === null) return value !== undefined && value !== null;
  if (!isJsonObject(operand)) return equalsOneOf(value, [operand]);
  const text = asString(operand.get('text'));
  if (typeof value !== 'string') return false;
  switch (operand.get('type')) {
    case 'exact':
      return value === text;
    case 'prefix':
      return value.startsWith(text);
    case 'suffix':
      return value.endsWith(text);
    default:
      return value.includes(text);
  }
}

function matchesQdrant(value: Json | undefined, kind: string, operand: Json): boolean {
  switch (kind) {
    case 'value':
      return equalsOneOf(value, [operand]);
    case 'any':
      return equalsOneOf(value, asList(operand));
    case 'except':
      return value !== undefined && !equalsOneOf(value, asList(operand));
    default:
      return typeof value === 'string' && value.includes(asString(operand));
  }
}

/** The key itself, else what its dots lead to. */
function find(payload: JsonObject, key: string): Json | undefined {
  if (payload.has(key)) return payload.get(key);
  let value: Json | undefined = payload;
  for (const step of key.split('.')) value = isJsonObject(value) ? value.get(step) : undefined;
  return value;
}

/** A list equals what one of its elements equals; null is only itself. */
function equalsOneOf(value: Json | undefined, operands: readonly Json[]): boolean {
  if (value === undefined) return false;
  if (!Array.isArray(value)) return operands.some((operand) => same(value, operand));
  return asList(value).some((element) => operands.some((operand) => operand !== null && same(element, operand)));
}

function same(left: Json, right: Json): boolean {
  if (left instanceof JsonNumber) return right instanceof JsonNumber && order(left, right) === 0;
  if (isJsonObject(left)) {
    if (!isJsonObject(right) || left.size !== right.size) return false;
    return [...left].every(([key, item]) => right.has(key) && same(item, right.get(key) ?? null));
  }
  if (!Array.isArray(left)) return left === right;
  const [items, others] = [asList(left), Array.isArray(right) ? asList(right) : undefined];
  return others?.length === items.length && items.every((item, index) => same(item, others[index] ?? null));
}

function compares(value: Json | undefined, bound: string, operand: Json): boolean {
  const difference = value === undefined ? NaN : order(value, operand);
  switch (bound) {
    case 'gt':
      return difference > 0;
    case 'gte':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    default:
      return difference <= 0;
  }
}

/** NaN for what is not of one type, and for what has no order. Numbers exactly, strings by code point, which UTF-8 keeps. */
function order(left: Json, right: Json): number {
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (!(left instanceof JsonNumber) || !(right instanceof JsonNumber)) return NaN;
  const [one, other] = [decimal(left.text), decimal(right.text)];
  const exponent = Math.min(one.exponent, other.exponent);
  const [a, b] = [one, other].map((number) => number.digits * 10n ** BigInt(number.exponent - exponent));
  return a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;
}

function decimal(text: string): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function sizeOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isJsonObject(value)) return value.size;
  return Array.isArray(value) ? value.length : undefined;
}

interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** A place on earth: an object, or a list of the two. */
function placeOf(value: Json | undefined): Point | undefined {
  const pair = Array.isArray(value) ? asList(value) : isJsonObject(value) ? [value.get('lat'), value.get('lon')] : [];
  const [lat, lon] = pair.map((item) => (item instanceof JsonNumber ? Number(item.text) : NaN));
  if (pair.length !== 2 || lat === undefined || lon === undefined) return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

function liesInBox(place: Point, southWest: Point, northEast: Point): boolean {
  const [west, east] = [place.lon >= southWest.lon, place.lon <= northEast.lon];
  const isBetween = southWest.lon <= northEast.lon ? west && east : west || east;
  return isBetween && place.lat >= southWest.lat && place.lat <= northEast.lat;
}

/** In metres, by the haversine formula. */
function distance(one: Point, other: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half =
    Math.sin(radians(other.lat - one.lat) / 2) ** 2 +
    Math.cos(radians(one.lat)) * Math.cos(radians(other.lat)) * Math.sin(radians(other.lon - one.lon) / 2) ** 2;
  return 2 * EARTH_RADIUS_METRES * Math.asin(Math.sqrt(Math.min(1, half)));
}

function pointAt(body: Json, name: string): Point {
  const point = asObject(body).get(name) ?? null;
  return { lat: numberAt(point, 'lat'), lon: numberAt(point, 'lon') };
}

function numberAt(body: Json, name: string): number {
  const value = asObject(body).get(name);
  return value instanceof JsonNumber ? Number(value.text) : NaN;
}

/** The members that are not null. */
function present(body: Json): readonly (readonly [string, Json])[] {
  return [...asObject(body)].filter(([, value]) => value !== null);
}

function keyOf(body: JsonObject): string {
  return asString(body.get('key'));
}

function asString(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error('no string');
}

function asObject(value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Error('no object');
}

function asList(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new Error('no list');
}
