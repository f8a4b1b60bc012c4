import { type Json, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { type Sliced } from '../../../slices.js';
import { encryptionUnsupported, validationError } from '../vectorizer-error.js';
import { readComponents, type SentComponents } from '../wire/sent-components.js';

/** A point as a client sent it. */
export interface SentPoint {
  readonly id: Json | undefined;
  readonly vector: SentComponents | undefined;
  readonly payload: Json | undefined;
}

/** Points as columns: one entry per point in each list. */
export interface SentBatch {
  readonly ids: Json | undefined;
  readonly vectors: readonly SentComponents[];
  readonly payloads: Json | undefined;
}

/** Reads a list of points; anything else is undefined, and a point that is no object has nothing in it. */
export function* readPoints(reader: JsonReader): Sliced<readonly SentPoint[] | undefined> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    return undefined;
  }
  const points: SentPoint[] = [];
  yield* readItems(reader, () => {
    points.push(reader.kind() === 'object' ? readPoint(reader) : skippedAs(NO_POINT, reader));
  });
  return points;
}

const NO_POINT: SentPoint = { id: undefined, vector: undefined, payload: undefined };

function readPoint(reader: JsonReader): SentPoint {
  let [id, payload]: (Json | undefined)[] = [undefined, undefined];
  let vector: SentComponents | undefined;
  reader.readObject((key) => {
    if (reader.kind() === 'null') reader.readNull();
    else if (key === 'id') id = readJson(reader);
    else if (key === 'vector') vector = readVector(reader);
    else if (key === 'payload') payload = readJson(reader);
    else if (key === 'public_key') throw encryptionUnsupported();
    else reader.skipValue();
  });
  return { id, vector, payload };
}

/** Reads a list of numbers, or `{name: […]}`: a collection has one vector per point, so the name says nothing. */
export function readVector(reader: JsonReader): SentComponents {
  if (reader.kind() !== 'object') return readComponents(reader);
  const named: SentComponents[] = [];
  reader.readObject(() => {
    named.push(readComponents(reader));
  });
  const [vector] = named;
  if (vector !== undefined && named.length === 1) return vector;
  return { kind: 'problem', reason: 'it must be a list of numbers, or one such list under its name' };
}

/** Reads the vector of a search: as `readVector` does, or `{name, vector: […]}`. */
export function readQueryVector(reader: JsonReader): SentComponents {
  if (reader.kind() !== 'object') return readComponents(reader);
  let vector: SentComponents | undefined;
  reader.readObject((key) => {
    if (key === 'vector') vector = readComponents(reader);
    else reader.skipValue();
  });
  return vector ?? { kind: 'problem', reason: 'it must be a list of numbers, or an object with one as its vector' };
}

/** Reads `{ids, vectors, payloads}`; anything else is undefined. */
export function readBatch(reader: JsonReader): SentBatch | undefined {
  if (reader.kind() !== 'object') {
    reader.skipValue();
    return undefined;
  }
  let [ids, payloads]: (Json | undefined)[] = [undefined, undefined];
  let vectors: readonly SentComponents[] = [];
  reader.readObject((key) => {
    if (key === 'ids') ids = readJson(reader);
    else if (key === 'vectors') vectors = readVectors(reader);
    else if (key === 'payloads') payloads = readJson(reader);
    else reader.skipValue();
  });
  return { ids, vectors, payloads };
}

/** Reads a list of vectors, or one such list under its name. */
function readVectors(reader: JsonReader): readonly SentComponents[] {
  if (reader.kind() === 'array') return readVectorList(reader);
  if (reader.kind() !== 'object') return skippedAs([], reader);
  const named: (readonly SentComponents[])[] = [];
  reader.readObject(() => {
    named.push(reader.kind() === 'array' ? readVectorList(reader) : skippedAs([], reader));
  });
  return named.length === 1 ? (named[0] ?? []) : [];
}

function readVectorList(reader: JsonReader): readonly SentComponents[] {
  const vectors: SentComponents[] = [];
  reader.readArray(() => {
    vectors.push(readComponents(reader));
  });
  return vectors;
}

/** The points of a batch. @throws VectorizerError 400 unless its lists are of the same length */
export function pointsOf({ ids, vectors, payloads }: SentBatch): readonly SentPoint[] {
  if (!Array.isArray(ids)) throw validationError('batch.ids', 'it must be a list');
  const all = ids as readonly Json[];
  if (vectors.length !== all.length) throw validationError('batch.vectors', 'it must be a list with one vector per id');
  if (payloads !== undefined && payloads !== null && !Array.isArray(payloads)) {
    throw validationError('batch.payloads', 'it must be a list');
  }
  const list = (payloads ?? []) as readonly Json[];
  if (list.length > 0 && list.length !== all.length) {
    throw validationError('batch.payloads', 'it must be a list with one payload per id');
  }
  return all.map((id, index) => ({ id, vector: vectors[index], payload: list[index] }));
}

/** Passes over a value, and takes another one for it. */
function skippedAs<T>(value: T, reader: JsonReader): T {
  reader.skipValue();
  return value;
}
