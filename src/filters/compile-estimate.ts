import { type Sql, sql } from '../postgres/sql.js';
import { keysOf } from './compile-path.js';
import type { NumberRange } from './compile-value.js';

/**
 * Number ranges that hold together, in a form for which a planner can estimate how many records are in them: of a JSON path it tries out whether the records
 * of its sample match, whatever the key. Not for reading records: it is NULL where a record has something else than a number.
 */
export function rangesToEstimate(ranges: readonly NumberRange[]): Sql {
  const bounds = ranges.flatMap((range) => range.bounds.map(({ op, number }) => `${pathTo(range)} ${op} ${number}`));
  // the lax mode would look into lists
  return sql`r.metadata @@ ${`strict (${bounds.join(' && ')})`}::jsonpath`;
}

function pathTo({ field }: NumberRange): string {
  return ['$', ...keysOf(field).map((key) => JSON.stringify(key))].join('.');
}
