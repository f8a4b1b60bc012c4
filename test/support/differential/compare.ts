import { isJsonObject, type Json, JsonNumber, type JsonObject, stringifyJson } from '../../../src/http/json.js';

/** One place where two answers differ; `undefined` where one of them has nothing. */
export interface Difference {
  /** Such as `body.metadatas[0].year`. */
  readonly path: string;
  readonly reference: Json | undefined;
  readonly candidate: Json | undefined;
}

/** Distances are equal within this much, absolute or relative to their size. */
export const DISTANCE_TOLERANCE = 1e-5;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Every place where two JSON values differ. Numbers are equal when type (int64 or float64) and value are. */
export function differences(path: string, reference: Json | undefined, candidate: Json | undefined): readonly Difference[] {
  if (reference instanceof JsonNumber && candidate instanceof JsonNumber) {
    return sameNumber(path, reference, candidate) ? [] : [{ path, reference, candidate }];
  }
  if (Array.isArray(reference) && Array.isArray(candidate)) {
    return arrayDifferences(path, reference as readonly Json[], candidate as readonly Json[]);
  }
  if (isJsonObject(reference) && isJsonObject(candidate)) return objectDifferences(path, reference, candidate);
  return reference === candidate ? [] : [{ path, reference, candidate }];
}

function arrayDifferences(path: string, reference: readonly Json[], candidate: readonly Json[]): readonly Difference[] {
  if (reference.length !== candidate.length) return [{ path, reference, candidate }];
  return reference.flatMap((item, index) => differences(`${path}[${String(index)}]`, item, candidate[index]));
}

function objectDifferences(path: string, reference: JsonObject, candidate: JsonObject): readonly Difference[] {
  const keys = new Set([...reference.keys(), ...candidate.keys()]);
  return [...keys].sort().flatMap((key) => differences(`${path}.${key}`, reference.get(key), candidate.get(key)));
}

/** Whether a number is an integer of Chroma's: written without point or exponent and within 64 bits. */
export function isInteger(number: JsonNumber): boolean {
  if (!/^-?\d+$/.test(number.text)) return false;
  const value = BigInt(number.text);
  return value >= INT64_MIN && value <= INT64_MAX;
}

function sameNumber(path: string, reference: JsonNumber, candidate: JsonNumber): boolean {
  if (/^-?\d+$/.test(reference.text) || /^-?\d+$/.test(candidate.text)) {
    // a digit string is never a float on the wire: clients would read it as an integer
    return /^-?\d+$/.test(reference.text) && /^-?\d+$/.test(candidate.text) && BigInt(reference.text) === BigInt(candidate.text);
  }
  const [left, right] = [Number(reference.text), Number(candidate.text)];
  if (/^body\.distances\b/.test(path)) return closeTo(left, right, DISTANCE_TOLERANCE);
  if (/^body\.embeddings\b/.test(path)) return Math.fround(left) === Math.fround(right);
  return left === right;
}

/** Equal within a tolerance, absolute for small numbers and relative for large ones. */
export function closeTo(left: number, right: number, tolerance: number): boolean {
  return Object.is(left, right) || Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left), Math.abs(right));
}

/** A short text of a value for a report. */
export function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : clipped(stringifyJson(value), 160);
}

export function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${String(text.length)} characters)`;
}
