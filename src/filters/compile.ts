import { recordKey } from '../postgres/record-key.js';
import { type Sql, sql } from '../postgres/sql.js';
import {
  compileEqualities,
  contains,
  documentsOf,
  type Equality,
  holdsExactly,
  holdsOneOf,
  isEquality,
  isOneOf,
  MAX_DOCUMENTS,
  mergeEqualities,
  scalarText,
} from './compile-containment.js';
import { compileContains, compileMatches } from './compile-document.js';
import { rangesToEstimate } from './compile-estimate.js';
import { compileGeoBox, compileGeoRadius } from './compile-geo.js';
import { conjunction, joinConditions } from './compile-large.js';
import { existsAt, keysOf } from './compile-path.js';
import { compileEquals, compileRange, compileSize, compileText, compileTextBound, type NumberRange } from './compile-value.js';
import { compileWords } from './compile-words.js';
import { type Filter, not, or, type Scalar } from './filter.js';

/** What the condition is for. */
export interface CompileOptions {
  /** The table has a trigram index on the documents: conditions on them are written so that it can serve them. */
  readonly trigram?: boolean;
  /** Only the planner's estimate is wanted, which the condition is written for: it may be NULL, and no index on numbers serves it. */
  readonly estimate?: boolean;
}

type ListOfValues = Extract<Filter, { kind: 'hasExactly' }>;

const TRUE = sql`TRUE`;
const FALSE = sql`FALSE`;

/**
 * A condition on the columns `id`, `document`, `uri` and `metadata` of the record row `r`. It is TRUE or FALSE for every row,
 * never NULL: that is what makes `not` safe. Values and field names are parameters only; conditions that an index on the row's
 * table may serve stand bare, below `and` and `or` alone. What is too long for the planner is hidden from it (`compile-large.ts`).
 * @throws GatewayError `invalid filter` for too many conditions
 */
export function compile(filter: Filter, options: CompileOptions = {}): Sql {
  return conjunction(filter.kind === 'and' ? compileOperands(filter.operands, options) : [compilePart(filter, options)]);
}

function compilePart(filter: Filter, options: CompileOptions): Sql {
  switch (filter.kind) {
    case 'and':
      return compileAnd(filter.operands, options);
    case 'or':
      return compileOr(filter.operands, options);
    case 'not':
      return sql`NOT (${compilePart(filter.operand, options)})`;
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
    case 'words':
      return compileWords(filter.field, filter.op, filter.text);
    case 'id':
      return sql`r.id = ANY (${filter.values.map(recordKey)}::text[])`;
    case 'document':
      return compileDocument(filter, options.trigram ?? false);
  }
}

function compileDocument(filter: Extract<Filter, { kind: 'document' }>, trigram: boolean): Sql {
  return filter.op === 'contains' ? compileContains(filter.pattern, trigram) : compileMatches(filter.translated, trigram);
}

function compileAnd(operands: readonly Filter[], options: CompileOptions): Sql {
  const pieces = compileOperands(operands, options);
  return pieces.length === 0 ? TRUE : joinConditions(pieces, ' AND ');
}

/** What must hold, piece by piece. */
function compileOperands(operands: readonly Filter[], options: CompileOptions): readonly Sql[] {
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
  return [
    ...(merged === undefined ? [] : [merged]),
    ...compileRanges([...ranges.values()], options),
    ...joinNegations(others).map((operand) => compilePart(operand, options)),
  ];
}

/** Many that must not hold are one: alternatives of the same kind become one list. */
function joinNegations(operands: readonly Filter[]): readonly Filter[] {
  const negated = operands.flatMap((operand) => (operand.kind === 'not' ? [operand.operand] : []));
  if (negated.length <= MAX_DOCUMENTS) return operands;
  return [...operands.filter(({ kind }) => kind !== 'not'), not(or(...negated))];
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
  if (operands.length > MAX_DOCUMENTS) return compileMany(disjuncts(operands), options);
  const equalities = operands.filter((operand) => isEquality(operand));
  const others = operands.filter((operand) => !isEquality(operand)).map((operand) => compilePart(operand, options));
  const pieces = [...compileEqualities(equalities), ...others];
  return pieces.length === 0 ? FALSE : joinConditions(pieces, ' OR ');
}

/** Many alternatives: all that are of equality, alone or together, are few arrays, whatever their number. */
function compileMany(operands: readonly Filter[], options: CompileOptions): Sql {
  const documents: string[] = [];
  const others: Filter[] = [];
  const equalities: Equality[] = [];
  for (const operand of joinLists(operands)) {
    const together = operand.kind === 'and' ? documentsOf(conjuncts(operand.operands)) : undefined;
    if (isEquality(operand)) equalities.push(operand);
    else if (together === undefined) others.push(operand);
    else for (const document of together) documents.push(document);
  }
  const pieces = [
    ...(documents.length === 0 ? [] : [contains(documents)]),
    ...compileEqualities(equalities),
    ...others.map((operand) => compilePart(operand, options)),
  ];
  return pieces.length === 0 ? FALSE : joinConditions(pieces, ' OR ');
}

/** The operands, and those of every `or` among them. */
function disjuncts(operands: readonly Filter[]): readonly Filter[] {
  return operands.flatMap((operand) => (operand.kind === 'or' ? disjuncts(operand.operands) : [operand]));
}

/** Lists of the same field that hold one thing or another hold one of both. */
function joinLists(operands: readonly Filter[]): readonly Filter[] {
  const lists = new Map<string, ListOfValues & { readonly values: Scalar[] }>();
  const others: Filter[] = [];
  for (const operand of operands) {
    if (operand.kind !== 'hasExactly') {
      others.push(operand);
      continue;
    }
    const key = JSON.stringify(operand.field);
    const list = lists.get(key) ?? { kind: 'hasExactly', field: operand.field, values: [] };
    lists.set(key, list);
    for (const value of operand.values) list.values.push(value);
  }
  return [...others, ...lists.values()];
}

function compileContent(column: Sql, values: readonly string[] | null): Sql {
  return values === null ? sql`${column} IS NOT NULL` : sql`COALESCE(${column} = ANY (${values}::text[]), FALSE)`;
}
