/**
 * What a Chroma collection is by its documents: a list of records in the order of their first insert. Small and slow; the
 * stores are held to it. Numbers are JSON tokens, because `1` and `1.0` are two things.
 */

/** An integer is a bigint, a float a number: they differ in type, and compare by value. */
export type ModelScalar = string | boolean | bigint | number;
export type ModelValue = ModelScalar | readonly ModelScalar[];

export interface ModelRecord {
  readonly id: string;
  readonly embedding: readonly number[];
  readonly document: string | null;
  readonly uri: string | null;
  readonly metadata: ReadonlyMap<string, ModelValue> | null;
}

/** One record of a request; null: not given. A null or empty value in the metadata removes its key. */
export interface ModelWrite {
  readonly id: string;
  readonly embedding: readonly number[] | null;
  readonly document: string | null;
  readonly uri: string | null;
  readonly metadata: ReadonlyMap<string, ModelValue | null> | null;
}

export type ModelWhere =
  | { readonly kind: '$and' | '$or'; readonly operands: readonly ModelWhere[] }
  | { readonly kind: 'field'; readonly key: string; readonly op: FieldOp; readonly operands: readonly ModelScalar[] }
  | { readonly kind: 'id'; readonly op: '$eq' | '$ne' | '$in' | '$nin'; readonly operands: readonly string[] }
  | { readonly kind: 'document'; readonly op: DocumentOp; readonly text: string; readonly pattern: RegExp };
export type FieldOp = '$eq' | '$ne' | '$in' | '$nin' | '$gt' | '$gte' | '$lt' | '$lte' | '$contains' | '$not_contains';
export type DocumentOp = '$contains' | '$not_contains' | '$regex' | '$not_regex';

export interface ModelConditions {
  readonly ids: readonly string[] | null;
  /** `where` and `where_document`, as far as they are given. */
  readonly filters: readonly ModelWhere[];
}

export type ModelSpace = 'l2' | 'ip' | 'cosine';
export type WriteKind = 'add' | 'update' | 'upsert';

/** By the token's text: without a point and an exponent, and within 64 bits, it is an integer. */
export function scalarOfToken(token: string): bigint | number {
  const isInteger = /^-?\d+$/.test(token) && BigInt.asIntN(64, BigInt(token)) === BigInt(token);
  // there is no negative zero in answers
  return isInteger ? BigInt(token) : Number(token) + 0;
}

export class ModelCollection {
  dimension: number | null = null;
  private readonly records = new Map<string, ModelRecord>();

  constructor(readonly space: ModelSpace) {}

  get count(): number {
    return this.records.size;
  }

  /** The status of the answer; nothing changes unless it is 2xx. */
  write(kind: WriteKind, writes: readonly ModelWrite[]): number {
    if (kind === 'add' && writes.some(({ metadata }) => [...(metadata?.values() ?? [])].includes(null))) return 422;
    const [dimension = this.dimension, ...others] = new Set(writes.flatMap(({ embedding }) => embedding?.length ?? []));
    if (others.length > 0 || (this.dimension !== null && dimension !== this.dimension)) return 400;
    this.dimension = dimension;
    for (const write of writes) {
      const before = this.records.get(write.id);
      if (before !== undefined && kind !== 'add') this.records.set(write.id, merged(before, write));
      if (before === undefined && kind !== 'update') this.records.set(write.id, merged(blank(write.id), write));
    }
    return kind === 'add' ? 201 : 200;
  }

  get(conditions: ModelConditions, offset = 0, limit = Infinity): readonly ModelRecord[] {
    const chosen = [...this.records.values()].filter(
      (record) =>
        (conditions.ids?.includes(record.id) ?? true) && conditions.filters.every((filter) => modelMatches(filter, record)),
    );
    return chosen.slice(offset, offset + limit);
  }

  /** How many were deleted, or the status of a refusal. */
  delete(conditions: ModelConditions, limit: number | null): { readonly deleted: number } | { readonly status: 400 } {
    const isFiltered = conditions.filters.length > 0;
    if (!isFiltered && (conditions.ids?.length === 0 || limit !== null)) return { status: 400 };
    if (!isFiltered && conditions.ids === null) return { deleted: 0 };
    const doomed = this.get(conditions, 0, limit ?? Infinity);
    for (const { id } of doomed) this.records.delete(id);
    return { deleted: doomed.length };
  }

  /** Nearest first, equals in the order of first insert. */
  query(vector: readonly number[], conditions: ModelConditions): readonly (readonly [ModelRecord, distance: number])[] {
    return this.get(conditions)
      .map((record) => [record, distance(this.space, vector, record.embedding)] as const)
      .sort(([, left], [, right]) => left - right);
  }
}

function blank(id: string): ModelRecord {
  return { id, embedding: [], document: null, uri: null, metadata: null };
}

function merged(before: ModelRecord, write: ModelWrite): ModelRecord {
  const metadata = new Map(before.metadata);
  for (const [key, value] of write.metadata ?? []) {
    if (value === null || (typeof value === 'object' && value.length === 0)) metadata.delete(key);
    else metadata.set(key, value);
  }
  return {
    id: before.id,
    embedding: write.embedding ?? before.embedding,
    document: write.document ?? before.document,
    uri: write.uri ?? before.uri,
    metadata: metadata.size === 0 ? null : metadata,
  };
}

/** A float32. */
function distance(space: ModelSpace, left: readonly number[], right: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const differences = left.map((x, index) => x - (right[index] ?? 0));
  const norms = Math.sqrt(dot(left, left) * dot(right, right));
  if (space === 'l2') return Math.fround(dot(differences, differences));
  if (space === 'ip') return Math.fround(1 - dot(left, right));
  return norms === 0 ? 1 : Math.fround(1 - Math.max(-1, Math.min(1, dot(left, right) / norms)));
}

export function modelMatches(where: ModelWhere, record: ModelRecord): boolean {
  switch (where.kind) {
    case '$and':
      return where.operands.every((operand) => modelMatches(operand, record));
    case '$or':
      return where.operands.some((operand) => modelMatches(operand, record));
    case 'id':
      return where.operands.includes(record.id) === (where.op === '$eq' || where.op === '$in');
    case 'document':
      return documentMatches(where, record.document);
    case 'field':
      return fieldMatches(where.op, record.metadata?.get(where.key), where.operands);
  }
}

function documentMatches(where: Extract<ModelWhere, { kind: 'document' }>, document: string | null): boolean {
  const isNegated = where.op.startsWith('$not_');
  const isFound = where.op.endsWith('contains') ? document?.includes(where.text) : where.pattern.test(document ?? '');
  return (document !== null && isFound === true) !== isNegated;
}

function fieldMatches(op: FieldOp, value: ModelValue | undefined, operands: readonly ModelScalar[]): boolean {
  const operand = operands[0] ?? 0;
  const compares = isNumber(value) && isNumber(operand);
  switch (op) {
    case '$eq':
    case '$in':
      return operands.some((item) => isEqual(value, item));
    case '$ne':
    case '$nin':
      return !operands.some((item) => isEqual(value, item));
    case '$contains':
      return typeof value === 'object' && value.includes(operand);
    case '$not_contains':
      return !(typeof value === 'object' && value.includes(operand));
    case '$gt':
      return compares && value > operand;
    case '$gte':
      return compares && value >= operand;
    case '$lt':
      return compares && value < operand;
    case '$lte':
      return compares && value <= operand;
  }
}

function isNumber(value: unknown): value is bigint | number {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Numbers are equal when their values are, whatever their types; a list equals nothing. */
function isEqual(value: ModelValue | undefined, operand: ModelScalar): boolean {
  return isNumber(value) && isNumber(operand) ? value == operand : value === operand;
}
