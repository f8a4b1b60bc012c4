import type { Collection } from '../../../collections/collection.js';
import { type Json, JsonNumber, type JsonObject, jsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { schemaOf } from './collection-schema.js';
import { configurationJson, legacyConfigurationJson, withDiscoveredKeys } from './configuration/schema.js';

/** How a client reads collections: Chroma 1.x, Python 0.5.16 to 0.6.3 on v2, or one of the two shapes of v1. */
export type CollectionShape = 'modern' | 'legacy' | 'v1' | 'v1-minimal';

/** Clients read a version as an integer of 32 bits. */
const MAX_I32 = 2_147_483_647;

export function toCollectionResponse(collection: Collection, shape: CollectionShape): string {
  return stringifyJson(collectionJson(collection, shape));
}

export function toCollectionListResponse(collections: readonly Collection[], shape: CollectionShape): string {
  return stringifyJson(collections.map((collection) => collectionJson(collection, shape)));
}

function collectionJson(collection: Collection, shape: CollectionShape): JsonObject {
  const schema = schemaOf(collection);
  const metadata = collection.metadata === null ? null : parseJson(collection.metadata);
  const identity = { id: collection.uuid, name: collection.name, metadata };
  if (shape === 'v1-minimal') return jsonObject(identity);
  const { writes, operations } = collection.counters;
  const common: Record<string, Json> = {
    ...identity,
    configuration_json: shape === 'modern' ? configurationJson(schema) : legacyConfigurationJson(schema),
    dimension: collection.dimension === null ? null : new JsonNumber(String(collection.dimension)),
    tenant: collection.tenant,
    database: collection.database,
    version: new JsonNumber(String(Math.min(writes, MAX_I32))),
  };
  if (shape === 'v1') return jsonObject(common);
  const position = new JsonNumber(String(operations));
  if (shape === 'legacy') return jsonObject({ ...common, log_position: position });
  return jsonObject({ ...common, log_position: position, schema: withDiscoveredKeys(schema, collection.fields) });
}
