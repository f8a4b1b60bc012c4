import type { Collection } from '../../../collections/collection.js';
import { HNSW_SETTING, type HnswParameters } from '../../../collections/hnsw.js';
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { DEFAULT_HNSW } from '../limits.js';
import { numbersToJson } from '../wire/json-values.js';

/** How an index over the vectors is to be built and searched. */
export interface HnswConfig {
  readonly m: number;
  readonly ef_construction: number;
  readonly ef_search: number;
  readonly seed?: number;
}

/** What Vectorizer remembers of a collection, beside what every collection has. */
export interface CollectionDefinition {
  /** Makes vectors of texts; null: the collection takes none. */
  readonly embeddingProvider: string | null;
  readonly description: string | null;
  readonly hnsw: HnswConfig;
  /** As it was asked for; it has no effect on what is stored. */
  readonly quantization: Quantization;
  /** How long a new vector lives, in seconds; null: for ever. */
  readonly ttlSeconds: number | null;
  /** When this was changed last, RFC 3339; null: never. */
  readonly updatedAt: string | null;
}

export interface Quantization {
  readonly enabled: boolean;
  readonly type: string;
  readonly bits: number;
}

export const NO_QUANTIZATION: Quantization = { enabled: false, type: 'None', bits: 0 };

/** Of a collection that another protocol made. */
export const NO_DEFINITION: CollectionDefinition = {
  embeddingProvider: null,
  description: null,
  hnsw: DEFAULT_HNSW,
  quantization: NO_QUANTIZATION,
  ttlSeconds: null,
  updatedAt: null,
};

const definitions = new WeakMap<Collection, CollectionDefinition>();

/** What Vectorizer remembers of the collection. */
export function definitionOf(collection: Collection): CollectionDefinition {
  const known = definitions.get(collection);
  if (known !== undefined) return known;
  const settings = JSON.parse(collection.settings) as { readonly vectorizer?: Partial<CollectionDefinition> };
  const definition = settings.vectorizer === undefined ? NO_DEFINITION : { ...NO_DEFINITION, ...settings.vectorizer };
  definitions.set(collection, definition);
  return definition;
}

/** Whether Vectorizer remembers anything of it. */
export function hasDefinition(collection: Collection): boolean {
  return definitionOf(collection) !== NO_DEFINITION;
}

/** A collection's settings with this definition as Vectorizer's. */
export function settingsWith(definition: CollectionDefinition, settings = '{}'): string {
  const all = parseJson(settings);
  const entries: JsonObject = isJsonObject(all) ? all : new Map();
  const { m, ef_construction: efConstruction, ef_search: efSearch } = definition.hnsw;
  const hnsw: HnswParameters = { m, efConstruction, efSearch };
  const kept = entries.get(HNSW_SETTING);
  // another protocol's collection is built as that one says
  const parameters = entries.has('chroma') && kept !== undefined ? kept : numbersToJson(hnsw);
  return stringifyJson(new Map([...entries, ['vectorizer', numbersToJson(definition)], [HNSW_SETTING, parameters]]));
}
