import fc from 'fast-check';
import { byEffort, SEED } from '../../../../test/support/setup/effort.js';
import { evaluate, type Found, type Rank } from './rank.js';

const RECORDS = ['1', '2', '9', '10', '11'];

const number = fc.constantFrom(0, -0, 1, -1, 0.5, 3, 1e30, -7.25).map(Math.fround);
const results = fc.array(fc.array(fc.tuple(fc.constantFrom(...RECORDS), number)), { minLength: 2, maxLength: 2 });
const { rank } = fc.letrec<{ rank: Rank }>((tie) => ({
  rank: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('knn' as const),
      knn: fc.constantFrom(0, 1),
      isPosition: fc.boolean(),
      default: fc.option(number),
    }),
    fc.record({ kind: fc.constant('value' as const), value: number }),
    fc.record({
      kind: fc.constant('fold' as const),
      operator: fc.constantFrom('$sum' as const, '$mul' as const, '$max' as const, '$min' as const),
      operands: fc.array(tie('rank'), { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom('$sub' as const, '$div' as const),
      left: tie('rank'),
      right: tie('rank'),
    }),
    fc.record({
      kind: fc.constant('unary' as const),
      operator: fc.constantFrom('$abs' as const, '$exp' as const, '$log' as const),
      operand: tie('rank'),
    }),
  ),
}));

/** What one record has at a node: a value, whether the node lists it, and whether the node has a value for any record. */
interface Seen {
  readonly value: number | undefined;
  readonly isListed: boolean;
  readonly isTotal: boolean;
}

const APPLY: Readonly<Record<string, (a: number, b: number) => number>> = {
  $sum: (a, b) => a + b,
  $mul: (a, b) => a * b,
  $sub: (a, b) => a - b,
  $div: (a, b) => a / b,
  $max: (a, b) => (Number.isNaN(b) ? a : Math.max(a, b)),
  $min: (a, b) => (Number.isNaN(b) ? a : Math.min(a, b)),
  $abs: (a) => Math.abs(a),
  $exp: (a) => Math.exp(a),
  $log: (a) => Math.log(a),
};
const LARGEST = Math.fround(3.4028235e38);
const STARTS: Readonly<Record<string, number>> = { $sum: 0, $mul: 1, $max: -LARGEST, $min: LARGEST };

function both(operator: string, a: Seen, b: Seen): Seen {
  const isKnown = a.value !== undefined && b.value !== undefined;
  const value = isKnown ? Math.fround(APPLY[operator]?.(a.value, b.value) ?? 0) : undefined;
  return { value, isListed: isKnown && (a.isListed || b.isListed), isTotal: a.isTotal && b.isTotal };
}

function seen(node: Rank, record: string, found: readonly (readonly Found[])[]): Seen {
  const constant = (value: number): Seen => ({ value, isListed: false, isTotal: true });
  switch (node.kind) {
    case 'knn': {
      const place = found[node.knn]?.findIndex((item) => item.number === record) ?? -1;
      const distance = found[node.knn]?.[place]?.distance;
      const own = node.isPosition && place >= 0 ? place : distance;
      return { value: own ?? node.default ?? undefined, isListed: place >= 0, isTotal: node.default !== null };
    }
    case 'value':
      return constant(node.value);
    case 'unary':
      return both(node.operator, seen(node.operand, record, found), constant(0));
    case 'binary':
      return both(node.operator, seen(node.left, record, found), seen(node.right, record, found));
    case 'fold':
      return node.operands.reduce<Seen>(
        (all, operand) => both(node.operator, all, seen(operand, record, found)),
        constant(STARTS[node.operator] ?? 0),
      );
  }
}

/** Distinct records, nearest first. */
function foundOf(pairs: readonly (readonly [string, number])[]): readonly Found[] {
  return [...new Map(pairs)].map(([record, distance]) => ({ id: `id${record}`, number: record, distance }));
}

describe('an expression', () => {
  it('gives every record the score that it has by itself', () => {
    fc.assert(
      fc.property(rank, results, (expression, lists) => {
        const found = lists.map(foundOf);
        const expected = RECORDS.map((record) => ({ record, ...seen(expression, record, found) })).filter(
          ({ isListed }) => isListed,
        );
        const scores = new Map(evaluate(expression, found).map(({ number: record, score }) => [record, score]));
        expect(scores).toEqual(new Map(expected.map(({ record, value }) => [record, value])));
      }),
      { seed: SEED, numRuns: byEffort({ quick: 500, full: 10_000 }) },
    );
  });

  it('orders scores with -0 before 0, NaN last, and equals by insertion', () => {
    const distances = [NaN, 1, 0, -0, 1, -Infinity, Infinity];
    const found = distances.map((distance, place) => ({ id: String(place), number: String(20 - 3 * place), distance }));
    const expression: Rank = { kind: 'knn', knn: 0, isPosition: false, default: null };
    expect(evaluate(expression, [found]).map(({ id }) => id)).toEqual(['5', '3', '2', '4', '1', '6', '0']);
  });
});
