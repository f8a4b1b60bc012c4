/**
 * Which records a filter of Pinecone's language matches, by its documents: one metadata object at a time. Small and slow; the
 * gateway is held to it. Only for filters that are well formed.
 */

export type ModelValue = string | number | boolean | readonly string[];
export type ModelMetadata = Readonly<Record<string, ModelValue>>;
export type ModelFilter = Readonly<Record<string, unknown>>;

type Scalar = string | number | boolean;

/** Several keys are all demanded. */
export function matches(filter: ModelFilter, metadata: ModelMetadata): boolean {
  return Object.entries(filter).every(([key, operand]) => matchesEntry(key, operand, metadata));
}

function matchesEntry(key: string, operand: unknown, metadata: ModelMetadata): boolean {
  switch (key) {
    case '$and':
      return (operand as readonly ModelFilter[]).every((filter) => matches(filter, metadata));
    case '$or':
      return (operand as readonly ModelFilter[]).some((filter) => matches(filter, metadata));
    case '$not':
      return !matches(operand as ModelFilter, metadata);
    default:
      return matchesField(Object.hasOwn(metadata, key) ? metadata[key] : undefined, operand);
  }
}

/** `value` is undefined where the record lacks the field. A scalar means equality, several operators are all demanded. */
function matchesField(value: ModelValue | undefined, condition: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return equals(value, condition as Scalar);
  return Object.entries(condition).every(([operator, operand]) => matchesOperator(value, operator, operand));
}

function matchesOperator(value: ModelValue | undefined, operator: string, operand: unknown): boolean {
  const isOneOf = (operands: readonly Scalar[]): boolean => operands.some((one) => equals(value, one));
  switch (operator) {
    case '$eq':
      return equals(value, operand as Scalar);
    case '$ne':
      return !equals(value, operand as Scalar);
    case '$in':
      return isOneOf(operand as readonly Scalar[]);
    case '$nin':
      return !isOneOf(operand as readonly Scalar[]);
    case '$gt':
      return typeof value === 'number' && value > (operand as number);
    case '$gte':
      return typeof value === 'number' && value >= (operand as number);
    case '$lt':
      return typeof value === 'number' && value < (operand as number);
    case '$lte':
      return typeof value === 'number' && value <= (operand as number);
    case '$exists':
      return (value !== undefined) === operand;
    case '$not':
      return !matchesField(value, operand);
    default:
      throw new Error(`no operator: ${operator}`);
  }
}

/** Of one type, and in float64; a list has each of its values. */
function equals(value: ModelValue | undefined, operand: Scalar): boolean {
  if (typeof value === 'object') return value.some((item) => item === operand);
  return value === operand;
}
