import { or, type FieldPath, type Filter, type GeoPoint } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { presentFields, requireField } from './fields.js';
import { onKey } from './keys.js';
import { numberOf, objectOf, wrong } from './operands.js';

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
