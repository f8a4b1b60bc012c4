import { type Json, JsonNumber } from '../../../http/json.js';
import { validationError } from '../vectorizer-error.js';

/** What both signed and unsigned integers of 64 bits can be. */
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 64n - 1n;
const DECIMAL = /^(?:0|-?[1-9]\d{0,19})$/;
/** So few digits fit without a closer look. */
const SAFE_LENGTH = 18;

/** A point's id as it is stored: an integer is its digits. @throws VectorizerError 400 for what is no id */
export function parsePointId(sent: Json | undefined, field: string): string {
  const id = idText(sent);
  if (id === undefined) throw validationError(field, 'it must be an integer or a string');
  if (id === '') throw validationError(field, 'it must not be empty');
  return id;
}

/** A list of ids as they are stored. @throws VectorizerError 400 unless it is one */
export function parsePointIds(sent: Json | undefined, field: string): readonly string[] {
  if (!Array.isArray(sent)) throw validationError(field, `missing or invalid ${field} parameter`);
  return (sent as readonly Json[]).map((id, index) => parsePointId(id, `${field}[${String(index)}]`));
}

/** A stored id as JSON text: a number, if it is how an integer of 64 bits is written, else a string. */
export function pointIdText(id: string): string {
  return isInteger(id) ? id : JSON.stringify(id);
}

function idText(sent: Json | undefined): string | undefined {
  if (typeof sent === 'string') return sent;
  // an integer has one text, so that -0 and 0 are the same point
  return sent instanceof JsonNumber && /^-?\d+$/.test(sent.text) ? BigInt(sent.text).toString() : undefined;
}

function isInteger(id: string): boolean {
  if (!DECIMAL.test(id)) return false;
  if (id.length <= SAFE_LENGTH) return true;
  const value = BigInt(id);
  return value >= LEAST && value <= GREATEST;
}
