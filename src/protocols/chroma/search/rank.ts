/** An expression over the results of nearest-neighbour searches; lower scores are better. */
export type Rank =
  /** `knn` is the place of its results in the list that is evaluated. */
  | { readonly kind: 'knn'; readonly knn: number; readonly isPosition: boolean; readonly default: number | null }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'fold'; readonly operator: FoldOperator; readonly operands: readonly Rank[] }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Rank; readonly right: Rank }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Rank };

export type FoldOperator = '$sum' | '$mul' | '$max' | '$min';
export type BinaryOperator = '$sub' | '$div';
export type UnaryOperator = '$abs' | '$exp' | '$log';

/** A record that a search found. */
export interface Found {
  readonly id: string;
  /** An integer's text, in the order of first insert. */
  readonly number: string;
  /** Float32. */
  readonly distance: number;
}

/** A record with its score: float32, which may be infinite or NaN. */
export interface Scored {
  readonly id: string;
  readonly number: string;
  readonly score: number;
}

/** The scores of some records, by their numbers, and what stands for all others: a score or nothing. */
interface Domain {
  readonly scores: ReadonlyMap<string, number>;
  readonly default: number | null;
}

const LARGEST = 3.4028234663852886e38;

const FOLDS: Readonly<Record<FoldOperator, { readonly start: number; readonly combine: (a: number, b: number) => number }>> = {
  $sum: { start: 0, combine: (a, b) => a + b },
  $mul: { start: 1, combine: (a, b) => a * b },
  $max: { start: -LARGEST, combine: (a, b) => (Number.isNaN(b) ? a : Math.max(a, b)) },
  $min: { start: LARGEST, combine: (a, b) => (Number.isNaN(b) ? a : Math.min(a, b)) },
};

const BINARY: Readonly<Record<BinaryOperator, (a: number, b: number) => number>> = {
  $sub: (a, b) => a - b,
  $div: (a, b) => a / b,
};

const UNARY: Readonly<Record<UnaryOperator, (a: number) => number>> = { $abs: Math.abs, $exp: Math.exp, $log: Math.log };

/**
 * The records that have a score, best first, NaN last, equals in the order of first insert. `results`: what each `knn` found, nearest
 * first. Every operation is rounded to float32.
 */
export function evaluate(rank: Rank, results: readonly (readonly Found[])[]): readonly Scored[] {
  const ids = new Map<string, string>();
  for (const { number, id } of results.flat()) ids.set(number, id);
  const { scores } = domainOf(rank, results);
  const scored = [...scores].map(([number, score]) => ({ id: ids.get(number) ?? '', number, score }));
  return scored.sort(byScore);
}

/** Lowest first, -0 before 0, NaN last; equals in the order of first insert. */
export function byScore(a: Scored, b: Scored): number {
  return compareFloats(a.score, b.score) || compareNumbers(a.number, b.number);
}

function compareFloats(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a)) return 1;
  if (Number.isNaN(b)) return -1;
  if (a === b) return Object.is(a, -0) ? -1 : 1;
  return a < b ? -1 : 1;
}

function compareNumbers(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function domainOf(rank: Rank, results: readonly (readonly Found[])[]): Domain {
  switch (rank.kind) {
    case 'knn': {
      const found = results[rank.knn] ?? [];
      const scores = found.map(({ number, distance }, place) => [number, rank.isPosition ? place : distance] as const);
      return { scores: new Map(scores), default: rank.default };
    }
    case 'value':
      return { scores: new Map(), default: rank.value };
    case 'unary':
      return mapped(domainOf(rank.operand, results), UNARY[rank.operator]);
    case 'binary':
      return combined(domainOf(rank.left, results), domainOf(rank.right, results), BINARY[rank.operator]);
    case 'fold': {
      const { start, combine } = FOLDS[rank.operator];
      let domain: Domain = { scores: new Map(), default: start };
      for (const operand of rank.operands) domain = combined(domain, domainOf(operand, results), combine);
      return domain;
    }
  }
}

function mapped({ scores, default: other }: Domain, apply: (value: number) => number): Domain {
  return {
    scores: new Map([...scores].map(([number, score]) => [number, Math.fround(apply(score))])),
    default: other === null ? null : Math.fround(apply(other)),
  };
}

/** A record that a side neither lists nor has a default for has no score. */
function combined(left: Domain, right: Domain, combine: (a: number, b: number) => number): Domain {
  const scores = new Map<string, number>();
  for (const number of new Set([...left.scores.keys(), ...right.scores.keys()])) {
    const a = left.scores.get(number) ?? left.default;
    const b = right.scores.get(number) ?? right.default;
    if (a !== null && b !== null) scores.set(number, Math.fround(combine(a, b)));
  }
  const isTotal = left.default !== null && right.default !== null;
  return { scores, default: isTotal ? Math.fround(combine(left.default, right.default)) : null };
}
