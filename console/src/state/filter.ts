import type { Condition, FilterInput } from '../../../src/console/api/contract/records.js';

export const EVERYTHING: FilterInput = { match: 'all', conditions: [] };

export const OPERATORS: Readonly<Record<Condition['op'], string>> = {
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  in: 'is one of',
  nin: 'is none of',
  contains: 'contains',
  not_contains: 'does not contain',
  exists: 'exists',
};

/** From the URL; everything for what is no filter. */
export function readFilter(text: string | null): FilterInput {
  if (text === null || text === '') return EVERYTHING;
  try {
    const read = JSON.parse(text) as Partial<FilterInput>;
    return Array.isArray(read.conditions)
      ? { match: read.match === 'any' ? 'any' : 'all', conditions: read.conditions }
      : EVERYTHING;
  } catch {
    return EVERYTHING;
  }
}

/** For the URL; null for everything. */
export function writeFilter(filter: FilterInput): string | null {
  return filter.conditions.length === 0 ? null : JSON.stringify(filter);
}

/** The filter as a request has it: absent for everything. */
export function filterPart(filter: FilterInput): { readonly filter?: FilterInput } {
  return filter.conditions.length === 0 ? {} : { filter };
}

export function withCondition(filter: FilterInput, condition: Condition): FilterInput {
  const text = JSON.stringify(condition);
  if (filter.conditions.some((other) => JSON.stringify(other) === text)) return filter;
  return { ...filter, conditions: [...filter.conditions, condition] };
}

export function withoutCondition(filter: FilterInput, index: number): FilterInput {
  return { ...filter, conditions: filter.conditions.filter((_, other) => other !== index) };
}

export function conditionText({ field, op, value }: Condition): string {
  const name = field ?? 'document';
  if (op === 'exists') return `${name} ${value === false ? 'is missing' : 'exists'}`;
  return `${name} ${OPERATORS[op]} ${JSON.stringify(value)}`;
}

/** What a person typed as a value: JSON where it is a number, a boolean or a quoted text; else the text itself. */
export function scalarOf(typed: string): string | number | boolean {
  const text = typed.trim();
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (text.startsWith('"') && text.endsWith('"') && text.length > 1) {
    try {
      return JSON.parse(text) as string;
    } catch {
      return typed;
    }
  }
  return typed;
}

/** The condition that a person typed. */
export function conditionOf(field: string | null, op: Condition['op'], typed: string): Condition {
  if (op === 'exists') return { field, op, value: typed !== 'false' };
  if (op === 'in' || op === 'nin') return { field, op, value: typed.split(',').map((part) => scalarOf(part.trim())) };
  if (field === null) return { field, op, value: typed };
  return { field, op, value: scalarOf(typed) };
}
