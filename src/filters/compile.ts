import { recordKey } from '../postgres/record-key.js';
import { join, sql, type Sql } from '../postgres/sql.js';
import {
  compileEqualities,
  holdsExactly,
  holdsOneOf,
  isEquality,
  isOneOf,
  mergeEqualities,
  scalarText,
} from './compile-containment.js';
import { compileContains, compileMatches } from './compile-document.js';
import { rangesToEstimate } from './compile-estimate.js';
import { compileGeoBox, compileGeoRadius } from './compile-geo.js';
import { existsAt, keysOf } from './compile-path.js';
import { compileEquals, compileRange, compileSize, compileText, compileTextBound, type NumberRange } from './compile-value.js';
import type { Filter } from './filter.js';

/** What the condition is for. */
export interface CompileOptions {
  /** The table has a trigram index on the documents: conditions on them are written so that it can serve them. */
  readonly trigram?: boolean;
  /** Only the planner's estimate is wanted, which the condition is written for: it may be NULL, and no index on numbers serves it. */
  readonly estimate?: boolean;
}

const TRUE = sql`TRUE`;
const FALSE = sql`FALSE`;

/**
 * A condition on the columns `id`, `document`, `uri` and `metadata` of the record row `r`. It is TRUE or FALSE for every row,
 * never NULL: that is what makes `not` safe. Values and field names are parameters only; conditions that an index on the row's
 * table may serve stand bare, below `and` and `or` alone.
 */
export function compile(filter: Filter, options: CompileOptions = {}): Sql {
  switch (filter.kind) {
    case 'and':
      return compileAnd(filter.operands, options);
    case 'or':
      return compileOr(filter.operands, options);
    case 'not':
      return sql`NOT (${compile(filter.operand, options)})`;
    case 'exists':
      return existsAt(filter.field);
    case 'is':
      return isOneOf(filter.field, filter.values.map(scalarText));
    case 'has':
      return holdsOneOf(filter.field, filter.values.map(scalarText));
    case 'hasExactly':
      return (options.estimate === true ? holdsOneOf : holdsExactly)(filter.field, filter.values.map(scalarText));
    case 'equals':
      return compileEquals(filter.field, filter.json);
    case 'compare':
      if (typeof filter.value === 'string') return compileTextBound(filter.field, filter.op, filter.value);
      return compileAnd([filter], options);
    case 'text':
      return compileText(filter.field, filter.op, filter.text);
    case 'size':
      return compileSize(filter.field, filter.op, filter.value);
    case 'geo_box':
      return compileGeoBox(filter.field, filter.southWest, filter.northEast);
    case 'geo_radius':
      return compileGeoRadius(filter.field, filter.center, filter.metres);
    case 'content':
      return compileContent(filter.part === 'document' ? sql`r.document` : sql`r.uri`, filter.values);
    case 'id':
      return sql`r.id = ANY (${filter.values.map(recordKey)}::text[])`;
    case 'document':
      return filter.op === 'contains'
        ? compileContains(filter.pattern, options.trigram ?? false)
        : compileMatches(filter.translated, options.trigram ?? false);
  }
}

function compileAnd(operands: readonly Filter[], options: CompileOptions): Sql {
  const { merged, rest } = mergeEqualities(conjuncts(operands));
  const ranges = new Map<string, { field: NumberRange['field']; bounds: NumberRange['bounds'][number][] }>();
  const others: Filter[] = [];
  for (const operand of rest) {
    if (operand.kind !== 'compare' || typeof operand.value === 'string') {
      others.push(operand);
      continue;
    }
    const key = JSON.stringify(keysOf(operand.field));
    const range = ranges.get(key) ?? { field: operand.field, bounds: [] };
    ranges.set(key, range);
    range.bounds.push({ op: operand.op, number: operand.value.number });
  }
  const pieces = [
    ...(merged === undefined ? [] : [merged]),
    ...compileRanges([...ranges.values()], options),
    ...others.map((operand) => compile(operand, options)),
  ];
  return pieces.length === 0 ? TRUE : sql`(${join(pieces, ' AND ')})`;
}

function compileRanges(ranges: readonly NumberRange[], { estimate }: CompileOptions): readonly Sql[] {
  return estimate === true && ranges.length > 0 ? [rangesToEstimate(ranges)] : ranges.map(compileRange);
}

/** The operands, and those of every `and` among them. */
function conjuncts(operands: readonly Filter[]): readonly Filter[] {
  return operands.flatMap((operand) => (operand.kind === 'and' ? conjuncts(operand.operands) : [operand]));
}

function compileOr(operands: readonly Filter[], options: CompileOptions): Sql {
  if (operands.length === 0) return FALSE;
  const equalities = operands.filter((operand) => isEquality(operand));
  const others = operands.filter((operand) => !isEquality(operand)).map((operand) => compile(operand, options));
  const pieces = [...compileEqualities(equalities), ...others];
  return pieces.length === 0 ? FALSE : sql`(${join(pieces, ' OR ')})`;
}

function compileContent(column: Sql, values: readonly string[] | null): Sql {
  return values === null ? sql`${column} IS NOT NULL` : sql`COALESCE(${column} = ANY (${values}::text[]), FALSE)`;
}
