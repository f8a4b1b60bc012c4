import {
  and,
  type Comparison,
  exists,
  type FieldPath,
  type Filter,
  type GeoPoint,
  has,
  is,
  not,
  oneCondition,
  or,
  type Scalar,
} from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { boundOf, numberOf, objectOf, presentFields, requireField, wrong } from './operands.js';

/** A condition on a key: on the field of that very name where a record has it, else on the one that the key's dots lead to. */
export function onKey(key: string, condition: (field: FieldPath) => Filter): Filter {
  if (!key.includes('.')) return condition(key);
  const path = key.split('.');
  return oneCondition(or(and(exists(key), condition(key)), and(not(exists(key)), condition(path))));
}

/** The value is one of these, or a list that holds one of them. Null is only itself. At least one value. */
export function equalsAny(key: string, values: readonly (Scalar | null)[]): Filter {
  const elements = values.filter((value) => value !== null);
  return onKey(key, (field) => {
    const itself = is(field, ...values);
    return elements.length === 0 ? itself : oneCondition(or(itself, has(field, ...elements)));
  });
}

/** The record has the field, whatever its value. */
export function hasKey(key: string): Filter {
  return onKey(key, exists);
}

const BOUNDS: Readonly<Record<string, Comparison>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** The value lies within bounds, which are all numbers or all strings. */
export function parseRange(key: string, sent: Json, path: string): Filter {
  const bounds = readBounds(sent, path, boundOf);
  const types = new Set(bounds.map(({ value }) => typeof value));
  if (types.size > 1) throw wrong(path, 'expected bounds of one type');
  return onKey(key, (field) =>
    oneCondition(and(...bounds.map(({ op, value }): Filter => ({ kind: 'compare', field, op, value })))),
  );
}

/** The value's number of elements, keys or bytes lies within bounds. */
export function parseValuesCount(key: string, sent: Json, path: string): Filter {
  const bounds = readBounds(sent, path, countOf);
  return onKey(key, (field) => oneCondition(and(...bounds.map(({ op, value }): Filter => ({ kind: 'size', field, op, value })))));
}

interface Bound<T> {
  readonly op: Comparison;
  readonly value: T;
}

function readBounds<T>(sent: Json, path: string, read: (value: Json, path: string) => T): readonly Bound<T>[] {
  const fields = presentFields(objectOf(sent, path), path, Object.keys(BOUNDS));
  if (fields.size === 0) throw wrong(path, 'expected a bound');
  return Object.entries(BOUNDS).flatMap(([name, op]) => {
    const value = fields.get(name);
    return value === undefined ? [] : [{ op, value: read(value, `${path}.${name}`) }];
  });
}

function countOf(value: Json, path: string): { readonly number: string } {
  const count = numberOf(value, path);
  if (!Number.isSafeInteger(Number(count.number)) || Number(count.number) < 0)
    throw wrong(path, 'expected a whole number from 0');
  return count;
}

/** The value is a place within a box, which may lie across the 180th meridian. */
export function parseGeoBox(key: string, sent: Json, path: string): Filter {
  const fields = presentFields(objectOf(sent, path), path, ['top_right', 'bottom_left']);
  const northEast = pointOf(requireField(fields, 'top_right', path), `${path}.top_right`);
  const southWest = pointOf(requireField(fields, 'bottom_left', path), `${path}.bottom_left`);
  if (southWest.lat > northEast.lat) throw wrong(path, 'top_right is south of bottom_left');
  return onKey(key, (field) =>
    southWest.lon <= northEast.lon
      ? box(field, southWest, northEast)
      : or(box(field, southWest, { ...northEast, lon: 180 }), box(field, { ...southWest, lon: -180 }, northEast)),
  );
}

/** The value is a place at most so many metres from another. */
export function parseGeoRadius(key: string, sent: Json, path: string): Filter {
  const fields = presentFields(objectOf(sent, path), path, ['center', 'radius']);
  const center = pointOf(requireField(fields, 'center', path), `${path}.center`);
  const metres = between(requireField(fields, 'radius', path), `${path}.radius`, 0, Number.MAX_VALUE);
  return onKey(key, (field) => ({ kind: 'geo_radius', field, center, metres }));
}

function box(field: FieldPath, southWest: GeoPoint, northEast: GeoPoint): Filter {
  return { kind: 'geo_box', field, southWest, northEast };
}

function pointOf(sent: Json, path: string): GeoPoint {
  const fields = presentFields(objectOf(sent, path), path, ['lat', 'lon']);
  return {
    lat: between(requireField(fields, 'lat', path), `${path}.lat`, -90, 90),
    lon: between(requireField(fields, 'lon', path), `${path}.lon`, -180, 180),
  };
}

function between(sent: Json, path: string, least: number, most: number): number {
  const value = Number(numberOf(sent, path).number);
  if (value >= least && value <= most) return value;
  throw wrong(path, most === Number.MAX_VALUE ? 'expected a number from 0' : `expected a number from ${least} to ${most}`);
}
