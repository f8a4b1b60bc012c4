import type { Metric } from '../../collections/collection.js';
import { type Sql, sql } from '../../postgres/sql.js';

/**
 * Distances and scores of the vector row `v` for the query `q`, float8 expressions that hold float32 numbers. pgvector computes in
 * float32; where that overflows or vanishes, they are computed once more in 64 bits, and may be beyond float32. Never NaN or infinite.
 * Each expression evaluates pgvector's function once: it is most of an exact search's time.
 */

/** The largest float32. */
const MOST = sql`3.4028234663852886e38::float8`;
/** Half of the smallest float32: what is nearer to 0 is 0. */
const VANISHING = sql`7.1e-46::float8`;

const WIDE_PRODUCT = sql`(SELECT sum(c.v::float8 * c.q::float8) FROM unnest(v.embedding::real[], q.embedding::real[]) AS c (v, q))`;
const WIDE_SQUARE = sql`
  (SELECT sum(power(c.v::float8 - c.q::float8, 2)) FROM unnest(v.embedding::real[], q.embedding::real[]) AS c (v, q))`;
/** A zero vector has no angle to anything; its similarity counts as 0. */
const WIDE_SIMILARITY = sql`LEAST(1, GREATEST(-1, inner_product(l2_normalize(v.embedding), l2_normalize(q.embedding))))`;

const isOrdinary = (embedding: Sql): Sql => sql`inner_product(${embedding}, ${embedding}) BETWEEN 1e-30 AND 1e37`;
const ARE_ORDINARY = sql`${isOrdinary(sql`v.embedding`)} AND ${isOrdinary(sql`q.embedding`)}`;

/** The first, unless it is one of these values: then the second. */
function unless(value: Sql, suspects: readonly Sql[], otherwise: Sql): Sql {
  return sql`COALESCE(${suspects.reduce((rest, suspect) => sql`NULLIF(${rest}, ${suspect})`, value)}, ${otherwise})`;
}

const NOT_FINITE = [sql`'Infinity'::float8`, sql`'-Infinity'::float8`, sql`'NaN'::float8`];
// a length that vanishes makes a quotient of 1 or -1, one that overflows a quotient of 0
const SUSPICIOUS_SIMILARITIES = [sql`'NaN'::float8`, sql`0::float8`, sql`1::float8`, sql`-1::float8`];
const SUSPICIOUS_DISTANCES = [sql`'NaN'::float8`, sql`0::float8`, sql`1::float8`, sql`2::float8`];

/** The distances as pgvector computes them, in a third of the time: good for telling what is near from what is not, and for nothing else. */
export const ROUGH_DISTANCES: Readonly<Record<Metric, Sql>> = {
  l2: sql`vector_l2_squared_distance(v.embedding, q.embedding)`,
  ip: sql`(1 - inner_product(v.embedding, q.embedding))::real::float8`,
  cosine: sql`cosine_distance(v.embedding, q.embedding)`,
};

const SQUARE = unless(ROUGH_DISTANCES.l2, NOT_FINITE.slice(0, 1), WIDE_SQUARE);

/** The nearest first: squared distances, 1 less the inner product, 1 less the cosine similarity. */
export const DISTANCES: Readonly<Record<Metric, Sql>> = {
  l2: SQUARE,
  ip: unless(ROUGH_DISTANCES.ip, NOT_FINITE, sql`1 - ${WIDE_PRODUCT}`),
  cosine: sql`${unless(
    ROUGH_DISTANCES.cosine,
    SUSPICIOUS_DISTANCES,
    sql`CASE WHEN ${ARE_ORDINARY} THEN cosine_distance(v.embedding, q.embedding) ELSE 1 - ${WIDE_SIMILARITY} END`,
  )}::real::float8`,
};

/** What a record is ranked by: the squared distance, the inner product, the cosine similarity. */
export const SCORES: Readonly<Record<Metric, Sql>> = {
  l2: SQUARE,
  ip: unless(sql`inner_product(v.embedding, q.embedding)`, NOT_FINITE, WIDE_PRODUCT),
  cosine: sql`${unless(
    sql`1 - cosine_distance(v.embedding, q.embedding)`,
    SUSPICIOUS_SIMILARITIES,
    sql`CASE WHEN ${ARE_ORDINARY} THEN 1 - cosine_distance(v.embedding, q.embedding) ELSE ${WIDE_SIMILARITY} END`,
  )}::real::float8`,
};

/** The column as float32 where it has such a number, so that what is shown is what is compared; else as it is. */
export function rounded(column: Sql): Sql {
  return sql`CASE WHEN abs(${column}) > ${MOST} THEN ${column} WHEN abs(${column}) < ${VANISHING} THEN 0 ELSE ${column}::real::float8 END`;
}

/** The column as the nearest float32: what is beyond is the largest or the least. */
export function nearestFloat32(column: Sql): Sql {
  return sql`(CASE WHEN abs(${column}) < ${VANISHING} THEN 0 ELSE LEAST(${MOST}, GREATEST(-${MOST}, ${column})) END)::real`;
}

/** The column as float32: what is beyond is infinite. */
export function float32(column: Sql): Sql {
  return sql`(CASE WHEN abs(${column}) > ${MOST} THEN sign(${column}) * 'Infinity'::float8 ELSE ${column} END)::real`;
}
