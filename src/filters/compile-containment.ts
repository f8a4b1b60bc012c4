import { type Sql, sql } from '../postgres/sql.js';
import { documentOf, keysOf, valueAt } from './compile-path.js';
import type { FieldPath, Filter, Scalar } from './filter.js';

/** More values than this are compared, not looked up in the index. */
export const MAX_DOCUMENTS = 100;
/** More documents than this are looked up in the index all the same, but the planner is not to compare each with its statistics. */
const MAX_ESTIMATED_DOCUMENTS = 10_000;
/** Each record that no index has ruled out is held to every document, one after the other, until one fits. */
const MAX_COMBINATIONS = 4;
const FALSE = sql`FALSE`;

export type Equality = Extract<Filter, { kind: 'is' | 'has' }>;

export function isEquality(filter: Filter): filter is Equality {
  return filter.kind === 'is' || filter.kind === 'has';
}

/** Alternatives of one value each are one array: the statement's text, and its plan, stay the same for any number. */
export function compileEqualities(operands: readonly Equality[]): readonly Sql[] {
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
export function isOneOf(field: FieldPath, values: readonly string[]): Sql {
  if (values.length <= MAX_DOCUMENTS) return contains(values.map((value) => documentOf(field, value)));
  return sql`COALESCE(${valueAt(field)} = ANY (${values}::text[]::jsonb[]), FALSE)`;
}

/** As above, for the elements of a list. */
export function holdsOneOf(field: FieldPath, values: readonly string[]): Sql {
  if (values.length <= MAX_DOCUMENTS) return contains(values.map((value) => documentOf(field, `[${value}]`)));
  const list = valueAt(field);
  return sql`CASE WHEN jsonb_typeof(${list}) = 'array' THEN EXISTS (
      SELECT FROM jsonb_array_elements(${list}) AS e (element) WHERE e.element = ANY (${values}::text[]::jsonb[]))
    ELSE FALSE END`;
}

/**
 * jsonb keeps the scale of a number, so an integer's text has no point, and a float's always has one. What is the same text is also
 * contained, and that the index on the metadata can find.
 */
export function holdsExactly(field: FieldPath, values: readonly string[]): Sql {
  const list = valueAt(field);
  const exact = sql`CASE WHEN jsonb_typeof(${list}) = 'array' THEN EXISTS (
      SELECT FROM jsonb_array_elements(${list}) AS e (element)
      WHERE e.element::text = ANY (SELECT t::jsonb::text FROM unnest(${values}::text[]) AS u (t)))
    ELSE FALSE END`;
  return values.length > MAX_DOCUMENTS ? exact : sql`(${holdsOneOf(field, values)} AND ${exact})`;
}

/**
 * The metadata contains one of the documents, which the index on it can find. jsonb compares numbers by value, and never a list
 * with a scalar.
 */
export function contains(documents: readonly string[]): Sql {
  const [first] = documents;
  if (first === undefined) return FALSE;
  if (documents.length === 1) return sql`r.metadata @> ${first}::jsonb`;
  if (documents.length > MAX_ESTIMATED_DOCUMENTS) {
    return sql`r.metadata @> ANY ((SELECT ${documents}::text[]::jsonb[])::jsonb[])`;
  }
  return sql`r.metadata @> ANY (${documents}::text[]::jsonb[])`;
}

export function scalarText(value: Scalar | null): string {
  if (typeof value === 'object' && value !== null) return value.number;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** A field, and the JSON text of what it is, or of what the list there holds. */
interface Part {
  readonly kind: Equality['kind'];
  readonly keys: readonly string[];
  readonly value: string;
}

/** A document under construction: keys with what stands there, an object, a scalar, or elements of a list. */
type Tree = Map<string, Tree | string | readonly string[]>;

/**
 * Conditions of equality, all of which must hold, as one look-up: the planner then knows how often they do so together, and
 * the index intersects them itself. `merged` is undefined when there are none, `rest` is what is no such condition, or cannot
 * stand in the same document, such as a second value for a key.
 */
export function mergeEqualities(operands: readonly Filter[]): {
  readonly merged: Sql | undefined;
  readonly rest: readonly Filter[];
} {
  const { documents, rest } = mergeDocuments(operands);
  return { merged: documents.length === 0 ? undefined : contains(documents), rest };
}

/** The documents one of which the metadata contains when all operands hold, and only then; undefined where that takes more. */
export function documentsOf(operands: readonly Filter[]): readonly string[] | undefined {
  const { documents, rest } = mergeDocuments(operands);
  return documents.length > 0 && rest.length === 0 ? documents : undefined;
}

function mergeDocuments(operands: readonly Filter[]): {
  readonly documents: readonly string[];
  readonly rest: readonly Filter[];
} {
  const rest: Filter[] = [];
  let documents: readonly Tree[] = [new Map()];
  for (const operand of operands) {
    const parts = alternatives(operand) ?? [];
    const fits = documents.every((tree) => parts.every((part) => hasPlace(tree, part)));
    if (parts.length === 0 || !fits || documents.length * parts.length > MAX_COMBINATIONS) rest.push(operand);
    else documents = combine(documents, parts);
  }
  const isEmpty = documents.every((tree) => tree.size === 0);
  return { documents: isEmpty ? [] : documents.map(treeText), rest };
}

/** What the operand's words come down to when they are a choice among few values; undefined when they are something else. */
function alternatives(operand: Filter): readonly Part[] | undefined {
  if (operand.kind === 'or') {
    const choices = operand.operands.map(alternatives);
    const parts = choices.flatMap((choice) => choice ?? []);
    return choices.includes(undefined) || parts.length > MAX_COMBINATIONS ? undefined : parts;
  }
  if (!isEquality(operand) || operand.values.length === 0 || operand.values.length > MAX_COMBINATIONS) return undefined;
  const { kind } = operand;
  const keys = keysOf(operand.field);
  return keys.length === 0 ? undefined : operand.values.map((value) => ({ kind, keys, value: scalarText(value) }));
}

function combine(documents: readonly Tree[], parts: readonly Part[]): readonly Tree[] {
  const [only] = parts;
  // many conditions of one value each: no copies of a document that grows
  if (only !== undefined && parts.length === 1) {
    for (const tree of documents) put(tree, only);
    return documents;
  }
  return documents.flatMap((tree) =>
    parts.map((part) => {
      const copy = copyOf(tree);
      put(copy, part);
      return copy;
    }),
  );
}

/** Whether the tree can hold the part beside what it holds: elements of a list go together, two values do not. */
function hasPlace(tree: Tree, { kind, keys, value }: Part): boolean {
  const [key = '', ...inner] = keys;
  const there = tree.get(key);
  if (there === undefined) return true;
  if (there instanceof Map) return inner.length > 0 && hasPlace(there, { kind, keys: inner, value });
  if (inner.length > 0) return false;
  return typeof there === 'string' ? kind === 'is' && there === value : kind === 'has';
}

function put(tree: Tree, { kind, keys, value }: Part): void {
  const [key = '', ...inner] = keys;
  const there = tree.get(key);
  if (inner.length > 0) {
    const created: Tree = new Map();
    const branch = there instanceof Map ? there : created;
    tree.set(key, branch);
    put(branch, { kind, keys: inner, value });
  } else if (kind === 'is') {
    tree.set(key, value);
  } else {
    tree.set(key, [...(Array.isArray(there) ? (there as readonly string[]) : []), value]);
  }
}

function copyOf(tree: Tree): Tree {
  return new Map([...tree].map(([key, value]) => [key, value instanceof Map ? copyOf(value) : value]));
}

function treeText(tree: Tree): string {
  const entries = [...tree].map(([key, value]) => `${JSON.stringify(key)}:${valueText(value)}`);
  return `{${entries.join(',')}}`;
}

function valueText(value: Tree | string | readonly string[]): string {
  if (typeof value === 'string') return value;
  return value instanceof Map ? treeText(value) : `[${value.join(',')}]`;
}
