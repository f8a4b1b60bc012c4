import type { FieldPath, Filter, Group, Scalar } from './filter.js';

/** How large a filter is, as its client wrote it. */
export interface FilterSize {
  readonly predicates: number;
  /** 1 for a single condition. */
  readonly depth: number;
  /** Of the condition that has most. */
  readonly values: number;
  /** Fields and values, in UTF-8. */
  readonly bytes: number;
  /** UTF-16 units of the longest regular expression. */
  readonly regexCharacters: number;
}

const NOTHING: FilterSize = { predicates: 0, depth: 0, values: 0, bytes: 0, regexCharacters: 0 };

/** Counts what a filter is made of. */
export function measureFilter(filter: Filter): FilterSize {
  if (filter.kind === 'not') {
    const size = measureFilter(filter.operand);
    return isGroup(filter.operand) ? { ...size, depth: size.depth + 1 } : size;
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') return sizeOfLeaf(filter);
  const sizes = filter.operands.map(measureFilter);
  return filter.isOneCondition === true ? sizes.reduce(larger, { ...NOTHING, predicates: 1, depth: 1 }) : sizeOfGroup(sizes);
}

/** Whether a `not` of it is one level more, instead of a condition's opposite. */
function isGroup(filter: Filter): boolean {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.isOneCondition !== true;
  return filter.kind === 'not';
}

function sizeOfGroup(sizes: readonly FilterSize[]): FilterSize {
  const { depth, values, regexCharacters } = sizes.reduce(larger, NOTHING);
  const predicates = sizes.reduce((sum, size) => sum + size.predicates, 0);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  return { predicates, depth: depth + 1, values, bytes, regexCharacters };
}

/** The parts of one condition say the same several times. */
function larger(left: FilterSize, right: FilterSize): FilterSize {
  return {
    predicates: left.predicates,
    depth: Math.max(left.depth, right.depth),
    values: Math.max(left.values, right.values),
    bytes: Math.max(left.bytes, right.bytes),
    regexCharacters: Math.max(left.regexCharacters, right.regexCharacters),
  };
}

type Leaf = Exclude<Filter, Group | { kind: 'not' }>;

function sizeOfLeaf(leaf: Leaf): FilterSize {
  const texts = valuesOf(leaf);
  const bytes = texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    'field' in leaf && leaf.field !== null ? bytesOfPath(leaf.field) : 0,
  );
  const regexCharacters = leaf.kind === 'document' && leaf.op === 'matches' ? leaf.pattern.length : 0;
  return { predicates: 1, depth: 1, values: texts.length, bytes, regexCharacters };
}

/** The texts of what is compared with. Places on earth are as good as none. */
function valuesOf(leaf: Leaf): readonly string[] {
  switch (leaf.kind) {
    case 'is':
    case 'has':
    case 'hasExactly':
      return leaf.values.map(textOf);
    case 'compare':
    case 'size':
      return [textOf(leaf.value)];
    case 'equals':
      return [leaf.json];
    case 'text':
    case 'words':
      return [leaf.text];
    case 'id':
      return leaf.values;
    case 'content':
      return leaf.values ?? [];
    case 'document':
      return [leaf.pattern];
    case 'exists':
    case 'geo_box':
    case 'geo_radius':
      return [];
  }
}

function textOf(value: Scalar | null): string {
  return typeof value === 'object' && value !== null ? value.number : String(value);
}

function bytesOfPath(field: FieldPath): number {
  return typeof field === 'string' ? Buffer.byteLength(field) : field.reduce((sum, key) => sum + Buffer.byteLength(key), 0);
}
