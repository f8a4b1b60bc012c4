import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { invalidArgument } from '../chroma-error.js';
import { readMetadata } from '../wire/metadata.js';

/** A collection's metadata: the text to store, the same as values, and what is wrong with its keys. */
export interface CollectionMetadata {
  readonly text: string | null;
  readonly values: JsonObject | null;
  readonly problem: string | undefined;
}

/**
 * Reads the metadata of a new collection (`field` is `metadata`, no nulls) or of a changed one (`new_metadata`, whose nulls are
 * dropped). What is wrong with its keys is left to `requireValid`, because other checks come before.
 * @throws ChromaError 422 for values that are none
 */
export function readCollectionMetadata(value: Json | undefined, field: 'metadata' | 'new_metadata'): CollectionMetadata {
  if (value === undefined || value === null) return { text: null, values: null, problem: undefined };
  const nulls = field === 'metadata' ? 'refused' : 'removed';
  const { text, problem } = readMetadata(new JsonReader(stringifyJson(value)), field, nulls, 'collection');
  const isEmpty = isJsonObject(value) && value.size === 0;
  const values = text === null ? null : parseJson(text);
  return {
    text,
    values: isJsonObject(values) ? values : null,
    problem: isEmpty ? 'Metadata cannot be empty' : problem && wordProblem(problem),
  };
}

/** @throws ChromaError 400 for an empty object and for reserved keys */
export function requireValid({ problem }: CollectionMetadata, field: 'metadata' | 'new_metadata'): void {
  if (problem !== undefined) throw invalidArgument(`Validation error: ${field}: ${problem}`);
}

function wordProblem(problem: { readonly kind: 'invalid' | 'sparse'; readonly key: string }): string {
  if (problem.kind === 'sparse') return `Sparse vectors are not supported in collection metadata: ${problem.key}`;
  if (problem.key === '') return 'Metadata key cannot be empty';
  return `Metadata key cannot start with '#' or '$': ${problem.key}`;
}
