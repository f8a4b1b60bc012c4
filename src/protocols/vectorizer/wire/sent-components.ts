import { JsonNumber, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';

/** The components of a vector as they were sent, or why they are none. */
export type SentComponents =
  { readonly kind: 'vector'; readonly values: Float32Array } | { readonly kind: 'problem'; readonly reason: string };

/** Reads a list of numbers; whatever stands in its place is read, too. */
export function readComponents(reader: JsonReader): SentComponents {
  const numbers = reader.tryNumbers();
  if (numbers !== undefined) return toComponents(numbers);
  if (reader.kind() !== 'array') {
    reader.skipValue();
    return { kind: 'problem', reason: 'it must be a list of numbers' };
  }
  let wrong: number | undefined;
  reader.readArray((index) => {
    if (!(readJson(reader) instanceof JsonNumber)) wrong ??= index;
  });
  return { kind: 'problem', reason: `vector[${String(wrong ?? 0)}] is not a number` };
}

function toComponents(numbers: readonly number[]): SentComponents {
  const values = new Float32Array(numbers);
  // one test for all: a component that is not finite makes the sum one, and float32 cannot overflow a double
  let sum = 0;
  for (const value of values) sum += value;
  if (Number.isFinite(sum)) return { kind: 'vector', values };
  return { kind: 'problem', reason: `vector[${String(values.findIndex((value) => !Number.isFinite(value)))}] is not a number` };
}
