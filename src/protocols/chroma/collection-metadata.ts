import { isJsonObject, parseJson, stringifyJson, type Json, type JsonObject } from '../../http/json.js';
import { JsonReader } from '../../http/json-reader.js';
import { invalidArgument } from './chroma-error.js';
import { readMetadata } from './metadata.js';

/** A collection's metadata: the text to store, and the same as values. */
export interface CollectionMetadata {
  readonly text: string | null;
  readonly values: JsonObject | null;
}

const NONE: CollectionMetadata = { text: null, values: null };

/**
 * Checks the metadata of a new collection (`field` is `metadata`, no nulls) or of a changed one (`new_metadata`, whose nulls are
 * dropped).
 * @throws ChromaError 422 for values that are none, 400 for an empty object and for reserved keys
 */
export function parseCollectionMetadata(value: Json | undefined, field: 'metadata' | 'new_metadata'): CollectionMetadata {
  if (value === undefined || value === null) return NONE;
  const nulls = field === 'metadata' ? 'refused' : 'removed';
  const metadata = readMetadata(new JsonReader(stringifyJson(value)), field, nulls);
  if (isJsonObject(value) && value.size === 0) throw invalidArgument(`Validation error: ${field}: Metadata cannot be empty`);
  if (metadata.problem !== undefined) throw invalidArgument(`Validation error: ${field}: ${wordProblem(metadata.problem)}`);
  if (metadata.text === null) return NONE;
  const values = parseJson(metadata.text);
  return { text: metadata.text, values: isJsonObject(values) ? values : null };
}

function wordProblem(problem: { readonly kind: 'invalid' | 'sparse'; readonly key: string }): string {
  if (problem.kind === 'sparse') return `Sparse vectors are not supported in collection metadata: ${problem.key}`;
  if (problem.key === '') return 'Metadata key cannot be empty';
  return `Metadata key cannot start with '#' or '$': ${problem.key}`;
}
