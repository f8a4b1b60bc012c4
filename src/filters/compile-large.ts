import { GatewayError } from '../errors.js';
import { join, type Sql, sql } from '../postgres/sql.js';

/** A condition of more values than this is hidden from the planner, which looks for an index for each part of what it sees. */
const MAX_PLANNED = 256;
/** Each value takes Postgres 3 to 8 KB while a statement is planned and run, so this is what bounds the memory of its process. */
const MAX_VALUES = 32_768;
/** Conditions that stand side by side. */
const MAX_TOGETHER = 500;
/** A query within the condition takes as much as so many values. */
const QUERY_VALUES = 20;

/**
 * Ends a statement that has run for half of its time, once it is planned: it fails here, with an error that means the filter, and not by the
 * statement timeout. The embedded engine has no such timeout of its own, only its process can be ended; it has its limit here.
 */
const IS_LATE = sql`clock_timestamp() > statement_timestamp() + 0.5 * COALESCE(
  NULLIF(current_setting('polyvec.statement_timeout', TRUE), ''), NULLIF(current_setting('statement_timeout'), '0'))::interval`;
/** There is no plainer way to raise an error in SQL. Nothing else causes this one, SQLSTATE 2201G. */
const ERROR = sql`width_bucket(0::float8, 0, 1, (clock_timestamp() < '-infinity')::integer) > 0`;

/**
 * The condition that all pieces hold. What is small stands bare, where an index may serve it; the rest is planned in a time and a
 * memory that grow with its length only, and is evaluated per record, until the statement's time is about to end.
 * @throws GatewayError `invalid filter` for more than a Postgres process should have to hold
 */
export function conjunction(pieces: readonly Sql[]): Sql {
  const planned: Sql[] = [];
  const hidden: Sql[] = [];
  let [plannedValues, values] = [0, 0];
  for (const piece of pieces) {
    const size = sizeOf(piece);
    values += size;
    const isPlanned = plannedValues + size <= MAX_PLANNED;
    if (isPlanned) plannedValues += size;
    (isPlanned ? planned : hidden).push(piece);
  }
  if (values > MAX_VALUES) throw new GatewayError({ kind: 'invalid', subject: 'filter', reason: 'it has too many conditions' });
  const all = hidden.length === 0 ? planned : [...planned, opaque(joinConditions(hidden, ' AND '))];
  return all.length === 0 ? sql`TRUE` : sql`(${join(all, ' AND ')})`;
}

/** The pieces as one condition. Postgres simplifies a list of alternatives in a time that grows with the square of its length. */
export function joinConditions(pieces: readonly Sql[], separator: ' AND ' | ' OR '): Sql {
  if (pieces.length <= MAX_TOGETHER) return sql`(${join(pieces, separator)})`;
  const parts: Sql[] = [];
  for (let first = 0; first < pieces.length; first += MAX_TOGETHER) {
    const some = join(pieces.slice(first, first + MAX_TOGETHER), separator);
    parts.push(sql`CASE WHEN ${some} THEN TRUE ELSE FALSE END`);
  }
  return sql`(${join(parts, separator)})`;
}

/** Planners do not look into a CASE. */
function opaque(condition: Sql): Sql {
  return sql`CASE WHEN ${IS_LATE} THEN ${ERROR} WHEN ${condition} THEN TRUE ELSE FALSE END`;
}

/** Depends on the shape of the condition alone: the values themselves never change the statement's text. */
function sizeOf({ strings, values }: Sql): number {
  const queries = strings.reduce((sum, text) => sum + text.split('SELECT').length - 1, 0);
  return values.length + queries * QUERY_VALUES;
}
