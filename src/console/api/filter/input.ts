import { isJsonObject, type Json, JsonNumber } from '../../../http/json.js';
import { listOf, objectOf } from '../bodies.js';
import { invalid } from '../console-error.js';
import type { Condition } from '../contract/records.js';

/** A value in a condition; a number as it was written. */
export type ConditionValue = string | boolean | JsonNumber;

/** A line of the filter builder, as it was sent. */
export interface SentCondition {
  /** A metadata field; null: the document. */
  readonly field: string | null;
  readonly op: Condition['op'];
  /** One, but for `in` and `nin`. */
  readonly values: readonly ConditionValue[];
}

export interface SentFilter {
  readonly match: 'all' | 'any';
  readonly conditions: readonly SentCondition[];
}

export const EVERYTHING: SentFilter = { match: 'all', conditions: [] };

const OPS: readonly Condition['op'][] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'contains', 'not_contains', 'exists'];
const MAX_CONDITIONS = 100;

/** @throws ConsoleError 400 that names the place of what is no filter */
export function readFilter(sent: Json | undefined): SentFilter {
  if (sent === undefined || sent === null) return EVERYTHING;
  const filter = objectOf(sent, 'filter');
  const match = filter.get('match') ?? 'all';
  if (match !== 'all' && match !== 'any') throw invalid('filter.match: must be all or any');
  const conditions = listOf(filter.get('conditions') ?? [], 'filter.conditions');
  if (conditions.length > MAX_CONDITIONS) throw invalid(`filter.conditions: are more than ${String(MAX_CONDITIONS)}`);
  return { match, conditions: conditions.map((item, index) => readCondition(item, `filter.conditions[${String(index)}]`)) };
}

function readCondition(sent: Json, path: string): SentCondition {
  if (!isJsonObject(sent)) throw invalid(`${path}: must be an object`);
  const field = sent.get('field') ?? null;
  if (field !== null && typeof field !== 'string') throw invalid(`${path}.field: must be a text or null`);
  const op = OPS.find((candidate) => candidate === sent.get('op'));
  if (op === undefined) throw invalid(`${path}.op: must be one of ${OPS.join(', ')}`);
  const value = sent.get('value');
  const isList = op === 'in' || op === 'nin';
  const given = isList ? listOf(value, `${path}.value`) : [value];
  if (given.length === 0) throw invalid(`${path}.value: must have at least one value`);
  const values = given.map((item) => valueOf(item, `${path}.value`));
  requireFit({ field, op, values }, path);
  return { field, op, values };
}

function valueOf(value: Json | undefined, path: string): ConditionValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof JsonNumber) return value;
  throw invalid(`${path}: must be a text, a number or a boolean`);
}

function requireFit({ field, op, values: [value] }: SentCondition, path: string): void {
  if (op === 'exists' && typeof value !== 'boolean') throw invalid(`${path}.value: must be true or false`);
  if (field !== null) return;
  if (op !== 'contains' && op !== 'not_contains') throw invalid(`${path}.op: must be contains or not_contains for the document`);
  if (typeof value !== 'string') throw invalid(`${path}.value: must be a text for the document`);
}
