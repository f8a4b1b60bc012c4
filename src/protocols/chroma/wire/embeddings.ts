import { type Json, JsonNumber, readJson } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { JsonSieve, type TakenItem } from '../../../http/json-sieve.js';
import { readItems } from '../../../http/sliced-reading.js';
import { OBJECT_VALUES } from '../../../http/value-memory.js';
import { type Sliced } from '../../../slices.js';
import { type ChromaError, invalidArgument, unprocessable } from '../chroma-error.js';
import { unexpected } from './serde.js';

/** An embedding that was sent as base64, decoded while the body arrived. */
class DecodedText {
  constructor(readonly components: Float32Array) {}
}

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
export function embeddingSieve(): JsonSieve {
  return new JsonSieve('embeddings', takeEmbedding);
}

function takeEmbedding(source: Buffer): TakenItem | undefined {
  try {
    const value = readItem(source.toString('latin1'));
    const bytes = value instanceof DecodedText ? value.components.byteLength : value?.byteLength;
    return bytes === undefined ? undefined : { value, bytes };
  } catch {
    // what is wrong with it is reported when the body is read
    return undefined;
  }
}

function readItem(text: string): Float32Array | DecodedText | undefined {
  if (text.startsWith('"')) return new DecodedText(decodeBase64(text.slice(1, -1)));
  const numbers = new JsonReader(text).tryNumbers();
  return numbers && new Float32Array(numbers);
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
  const embeddings = sent.map(componentsOf);
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

function componentsOf(embedding: SentEmbedding | null): Float32Array | null {
  if (embedding instanceof DecodedText) return embedding.components;
  return typeof embedding === 'string' ? decodeBase64(embedding) : embedding;
}

/** @throws ChromaError 400 when a component is beyond float32 */
export function requireFinite(field: string, embeddings: readonly (Float32Array | null)[]): void {
  if (embeddings.every((embedding) => embedding === null || isFinite(embedding))) return;
  throw invalidArgument(`Validation error: ${field}: Embeddings must not contain NaN or Infinity values`);
}

function decodeBase64(text: string): Float32Array {
  const components = decodePlainly(text);
  if (components === undefined) throw notBase64(text);
  if (!isFinite(components)) {
    const bad = components.findIndex((component) => !Number.isFinite(component));
    throw invalidArgument(`Non-finite float value at embedding index ${String(bad)}: ${infinityText(components[bad] ?? NaN)}`);
  }
  return components;
}

/** Undefined for what is not base64 of whole components. */
function decodePlainly(text: string): Float32Array | undefined {
  const length = (text.length / 4) * 3 - paddingOf(text);
  if (text.length % 4 !== 0 || length % 4 !== 0) return undefined;
  // Node leaves out what is no digit, so that bytes are missing then; these two alone it takes for digits, as base64url has them
  if (text.includes('-') || text.includes('_') || Buffer.byteLength(text) !== text.length) return undefined;
  const components = new Float32Array(length / 4);
  return Buffer.from(components.buffer).write(text, 'base64') === length ? components : undefined;
}

function paddingOf(text: string): number {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

/** What is wrong with a text that could not be decoded, in the words of the real server. */
function notBase64(text: string): ChromaError {
  const padding = paddingOf(text);
  const digits = text.slice(0, text.length - padding);
  const symbol = /[^A-Za-z0-9+/]/.exec(digits);
  const misplaced = symbol?.index ?? (padding > 0 && digits.length % 4 === 0 ? digits.length : undefined);
  if (misplaced !== undefined) {
    const code = text.codePointAt(misplaced) ?? 0;
    return invalidArgument(`Invalid base64 string: Invalid symbol ${String(code)}, offset ${String(misplaced)}.`);
  }
  if (text.length % 4 !== 0) return invalidArgument('Invalid base64 string: Invalid padding');
  const length = (text.length / 4) * 3 - padding;
  return invalidArgument(
    `Invalid byte length: ${String(length)} bytes cannot be converted to f32 values (must be divisible by 4)`,
  );
}

function infinityText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'inf' : '-inf';
}

function isFinite(embedding: Float32Array): boolean {
  // one test instead of one a component: a NaN or an infinity makes the sum one, and float32 cannot overflow a double
  let sum = 0;
  for (const component of embedding) sum += component;
  return Number.isFinite(sum);
}

function wrongType(path: string, value: Json, expected: string): ChromaError {
  return unprocessable(path, `invalid type: ${unexpected(value)}, expected ${expected}`);
}
