import { MAX_I64, MIN_I64 } from '../limits.js';

const SMALL_INTEGER = /^(?:0|-?[1-9]\d{0,17})$/;
/** Few enough digits that the double's shortest text has the same ones. */
const PLAIN_FLOAT = /^-?(?:0|[1-9]\d{0,6})\.\d{0,6}[1-9]$/;

/**
 * What a JSON number means to Chroma: an integer when it has neither point nor exponent and fits into 64 bits, else a double.
 * The text is the one to store: integers as they are; doubles as the shortest decimal that reads as the same double, without
 * an exponent (jsonb would turn `1e3` into an integer) and always with a point.
 */
export function canonicalNumber(source: string): { readonly text: string; readonly type: 'int' | 'float' } {
  if (isInteger(source)) return { text: source, type: 'int' };
  if (PLAIN_FLOAT.test(source) && source !== '-0.0') return { text: source, type: 'float' };
  return { text: floatText(Number(source)), type: 'float' };
}

/** Whether the text is an integer that fits into 64 bits. */
export function isInteger(source: string): boolean {
  if (SMALL_INTEGER.test(source)) return true;
  // -0 is a double in JSON readers that know two kinds of numbers
  if (!/^-?\d+$/.test(source) || source === '-0') return false;
  const value = BigInt(source);
  return value >= MIN_I64 && value <= MAX_I64;
}

/** The shortest decimal that reads as the same float32, of a finite one. */
export function float32Text(value: number): string {
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits += 1;
  const text = String(Number(value.toPrecision(digits)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function floatText(value: number): string {
  if (value === 0) return '0.0';
  const text = String(Math.abs(value));
  const [mantissa = '', exponentText] = text.split('e');
  const sign = value < 0 ? '-' : '';
  if (exponentText === undefined) return sign + (mantissa.includes('.') ? mantissa : `${mantissa}.0`);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction}${'0'.repeat(exponent - fraction.length)}.0`;
}
