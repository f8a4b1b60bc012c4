import type { Collection } from '../../../collections/collection.js';
import { HNSW_SETTING } from '../../../collections/hnsw.js';
import { isJsonObject, JsonNumber, type JsonObject, jsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { invalidArgument } from '../chroma-error.js';
import type { FilterUse } from '../filter/parse-filter.js';
import { EMBEDDING_VECTOR } from './configuration/default-schema.js';
import { isIndexEnabled, resolveConfiguration, withSpace } from './configuration/schema.js';
import { objectAt } from './configuration/tree.js';

const schemas = new WeakMap<Collection, JsonObject>();

/** The schema that a collection was created with, and its metric, which another protocol may have decided; for one of another protocol's, the default one of its metric. */
export function schemaOf(collection: Collection): JsonObject {
  const known = schemas.get(collection);
  if (known !== undefined) return known;
  const stored = storedSchema(collection);
  const schema = stored === undefined ? defaultSchema(collection) : withSpace(stored, collection.metric);
  schemas.set(collection, schema);
  return schema;
}

/** A collection's settings with this schema as Chroma's. */
export function settingsWith(schema: JsonObject, settings = '{}'): string {
  const all = parseJson(settings);
  const entries = new Map(isJsonObject(all) ? all : []);
  entries.set('chroma', jsonObject({ schema }));
  entries.set(HNSW_SETTING, hnswOf(schema));
  return stringifyJson(entries);
}

/** What the core builds and searches indexes by. */
function hnswOf(schema: JsonObject): JsonObject {
  const vector = objectAt(schema, ...EMBEDDING_VECTOR, 'hnsw');
  const values = { m: 'max_neighbors', efConstruction: 'ef_construction', efSearch: 'ef_search' } as const;
  const numbers = Object.entries(values).map(([name, key]) => [name, vector.get(key)] as const);
  return new Map(numbers.flatMap(([name, value]) => (value instanceof JsonNumber ? [[name, value] as const] : [])));
}

/** @throws ChromaError 400 when the schema has switched off an index that a filter needs */
export function requireIndexes(collection: Collection, uses: readonly FilterUse[]): void {
  for (const { key, type } of uses) {
    if (isIndexEnabled(schemaOf(collection), key, type)) continue;
    const name = type.charAt(0).toUpperCase() + (type === 'string' ? 'tr' : type.slice(1));
    throw invalidArgument(
      type === 'fts'
        ? 'Cannot filter using full-text search because FTS indexing is disabled'
        : `Cannot filter using metadata key '${key}' with type '${name}' because indexing is disabled`,
    );
  }
}

function storedSchema(collection: Collection): JsonObject | undefined {
  const settings = parseJson(collection.settings);
  const chroma = isJsonObject(settings) ? settings.get('chroma') : undefined;
  const schema = isJsonObject(chroma) ? chroma.get('schema') : undefined;
  return isJsonObject(schema) ? schema : undefined;
}

function defaultSchema(collection: Collection): JsonObject {
  const configuration = jsonObject({ hnsw: jsonObject({ space: collection.metric }) });
  return resolveConfiguration({ configuration, schema: undefined, metadata: null }).schema;
}
