import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { type ChromaError, unprocessable } from '../chroma-error.js';
import { MAX_U32 } from '../limits.js';
import { integerOf } from '../wire/serde.js';
import {
  fieldsOf,
  missingField,
  requireBoolean,
  requireF32,
  requireList,
  requireText,
  requireU32,
  requireVariant,
} from './expect.js';
import type { BinaryOperator, FoldOperator, Rank, UnaryOperator } from './rank.js';
import { membersAsSent } from './sent-json.js';

/** A sparse vector as it was sent. */
export interface SparseQuery {
  readonly indices: readonly number[];
  readonly values: readonly number[];
  readonly tokens: readonly string[] | null;
}

export interface DenseKnn {
  readonly query: Float32Array;
  readonly key: string;
  readonly limit: number;
}

export interface SparseKnn {
  readonly query: SparseQuery;
  readonly key: string;
  readonly limit: number;
}

export type Knn = DenseKnn | SparseKnn;

export function isDense(knn: Knn): knn is DenseKnn {
  return knn.query instanceof Float32Array;
}

/** An expression, and its searches in the order in which they are written. */
export interface ParsedRank {
  readonly rank: Rank;
  readonly knns: readonly Knn[];
  /** How many it has, searches and values included. */
  readonly operators: number;
}

const EMBEDDING_KEY = '#embedding';
const KNN_LIMIT = 16;
const KNN_FIELDS = ['query', 'key', 'limit', 'default', 'return_rank'] as const;
const SPARSE_FIELDS: ReadonlySet<string> = new Set(['#type', 'indices', 'values', 'tokens']);
const OPERATORS = ['$abs', '$div', '$exp', '$knn', '$log', '$max', '$min', '$mul', '$sub', '$sum', '$val'] as const;
type Operator = (typeof OPERATORS)[number];

/** @throws ChromaError 422 or 400 for what is no expression, with its place */
export function readRank(value: Json, path: string): ParsedRank {
  const knns: Knn[] = [];
  const rank = rankOf(value, path, knns);
  return { rank, knns, operators: operatorsOf(rank) };
}

function operatorsOf(rank: Rank): number {
  switch (rank.kind) {
    case 'knn':
    case 'value':
      return 1;
    case 'unary':
      return 1 + operatorsOf(rank.operand);
    case 'binary':
      return 1 + operatorsOf(rank.left) + operatorsOf(rank.right);
    case 'fold':
      return rank.operands.reduce((sum, operand) => sum + operatorsOf(operand), 1);
  }
}

function rankOf(value: Json, path: string, knns: Knn[]): Rank {
  const [name, operand] = requireVariant(value, path, OPERATORS);
  const operator = name as Operator;
  const inner = `${path}.${operator}`;
  switch (operator) {
    case '$knn':
      return knnOf(operand, inner, knns);
    case '$val':
      return { kind: 'value', value: requireF32(operand, inner) };
    case '$sum':
    case '$mul':
    case '$max':
    case '$min':
      return foldOf(operator, operand, inner, knns);
    case '$sub':
    case '$div':
      return binaryOf(operator, operand, inner, knns);
    case '$abs':
    case '$exp':
    case '$log':
      return unaryOf(operator, operand, inner, knns);
  }
}

function foldOf(operator: FoldOperator, operand: Json, path: string, knns: Knn[]): Rank {
  const operands = requireList(operand, path).map((item, index) => rankOf(item, `${path}[${String(index)}]`, knns));
  return { kind: 'fold', operator, operands };
}

function unaryOf(operator: UnaryOperator, operand: Json, path: string, knns: Knn[]): Rank {
  return { kind: 'unary', operator, operand: rankOf(operand, path, knns) };
}

function binaryOf(operator: BinaryOperator, operand: Json, path: string, knns: Knn[]): Rank {
  const sides = new Map<string, Rank>();
  for (const [side, value] of fieldsOf(operand, path, 'struct RankPair', ['left', 'right'])) {
    sides.set(side, rankOf(value, `${path}.${side}`, knns));
  }
  const [left, right] = [sides.get('left'), sides.get('right')];
  if (left === undefined) throw missingField(path, 'left');
  if (right === undefined) throw missingField(path, 'right');
  return { kind: 'binary', operator, left, right };
}

function knnOf(value: Json, path: string, knns: Knn[]): Rank {
  const knn: { query: Float32Array | SparseQuery | undefined; key: string; limit: number } = {
    query: undefined,
    key: EMBEDDING_KEY,
    limit: KNN_LIMIT,
  };
  let otherwise: number | null = null;
  let isPosition = false;
  for (const [field, item] of fieldsOf(value, path, 'struct variant RankExpr::Knn', KNN_FIELDS)) {
    const place = `${path}.${field}`;
    if (field === 'query') knn.query = queryOf(item, place);
    if (field === 'key') knn.key = requireText(item, place);
    if (field === 'limit') knn.limit = requireU32(item, place);
    if (field === 'default') otherwise = item === null ? null : requireF32(item, place);
    if (field === 'return_rank') isPosition = requireBoolean(item, place);
  }
  if (knn.query === undefined) throw missingField(path, 'query');
  knns.push({ query: knn.query, key: knn.key, limit: knn.limit } as Knn);
  return { kind: 'knn', knn: knns.length - 1, isPosition, default: otherwise };
}

function queryOf(value: Json, path: string): Float32Array | SparseQuery {
  const query = Array.isArray(value) ? numbersOf(value as readonly Json[]) : isJsonObject(value) ? sparseOf(value) : undefined;
  if (query === undefined) throw mismatch(path);
  return Array.isArray(query) ? new Float32Array(query) : (query as SparseQuery);
}

function sparseOf(object: JsonObject): SparseQuery | undefined {
  const names = membersAsSent(object).flatMap(([name]) => (SPARSE_FIELDS.has(name) ? [name] : []));
  if (new Set(names).size < names.length) return undefined;
  const type = object.get('#type');
  if (type !== undefined && type !== 'sparse_vector') return undefined;
  const indices = indicesOf(object.get('indices'));
  const sent = object.get('values');
  const values = Array.isArray(sent) ? numbersOf(sent as readonly Json[]) : undefined;
  const tokens = tokensOf(object.get('tokens') ?? null);
  if (indices === undefined || values === undefined || tokens === undefined) return undefined;
  return { indices, values, tokens };
}

function numbersOf(items: readonly Json[]): readonly number[] | undefined {
  return items.every((item) => item instanceof JsonNumber) ? items.map(({ text }) => Number(text)) : undefined;
}

function indicesOf(value: Json | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const integers = (value as readonly Json[]).map((item) => (item instanceof JsonNumber ? integerOf(item) : undefined));
  const fits = integers.every((integer) => integer !== undefined && integer >= 0n && integer <= BigInt(MAX_U32));
  return fits ? integers.map(Number) : undefined;
}

function tokensOf(value: Json): readonly string[] | null | undefined {
  if (value === null) return null;
  const tokens = Array.isArray(value) ? (value as readonly Json[]) : [null];
  return tokens.every((token) => typeof token === 'string') ? tokens : undefined;
}

function mismatch(path: string): ChromaError {
  return unprocessable(path, 'data did not match any variant of untagged enum QueryVector');
}
