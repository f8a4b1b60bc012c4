import type { Collection } from '../../../collections/collection.js';
import { isJsonObject, type Json, type JsonObject, jsonObject, parseJson, stringifyJson } from '../../../http/json.js';

/** Whether capacity is on demand or dedicated; it has no effect here, and is returned as it was asked for. */
export type ReadCapacity = JsonObject;

/** Where an index is deployed. It has no effect here, but for what differs between pods and the rest. */
export type IndexSpec =
  | {
      readonly kind: 'serverless';
      readonly cloud: string;
      readonly region: string;
      readonly readCapacity?: ReadCapacity;
      readonly sourceCollection?: string;
    }
  | {
      readonly kind: 'pod';
      readonly environment: string;
      readonly podType: string;
      readonly replicas: number;
      readonly shards: number;
      readonly pods: number;
      readonly metadataConfig?: JsonObject;
      readonly sourceCollection?: string;
    }
  | { readonly kind: 'byoc'; readonly environment: string; readonly readCapacity?: ReadCapacity };

/** How an index with integrated inference turns text into vectors. */
export interface IndexEmbedding {
  readonly model: string;
  /** The record field that is embedded: `field_map.text`. */
  readonly textField: string;
  readonly readParameters: JsonObject;
  readonly writeParameters: JsonObject;
}

/** The settings of an index that only Pinecone has. */
export interface IndexDefinition {
  readonly spec: IndexSpec;
  /** `{"fields": {…}}`: the metadata fields declared filterable. */
  readonly metadataSchema?: JsonObject;
  /** The typed fields of an index of documents, by name, without descriptions. */
  readonly documentFields?: JsonObject;
  readonly tags: ReadonlyMap<string, string>;
  readonly embedding?: IndexEmbedding;
  readonly cmekId?: string;
  readonly sourceBackupId?: string;
}

const definitions = new WeakMap<Pick<Collection, 'settings'>, IndexDefinition>();
/** Of a collection that another protocol made. */
const DEFAULT: IndexDefinition = { spec: { kind: 'serverless', cloud: 'aws', region: 'us-east-1' }, tags: new Map() };

/** The definition of a collection or a snapshot; defaults for one that another protocol made. */
export function definitionOf(collection: Pick<Collection, 'settings'>): IndexDefinition {
  const known = definitions.get(collection);
  if (known !== undefined) return known;
  const definition = fromSettings(collection.settings) ?? DEFAULT;
  definitions.set(collection, definition);
  return definition;
}

/** A collection's settings with this definition as Pinecone's. */
export function settingsWith(definition: IndexDefinition, settings = '{}'): string {
  const all = parseJson(settings);
  const entries = new Map(isJsonObject(all) ? all : []);
  entries.set('pinecone', toJson(definition));
  return stringifyJson(entries);
}

/** The environment that a pod index, or what is made of it, names. */
export function environmentOf(spec: IndexSpec): string {
  return spec.kind === 'serverless' ? `${spec.region}-${spec.cloud}` : spec.environment;
}

/** The definition's keys are written as they are named here; only this file reads them. */
function toJson(definition: IndexDefinition): JsonObject {
  return toObject({ ...definition, tags: definition.tags, spec: toObject(definition.spec) });
}

function toObject(values: object): JsonObject {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return new Map(entries.map(([key, value]): [string, Json] => [key, toValue(value)]));
}

function toValue(value: unknown): Json {
  if (typeof value === 'number') return parseJson(String(value));
  if (isJsonObject(value) || typeof value === 'string' || typeof value === 'boolean') return value;
  return toObject(value as object);
}

function fromSettings(settings: string): IndexDefinition | undefined {
  const all = parseJson(settings);
  const pinecone = isJsonObject(all) ? all.get('pinecone') : undefined;
  if (!isJsonObject(pinecone)) return undefined;
  const embedding = pinecone.get('embedding');
  return {
    ...(plain(pinecone) as object),
    spec: plain(pinecone.get('spec') ?? jsonObject({})) as IndexSpec,
    tags: (pinecone.get('tags') ?? new Map()) as ReadonlyMap<string, string>,
    ...(isJsonObject(embedding) && { embedding: plain(embedding) as IndexEmbedding }),
  };
}

/** The outermost object as a literal; objects within stay as they are. */
function plain(value: Json): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [key, toPlainNumber(item)]));
}

function toPlainNumber(value: Json): Json | number {
  return typeof value === 'object' && value !== null && 'text' in value ? Number(value.text) : value;
}
