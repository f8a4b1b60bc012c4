import { and, type Comparison, type Filter } from '../../../filters/filter.js';

/**
 * Numbers compare as float64. What is stored may be an integer of 64 bits, which another protocol has written: from 2⁵³ on
 * several of those are one float64, so that a comparison with a number is one with the ends of the interval that rounds to it.
 */

const EXACT = 2 ** 53;

interface Interval {
  readonly lower: string;
  readonly upper: string;
  /** Whether the ends themselves round to the number: ties go to the even one. */
  readonly closed: boolean;
}

/** The shortest text of a float64. */
export function float64Text(number: number): string {
  return Object.is(number, -0) ? '0' : String(number);
}

/** Whether several integers are this float64. */
export function isLarge(number: number): boolean {
  return intervalOf(number) !== undefined;
}

/** The field's value is the number, which is a large one. */
export function equalsLarge(field: string, number: number): Filter {
  return and(comparesToNumber(field, '>=', number), comparesToNumber(field, '<=', number));
}

/** The field's value compares so to the number. */
export function comparesToNumber(field: string, operator: Comparison, number: number): Filter {
  const interval = intervalOf(number);
  if (interval === undefined) return compare(field, operator, float64Text(number));
  const { lower, upper, closed } = interval;
  switch (operator) {
    case '>=':
      return compare(field, closed ? '>=' : '>', lower);
    case '<':
      return compare(field, closed ? '<' : '<=', lower);
    case '<=':
      return compare(field, closed ? '<=' : '<', upper);
    case '>':
      return compare(field, closed ? '>' : '>=', upper);
  }
}

function compare(field: string, op: Comparison, number: string): Filter {
  return { kind: 'compare', field, op, value: { number } };
}

/** Undefined for numbers that only one integer rounds to. */
function intervalOf(number: number): Interval | undefined {
  const size = Math.abs(number);
  if (size < EXACT) return undefined;
  const bits = new BigUint64Array(new Float64Array([size]).buffer)[0] ?? 0n;
  const [below, above] = [fromBits(bits - 1n), fromBits(bits + 1n)];
  if (!Number.isFinite(above)) return undefined;
  const ends = [(BigInt(below) + BigInt(size)) / 2n, (BigInt(size) + BigInt(above)) / 2n].map((end) => (number < 0 ? -end : end));
  const [lower = 0n, upper = 0n] = number < 0 ? [...ends].reverse() : ends;
  return { lower: lower.toString(), upper: upper.toString(), closed: bits % 2n === 0n };
}

function fromBits(bits: bigint): number {
  return new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? Number.NaN;
}
