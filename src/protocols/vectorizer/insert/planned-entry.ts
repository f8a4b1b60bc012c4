import { randomUUID } from 'node:crypto';
import { type Json, JsonNumber, type JsonObject, stringifyJson } from '../../../http/json.js';
import type { SparseVector } from '../../../records/record.js';
import { DEFAULT_CHUNKING, MAX_UNSPLIT_BYTES } from '../limits.js';
import { validationError, VectorizerError } from '../vectorizer-error.js';
import { idText, parseId } from '../wire/ids.js';
import { parsePayload, parseSparse, type SentEntry } from '../wire/sent-entry.js';
import { type Chunking, chunkingProblem, splitText } from './chunks.js';
import type { ChunkingRequest } from './requests.js';

/** A vector to be stored: with its components, or with the text to make them of. */
export interface PlannedVector {
  readonly id: string;
  readonly embedding: Float32Array | null;
  readonly sparse: SparseVector | null;
  readonly document: string | null;
  readonly payload: JsonObject;
}

/** What becomes of an entry. */
export interface PlannedEntry {
  readonly clientId: string | null;
  readonly chunked: boolean;
  readonly vectors: readonly PlannedVector[];
}

/** Where texts come from when their metadata names no file. */
const UNKNOWN_SOURCE = 'text_input';

/** What is to be stored for an entry, or why it cannot be. `dimension` null: that of any vector. */
export function planEntry(
  entry: SentEntry | null,
  defaults: ChunkingRequest,
  dimension: number | null,
): PlannedEntry | VectorizerError {
  if (entry === null) return validationError('entry', 'it must be an object');
  const clientId = parseId(entry.id);
  if (clientId instanceof VectorizerError) return clientId;
  const payload = parsePayload(entry.payload);
  if (payload instanceof VectorizerError) return payload;
  const sparse = parseSparse(entry.sparse);
  if (sparse instanceof VectorizerError) return sparse;
  const text = entry.text ?? null;
  if (text !== null && typeof text !== 'string') return validationError('text', 'it must be a string');
  if (entry.vector !== undefined) {
    const embedding = componentsOf(entry, dimension);
    if (embedding instanceof VectorizerError) return embedding;
    return single(clientId, { embedding, sparse, document: text, payload });
  }
  if (text === null) return validationError('text', 'missing or invalid text parameter: an entry needs a text or a vector');
  if (text.trim() === '') return validationError('text', 'it must not be blank');
  return planText(text, { clientId, payload, sparse }, chunkingOf(entry, defaults));
}

/** The id to report of an entry that failed, if it has one. */
export function clientIdOf(entry: SentEntry | null): string | null {
  return entry?.id === undefined ? null : (idText(entry.id) ?? null);
}

function componentsOf({ vector }: SentEntry, dimension: number | null): Float32Array | VectorizerError {
  if (vector === undefined || vector.kind === 'problem') return validationError('embedding', vector?.reason ?? 'there is none');
  const { length } = vector.values;
  if (length === 0) return validationError('embedding', 'it must not be empty');
  if (dimension === null || length === dimension) return vector.values;
  return validationError(
    'embedding',
    `embedding length ${String(length)} does not match collection dimension ${String(dimension)}`,
  );
}

function single(clientId: string | undefined, vector: Omit<PlannedVector, 'id'>): PlannedEntry {
  return { clientId: clientId ?? null, chunked: false, vectors: [{ id: clientId ?? randomUUID(), ...vector }] };
}

function planText(
  text: string,
  entry: { readonly clientId: string | undefined; readonly payload: JsonObject; readonly sparse: SparseVector | null },
  chunking: Chunking | null | VectorizerError,
): PlannedEntry | VectorizerError {
  if (chunking instanceof VectorizerError) return chunking;
  const { clientId, payload, sparse } = entry;
  if (chunking === null || text.length * 3 <= MAX_UNSPLIT_BYTES || Buffer.byteLength(text) <= MAX_UNSPLIT_BYTES) {
    return single(clientId, { embedding: null, sparse, document: text, payload });
  }
  const parentId = clientId ?? randomUUID();
  const source = payload.get('filename') ?? payload.get('file_path') ?? UNKNOWN_SOURCE;
  const vectors = splitText(text, chunking).map((content, index): PlannedVector => {
    const own: [string, Json][] = [
      ['content', content],
      ['file_path', source],
      ['chunk_index', new JsonNumber(String(index))],
      ['parent_id', parentId],
    ];
    const id = clientId === undefined ? randomUUID() : `${clientId}#${String(index)}`;
    return { id, embedding: null, sparse, document: content, payload: new Map([...payload, ...own]) };
  });
  return { clientId: clientId ?? null, chunked: true, vectors };
}

/** Null: texts are not split. */
function chunkingOf(entry: SentEntry, defaults: ChunkingRequest): Chunking | null | VectorizerError {
  const automatic = entry.autoChunk ?? defaults.auto_chunk ?? true;
  if (typeof automatic !== 'boolean') return validationError('auto_chunk', 'it must be a boolean');
  if (!automatic) return null;
  const sizeSent = entry.chunkSize ?? defaults.chunk_size;
  const overlapSent = entry.chunkOverlap ?? defaults.chunk_overlap;
  const size = sizeSent === undefined ? DEFAULT_CHUNKING.size : numberOf(sizeSent);
  // smaller chunks than the default overlap share less
  const overlap = overlapSent === undefined ? Math.min(DEFAULT_CHUNKING.overlap, Math.floor(size / 2)) : numberOf(overlapSent);
  return chunkingProblem({ size, overlap }) ?? { size, overlap };
}

function numberOf(value: Json): number {
  return value instanceof JsonNumber ? Number(stringifyJson(value)) : Number.NaN;
}
