import { isJsonObject, type Json, JsonNumber, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import type { SparseVector } from '../../../records/record.js';
import { type Sliced } from '../../../slices.js';
import { MAX_SPARSE_INDEX } from '../limits.js';
import { encryptionUnsupported, validationError, type VectorizerError } from '../vectorizer-error.js';
import { readComponents, type SentComponents } from './sent-components.js';

/** One vector or text as a client sent it; what is wrong with it is its own problem, not that of its batch. */
export interface SentEntry {
  readonly id: Json | undefined;
  /** The first of `vector`, `embedding` and `data` that there is. */
  readonly vector: SentComponents | undefined;
  readonly text: Json | undefined;
  /** `payload`, or else `metadata`. */
  readonly payload: Json | undefined;
  readonly sparse: Json | undefined;
  readonly autoChunk: Json | undefined;
  readonly chunkSize: Json | undefined;
  readonly chunkOverlap: Json | undefined;
}

/** A list of entries; anything else in its place. An entry that is no object is null. */
export type SentEntries = readonly (SentEntry | null)[] | 'no_list';

const VECTOR_KEYS = ['vector', 'embedding', 'data'];

/** Reads the entries of a batch. @throws VectorizerError 400 for an encrypted one: nothing of the batch is stored */
export function* readEntries(reader: JsonReader): Sliced<SentEntries> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    return 'no_list';
  }
  const entries: (SentEntry | null)[] = [];
  yield* readItems(reader, () => {
    if (reader.kind() === 'object') {
      entries.push(readEntry(reader));
    } else {
      reader.skipValue();
      entries.push(null);
    }
  });
  return entries;
}

function readEntry(reader: JsonReader): SentEntry {
  const values = new Map<string, Json>();
  const vectors = new Map<string, SentComponents>();
  reader.readObject((key) => {
    if (reader.kind() === 'null') reader.readNull();
    else if (VECTOR_KEYS.includes(key)) vectors.set(key, readComponents(reader));
    else if (key === 'public_key') throw encryptionUnsupported();
    else values.set(key, readJson(reader));
  });
  return toEntry(vectors, values);
}

/** Puts an entry together from its members, by the names that clients use; null ones are left out. */
export function toEntry(vectors: ReadonlyMap<string, SentComponents>, values: ReadonlyMap<string, Json>): SentEntry {
  return {
    id: values.get('id'),
    vector: vectors.get('vector') ?? vectors.get('embedding') ?? vectors.get('data'),
    text: values.get('text') ?? values.get('content'),
    payload: values.get('payload') ?? values.get('metadata'),
    sparse: values.get('sparse') ?? values.get('sparse_vector'),
    autoChunk: values.get('auto_chunk'),
    chunkSize: values.get('chunk_size'),
    chunkOverlap: values.get('chunk_overlap'),
  };
}

/** A payload; empty when none was sent. */
export function parsePayload(sent: Json | undefined, field = 'metadata'): JsonObject | VectorizerError {
  if (sent === undefined || sent === null) return new Map();
  return isJsonObject(sent) ? sent : validationError(field, 'it must be an object');
}

/** `{indices, values}`; null when none was sent. */
export function parseSparse(sent: Json | undefined, field = 'sparse'): SparseVector | null | VectorizerError {
  if (sent === undefined || sent === null) return null;
  if (!isJsonObject(sent)) return validationError(field, 'it must be an object with indices and values');
  const indices = numbersOf(sent.get('indices'));
  const values = numbersOf(sent.get('values'));
  if (indices === undefined || values === undefined) return validationError(field, 'indices and values must be lists of numbers');
  if (indices.length !== values.length) return validationError(field, 'indices and values must be of the same length');
  if (indices.length === 0) return null;
  if (!indices.every((index) => Number.isInteger(index) && index >= 0 && index <= MAX_SPARSE_INDEX)) {
    return validationError(field, 'indices must be integers from 0 to 4294967295');
  }
  if (new Set(indices).size < indices.length) return validationError(field, 'indices must be unique');
  const floats = new Float32Array(values);
  return floats.every(Number.isFinite) ? { indices, values: floats } : validationError(field, 'values must be finite');
}

function numbersOf(sent: Json | undefined): readonly number[] | undefined {
  if (!Array.isArray(sent)) return undefined;
  const list = sent as readonly Json[];
  return list.every((item) => item instanceof JsonNumber) ? list.map((item) => Number(item.text)) : undefined;
}
