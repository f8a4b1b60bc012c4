import { type Json, JsonNumber, readJson } from '../../http/json.js';
import { JsonReader } from '../../http/json-reader.js';

/** An object whose vectors are apart: they are most of an answer, and nobody needs their text. */
export interface WithVectors {
  /** All other fields. */
  readonly rest: ReadonlyMap<string, Json>;
  readonly vectors: readonly (Float32Array | null)[];
}

/** Reads an object whose field of this name is a list of vectors; what is no vector in it is null. */
export function parseColumns(text: string, field: string): WithVectors {
  const reader = new JsonReader(text);
  const rest = new Map<string, Json>();
  const vectors: (Float32Array | null)[] = [];
  reader.readObject((key) => {
    if (key !== field || reader.kind() !== 'array') rest.set(key, readJson(reader));
    else reader.readArray(() => vectors.push(readVector(reader)));
  });
  reader.end();
  return { rest, vectors };
}

/** Reads an object, in whose field `list` are objects by name, each with a vector as `field`. Anything else in its place is no object. */
export function parseNamed(text: string, list: string, field: string): ReadonlyMap<string, WithVectors> {
  const reader = new JsonReader(text);
  const named = new Map<string, WithVectors>();
  reader.readObject((key) => {
    if (key !== list || reader.kind() !== 'object') readJson(reader);
    else
      reader.readObject((name) => {
        if (reader.kind() === 'object') named.set(name, readWithVector(reader, field));
        else readJson(reader);
      });
  });
  reader.end();
  return named;
}

function readWithVector(reader: JsonReader, field: string): WithVectors {
  const rest = new Map<string, Json>();
  const vectors: (Float32Array | null)[] = [];
  reader.readObject((key) => {
    if (key === field) vectors.push(readVector(reader));
    else rest.set(key, readJson(reader));
  });
  return { rest, vectors };
}

/** Null for anything but a list of numbers. */
function readVector(reader: JsonReader): Float32Array | null {
  const numbers = reader.tryNumbers();
  if (numbers !== undefined) return new Float32Array(numbers);
  const value = readJson(reader);
  if (!Array.isArray(value)) return null;
  const items = value as readonly Json[];
  const read = items.flatMap((item) => (item instanceof JsonNumber ? [Number(item.text)] : []));
  return read.length === items.length ? new Float32Array(read) : null;
}
