import { GatewayError } from '../errors.js';
import { recordKey } from '../postgres/record-key.js';
import { join, sql, type Sql } from '../postgres/sql.js';
import { compileGeoBox, compileGeoRadius } from './compile-geo.js';
import { documentOf, existsAt, valueAt } from './compile-path.js';
import { compileCompare, compileEquals, compileSize, compileText } from './compile-value.js';
import type { FieldPath, Filter, Scalar } from './filter.js';
import { translateRegex } from './regex/translate.js';

/** More values than this are compared, not looked up in the index. */
const MAX_DOCUMENTS = 100;
const TRUE = sql`TRUE`;
const FALSE = sql`FALSE`;

/**
 * A condition on the columns `id`, `document` and `metadata` of the record row `r`. It is TRUE or FALSE for every row,
 * never NULL: that is what makes `not` safe. Values and field names are parameters only.
 * @throws GatewayError `invalid pattern` for a regular expression that is none
 */
export function compile(filter: Filter): Sql {
  switch (filter.kind) {
    case 'and':
      return compileAnd(filter.operands);
    case 'or':
      return compileOr(filter.operands);
    case 'not':
      return sql`NOT (${compile(filter.operand)})`;
    case 'exists':
      return existsAt(filter.field);
    case 'is':
      return isOneOf(filter.field, filter.values.map(scalarText));
    case 'has':
      return holdsOneOf(filter.field, filter.values.map(scalarText));
    case 'hasExactly':
      return compileHasExactly(filter.field, filter.values);
    case 'equals':
      return compileEquals(filter.field, filter.json);
    case 'compare':
      return compileCompare(filter.field, filter.op, filter.value);
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
      return filter.op === 'contains' ? compileContains(filter.pattern) : compileMatches(filter.pattern);
  }
}

function compileAnd(operands: readonly Filter[]): Sql {
  return operands.length === 0 ? TRUE : sql`(${join(operands.map(compile), ' AND ')})`;
}

function compileOr(operands: readonly Filter[]): Sql {
  if (operands.length === 0) return FALSE;
  const equalities = operands.filter((operand) => isEquality(operand));
  const others = operands.filter((operand) => !isEquality(operand)).map(compile);
  const pieces = [...compileEqualities(equalities), ...others];
  return pieces.length === 0 ? FALSE : sql`(${join(pieces, ' OR ')})`;
}

type Equality = Extract<Filter, { kind: 'is' | 'has' }>;

function isEquality(filter: Filter): filter is Equality {
  return filter.kind === 'is' || filter.kind === 'has';
}

/** Alternatives of one value each are one array: the statement's text, and its plan, stay the same for any number. */
function compileEqualities(operands: readonly Equality[]): readonly Sql[] {
  const groups = new Map<string, { readonly kind: Equality['kind']; readonly field: FieldPath; readonly values: string[] }>();
  for (const { kind, field, values } of operands) {
    const key = JSON.stringify([kind, field]);
    const group = groups.get(key) ?? { kind, field, values: [] };
    groups.set(key, group);
    for (const value of values) group.values.push(scalarText(value));
  }
  const all = [...groups.values()];
  const documents = all
    .filter(({ values }) => values.length <= MAX_DOCUMENTS)
    .flatMap(({ kind, field, values }) => values.map((value) => documentOf(field, kind === 'is' ? value : `[${value}]`)));
  const long = all.filter(({ values }) => values.length > MAX_DOCUMENTS);
  const pieces = long.map(({ kind, field, values }) => (kind === 'is' ? isOneOf(field, values) : holdsOneOf(field, values)));
  return documents.length === 0 ? pieces : [contains(documents), ...pieces];
}

/** jsonb equality means what containment of one scalar does, and a long list of values is hashed, once, instead of gone through per record. */
function isOneOf(field: FieldPath, values: readonly string[]): Sql {
  if (values.length <= MAX_DOCUMENTS) return contains(values.map((value) => documentOf(field, value)));
  return sql`COALESCE(${valueAt(field)} = ANY (${values}::text[]::jsonb[]), FALSE)`;
}

/** As above, for the elements of a list. */
function holdsOneOf(field: FieldPath, values: readonly string[]): Sql {
  if (values.length <= MAX_DOCUMENTS) return contains(values.map((value) => documentOf(field, `[${value}]`)));
  const list = valueAt(field);
  return sql`CASE WHEN jsonb_typeof(${list}) = 'array' THEN EXISTS (
      SELECT FROM jsonb_array_elements(${list}) AS e (element) WHERE e.element = ANY (${values}::text[]::jsonb[]))
    ELSE FALSE END`;
}

/**
 * The metadata contains one of the documents, which the index on it can find. jsonb compares numbers by value, and never a list
 * with a scalar.
 */
function contains(documents: readonly string[]): Sql {
  const [first] = documents;
  if (first === undefined) return FALSE;
  if (documents.length === 1) return sql`r.metadata @> ${first}::jsonb`;
  return sql`r.metadata @> ANY (${documents}::text[]::jsonb[])`;
}

/** jsonb keeps the scale of a number, so an integer's text has no point, and a float's always has one. */
function compileHasExactly(field: FieldPath, values: readonly Scalar[]): Sql {
  const texts = values.map(scalarText);
  const list = valueAt(field);
  return sql`CASE WHEN jsonb_typeof(${list}) = 'array' THEN EXISTS (
      SELECT FROM jsonb_array_elements(${list}) AS e (element)
      WHERE e.element::text = ANY (SELECT t::jsonb::text FROM unnest(${texts}::text[]) AS u (t)))
    ELSE FALSE END`;
}

function compileContent(column: Sql, values: readonly string[] | null): Sql {
  return values === null ? sql`${column} IS NOT NULL` : sql`COALESCE(${column} = ANY (${values}::text[]), FALSE)`;
}

function compileContains(text: string): Sql {
  // every text contains the empty one, so this is also: the record has a document
  return sql`COALESCE(strpos(r.document, ${text}::text) > 0, FALSE)`;
}

function compileMatches(pattern: string): Sql {
  const translated = translateRegex(pattern);
  if (translated.kind === 'error') {
    throw new GatewayError({ kind: 'invalid', subject: 'pattern', reason: translated.message });
  }
  return sql`COALESCE(r.document ~ ${translated.pattern}::text, FALSE)`;
}

function scalarText(value: Scalar | null): string {
  if (typeof value === 'object' && value !== null) return value.number;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
