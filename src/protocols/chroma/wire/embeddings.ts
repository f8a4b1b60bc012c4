import { type Json, JsonNumber, readJson } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { JsonSieve, type TakenItem } from '../../../http/json-sieve.js';
import { readItems } from '../../../http/sliced-reading.js';
import { OBJECT_VALUES, type ValueLimits } from '../../../http/value-memory.js';
import { type Sliced } from '../../../slices.js';
import { type ChromaError, invalidArgument, unprocessable } from '../chroma-error.js';
import { EmbeddingDecoder, hasFiniteComponents, notDecoded } from './base64-embedding.js';
import { unexpected } from './serde.js';

/** An embedding that was sent as base64, decoded while the body arrived. */
class DecodedText {
  constructor(readonly components: Float32Array) {}
}

const QUOTE = 0x22;

type SentEmbedding = Float32Array | DecodedText | string;

/** Embeddings as they were sent: components, or base64 of little-endian float32 components; null where there is none. */
export type SentEmbeddings = readonly (SentEmbedding | null)[];

/** Whether there must be an embedding for every record: an update need not have one. */
export type NullEmbeddings = 'kept' | 'refused';

/** Reads the `embeddings` of a write: all lists or all texts. */
export function readEmbeddings(nulls: NullEmbeddings): (reader: JsonReader) => Sliced<SentEmbeddings | null> {
  const type = nulls === 'refused' ? 'EmbeddingsPayload' : 'UpdateEmbeddingsPayload';
  const mismatch = (): ChromaError => unprocessable('embeddings', `data did not match any variant of untagged enum ${type}`);
  return function* (reader) {
    if (reader.kind() === 'null' && nulls === 'kept') {
      reader.readNull();
      return null;
    }
    if (reader.kind() !== 'array') {
      reader.skipValue();
      throw mismatch();
    }
    const embeddings: (SentEmbedding | null)[] = [];
    const kinds = new Set<'list' | 'text' | 'other'>();
    yield* readItems(reader, () => {
      reader.count(OBJECT_VALUES);
      const embedding = readEmbedding(reader);
      if (embedding !== null) kinds.add(embedding instanceof Float32Array ? 'list' : 'text');
      else if (nulls === 'refused') kinds.add('other');
      if (embedding === undefined) kinds.add('other');
      embeddings.push(embedding ?? null);
    });
    if (kinds.size > 1 || kinds.has('other')) throw mismatch();
    return embeddings;
  };
}

/** Takes the embeddings out of a write's body as they arrive: ready to be stored, they are a fraction of their text. */
export function embeddingSieve(limits?: ValueLimits): JsonSieve {
  const decoder = new EmbeddingDecoder();
  return new JsonSieve('embeddings', (source, start, end) => takeEmbedding(decoder, source, start, end), limits);
}

/** What is wrong with an item that is not taken is reported when the body is read. */
function takeEmbedding(decoder: EmbeddingDecoder, source: Buffer, start: number, end: number): TakenItem | undefined {
  if (source[start] === QUOTE) {
    const components = decoder.tryDecodeBytes(source.toString('latin1', start + 1, end - 1));
    return components && { value: new DecodedText(components), bytes: components.byteLength };
  }
  const numbers = new JsonReader(source.toString('latin1', start, end)).tryNumbers();
  if (numbers === undefined) return undefined;
  const value = new Float32Array(numbers);
  return { value, bytes: value.byteLength };
}

/** Undefined for what is no embedding. */
function readEmbedding(reader: JsonReader): SentEmbedding | null | undefined {
  const taken = reader.tryTaken();
  if (taken instanceof Float32Array || taken instanceof DecodedText) return taken;
  const text = reader.tryPlainString();
  if (text !== undefined) return text;
  const numbers = reader.tryNumbers();
  if (numbers !== undefined) return new Float32Array(numbers);
  const value = readJson(reader);
  return value === null || typeof value === 'string' ? value : undefined;
}

/** Reads the `query_embeddings` of a query: lists of numbers only. */
export function* readQueryEmbeddings(reader: JsonReader): Sliced<readonly Float32Array[]> {
  const path = 'query_embeddings';
  if (reader.kind() !== 'array') throw wrongType(path, readJson(reader), 'a sequence');
  const embeddings: Float32Array[] = [];
  yield* readItems(reader, (row) => {
    reader.count(OBJECT_VALUES);
    const numbers = reader.tryNumbers();
    if (numbers !== undefined) {
      embeddings.push(new Float32Array(numbers));
      return;
    }
    const value = readJson(reader);
    if (!Array.isArray(value)) throw wrongType(`${path}[${String(row)}]`, value, 'a sequence');
    const components = value as readonly Json[];
    const column = components.findIndex((component) => !(component instanceof JsonNumber));
    throw wrongType(`${path}[${String(row)}][${String(column)}]`, components[column] ?? null, 'f32');
  });
  return embeddings;
}

/**
 * The components of the embeddings that were sent.
 * @throws ChromaError 400 for what is not base64, not float32, not finite, or empty
 */
export function decodeEmbeddings(sent: SentEmbeddings): readonly (Float32Array | null)[] {
  const decoder = new EmbeddingDecoder();
  const embeddings = sent.map((embedding) => componentsOf(decoder, embedding));
  for (const embedding of embeddings) {
    if (embedding?.length === 0)
      throw invalidArgument('Validation error: embeddings: Each embedding must have at least 1 dimension');
  }
  // what was base64 is finite, or would not have been decoded
  requireFinite(
    'embeddings',
    sent.map((embedding) => (embedding instanceof Float32Array ? embedding : null)),
  );
  return embeddings;
}

function componentsOf(decoder: EmbeddingDecoder, embedding: SentEmbedding | null): Float32Array | null {
  if (embedding instanceof DecodedText) return embedding.components;
  if (typeof embedding !== 'string') return embedding;
  const components = decoder.tryDecode(embedding);
  if (components === undefined) throw notDecoded(embedding);
  return components;
}

/** @throws ChromaError 400 when a component is beyond float32 */
export function requireFinite(field: string, embeddings: readonly (Float32Array | null)[]): void {
  if (embeddings.every((embedding) => embedding === null || hasFiniteComponents(embedding))) return;
  throw invalidArgument(`Validation error: ${field}: Embeddings must not contain NaN or Infinity values`);
}

function wrongType(path: string, value: Json, expected: string): ChromaError {
  return unprocessable(path, `invalid type: ${unexpected(value)}, expected ${expected}`);
}
