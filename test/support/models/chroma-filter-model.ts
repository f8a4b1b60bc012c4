/**
 * Which records a filter of Chroma's language matches, by its documents: one record at a time. Small and slow; the gateway is held
 * to it. Only for filters that are well formed, and numbers that float64 tells apart.
 */

export type ModelScalar = string | number | boolean;

export interface ModelRecord {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: Readonly<Record<string, ModelScalar | readonly ModelScalar[]>>;
}

export interface ModelSelection {
  readonly ids?: readonly string[];
  readonly where?: Clause;
  readonly where_document?: Clause;
}

type Clause = Readonly<Record<string, unknown>>;

export function matches({ ids, where, where_document: text }: ModelSelection, record: ModelRecord): boolean {
  if (ids !== undefined && !ids.includes(record.id)) return false;
  return (where === undefined || meets(where, record)) && (text === undefined || meetsText(text, record.document));
}

function meets(where: Clause, record: ModelRecord): boolean {
  const [key, operand] = onlyEntry(where);
  if (key === '$and') return (operand as readonly Clause[]).every((clause) => meets(clause, record));
  if (key === '$or') return (operand as readonly Clause[]).some((clause) => meets(clause, record));
  const [operator, value] = typeof operand === 'object' ? onlyEntry(operand as Clause) : ['$eq', operand];
  if (key === '#id') return meetsId(record.id, operator, value);
  return meetsField(Object.hasOwn(record.metadata, key) ? record.metadata[key] : undefined, operator, value);
}

function meetsId(id: string, operator: string, operand: unknown): boolean {
  const isOne = (operand as readonly string[]).includes(id);
  return operator === '$in' ? isOne : !isOne;
}

/** `value` is undefined where the record lacks the key. */
function meetsField(value: unknown, operator: string, operand: unknown): boolean {
  switch (operator) {
    case '$eq':
      return value === operand;
    case '$ne':
      return value !== operand;
    case '$in':
      return (operand as readonly unknown[]).includes(value);
    case '$nin':
      return !(operand as readonly unknown[]).includes(value);
    case '$contains':
      return Array.isArray(value) && value.includes(operand);
    case '$not_contains':
      return !(Array.isArray(value) && value.includes(operand));
    default:
      return typeof value === 'number' && compares(value, operator, operand as number);
  }
}

function compares(value: number, operator: string, operand: number): boolean {
  switch (operator) {
    case '$gt':
      return value > operand;
    case '$gte':
      return value >= operand;
    case '$lt':
      return value < operand;
    case '$lte':
      return value <= operand;
    default:
      throw new Error(`no operator: ${operator}`);
  }
}

/** A record without a document contains nothing. */
function meetsText(where: Clause, document: string | null): boolean {
  const [key, operand] = onlyEntry(where);
  switch (key) {
    case '$and':
      return (operand as readonly Clause[]).every((clause) => meetsText(clause, document));
    case '$or':
      return (operand as readonly Clause[]).some((clause) => meetsText(clause, document));
    case '$contains':
      return document?.includes(operand as string) ?? false;
    case '$not_contains':
      return !(document?.includes(operand as string) ?? false);
    case '$regex':
      return document !== null && new RegExp(operand as string, 'v').test(document);
    case '$not_regex':
      return document === null || !new RegExp(operand as string, 'v').test(document);
    default:
      throw new Error(`no operator: ${key}`);
  }
}

function onlyEntry(clause: Clause): readonly [string, unknown] {
  const [entry] = Object.entries(clause);
  if (entry === undefined) throw new Error('no condition');
  return entry;
}
