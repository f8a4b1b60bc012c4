import { type Sql, sql } from '../postgres/sql.js';
import { valueAt } from './compile-path.js';
import type { FieldPath, GeoPoint } from './filter.js';

const EARTH_RADIUS_METRES = 6_371_000;

export function compileGeoBox(field: FieldPath, southWest: GeoPoint, northEast: GeoPoint): Sql {
  // as jsonb, numbers compare without a cast, and the type check of the place keeps everything else out
  return atPlace(
    field,
    sql`place.lat BETWEEN ${String(southWest.lat)}::jsonb AND ${String(northEast.lat)}::jsonb
      AND place.lon BETWEEN ${String(southWest.lon)}::jsonb AND ${String(northEast.lon)}::jsonb`,
  );
}

export function compileGeoRadius(field: FieldPath, center: GeoPoint, metres: number): Sql {
  const [lat, lon] = [degrees(sql`place.lat`), degrees(sql`place.lon`)];
  const haversine = sql`power(sind((${lat} - ${center.lat}::float8) / 2), 2)
      + cosd(${lat}) * cosd(${center.lat}::float8) * power(sind((${lon} - ${center.lon}::float8) / 2), 2)`;
  // rounding may lift the far side of the earth just above 1, for which there is no angle
  return atPlace(field, sql`2 * ${EARTH_RADIUS_METRES}::float8 * asin(sqrt(LEAST(${haversine}, 1))) <= ${metres}::float8`);
}

/** FALSE where the value is no place on earth; else the condition on `place.lat` and `place.lon`, jsonb numbers. */
function atPlace(field: FieldPath, condition: Sql): Sql {
  return sql`COALESCE((
    SELECT CASE WHEN jsonb_typeof(place.lat) = 'number' AND jsonb_typeof(place.lon) = 'number'
        AND place.lat BETWEEN '-90'::jsonb AND '90'::jsonb AND place.lon BETWEEN '-180'::jsonb AND '180'::jsonb
      THEN ${condition} ELSE FALSE END
    FROM (SELECT ${valueAt(field)}) AS field (value), LATERAL (
      SELECT CASE jsonb_typeof(field.value) WHEN 'object' THEN field.value -> 'lat' WHEN 'array' THEN field.value -> 0 END,
        CASE jsonb_typeof(field.value) WHEN 'object' THEN field.value -> 'lon' WHEN 'array' THEN field.value -> 1 END
      WHERE CASE jsonb_typeof(field.value) WHEN 'array' THEN jsonb_array_length(field.value) = 2 ELSE TRUE END
    ) AS place (lat, lon)), FALSE)`;
}

/** Rounded far below a millimetre, as a number too close to 0 for a float8 cannot be cast to one. */
function degrees(value: Sql): Sql {
  return sql`round((${value})::numeric, 15)::float8`;
}
