import { StreamableFile } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { jsonObject, JsonNumber, parseJson, stringifyJson, type Json, type JsonObject } from '../../http/json.js';
import { ColumnSpool } from '../../http/spool.js';
import type { IndexProgress } from '../../records/maintenance/indexes.service.js';
import type { Match, Parts, StoredRecord } from '../../records/record.js';
import type { TenantDatabase } from '../../tenants/tenant.js';
import { configurationJson, legacyConfigurationJson, withDiscoveredKeys } from './collections/configuration/schema.js';
import { schemaOf } from './collections/collection-schema.js';
import type { Include } from './requests.js';

/** The answer to what has nothing to tell. */
export const EMPTY = '{}';

/** How a client reads collections: Chroma 1.x, Python 0.5.16 to 0.6.3 on v2, or one of the two shapes of v1. */
export type CollectionShape = 'modern' | 'legacy' | 'v1' | 'v1-minimal';

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
  const zero = new JsonNumber('0');
  const common: Record<string, Json> = {
    ...identity,
    configuration_json: shape === 'modern' ? configurationJson(schema) : legacyConfigurationJson(schema),
    dimension: collection.dimension === null ? null : new JsonNumber(String(collection.dimension)),
    tenant: collection.tenant,
    database: collection.database,
    version: zero,
  };
  if (shape === 'v1') return jsonObject(common);
  if (shape === 'legacy') return jsonObject({ ...common, log_position: zero });
  return jsonObject({ ...common, log_position: zero, schema: withDiscoveredKeys(schema, collection.fields) });
}

export function toDatabaseResponse(database: TenantDatabase): string {
  return JSON.stringify(database);
}

export function toDatabaseListResponse(databases: readonly TenantDatabase[]): string {
  return JSON.stringify(databases);
}

/** The parts of a record that an include list asks for. */
export function partsOf(include: readonly string[]): Parts {
  return {
    document: include.includes('documents'),
    uri: include.includes('uris'),
    metadata: include.includes('metadatas'),
    embedding: include.includes('embeddings'),
  };
}

/** The columns of an answer, in its order. `text` is the JSON text of a record's value. */
const COLUMNS: readonly {
  readonly key: string;
  readonly include: Include | undefined;
  readonly text: (record: StoredRecord) => string;
}[] = [
  { key: 'ids', include: undefined, text: (record) => JSON.stringify(record.id) },
  { key: 'embeddings', include: 'embeddings', text: (record) => floatsText(record.embedding) },
  { key: 'documents', include: 'documents', text: (record) => JSON.stringify(record.document) },
  { key: 'uris', include: 'uris', text: (record) => JSON.stringify(record.uri) },
  { key: 'metadatas', include: 'metadatas', text: (record) => record.metadata ?? 'null' },
];

/** Collects the records of a get and makes the answer of them. */
export class GetResponse {
  private readonly columns;
  private readonly spool: ColumnSpool;
  private empty = true;

  /** `tail` is JSON text that follows the columns, such as `"include":["documents"]`. */
  constructor(
    include: readonly string[],
    private readonly tail: string,
  ) {
    this.columns = COLUMNS.filter((column) => column.include === undefined || include.includes(column.include));
    this.spool = new ColumnSpool(this.columns.length);
  }

  async take(records: readonly StoredRecord[]): Promise<void> {
    if (records.length === 0) return;
    const separator = this.empty ? '' : ',';
    this.empty = false;
    await this.spool.append(this.columns.map((column) => separator + records.map(column.text).join(',')));
  }

  async restart(): Promise<void> {
    this.empty = true;
    await this.spool.clear();
  }

  async discard(): Promise<void> {
    await this.spool.discard();
  }

  finish(): string | StreamableFile {
    const before = this.columns.map((column, index) => `${index === 0 ? '{' : '],'}"${column.key}":[`);
    const absent = COLUMNS.filter((column) => !this.columns.includes(column)).map((column) => `"${column.key}":null,`);
    const reply = this.spool.finish(before, `],${absent.join('')}${this.tail}}`);
    return typeof reply === 'string' ? reply : new StreamableFile(reply, { type: 'application/json' });
  }
}

/** An operation is a record's. */
export function toIndexingStatus({ total, pending }: IndexProgress): string {
  const share = total === 0 ? 1 : (total - pending) / total;
  const progress = Number.isInteger(share) ? share.toFixed(1) : String(share);
  const indexed = String(total - pending);
  return `{"op_indexing_progress":${progress},"num_unindexed_ops":${String(pending)},"num_indexed_ops":${indexed},"total_ops":${String(total)}}`;
}

export function includeTail(include: readonly string[]): string {
  return `"include":${JSON.stringify(include)}`;
}

/** The answer to a query: a list per query in every column. */
export function toQueryResponse(matches: readonly (readonly Match[])[], include: readonly string[], tail: string): string {
  const columns = COLUMNS.map(({ key, include: name, text }) => {
    if (name !== undefined && !include.includes(name)) return `"${key}":null`;
    return `"${key}":[${matches.map((list) => `[${list.map(text).join(',')}]`).join(',')}]`;
  });
  const distances = matches.map((list) => `[${list.map((match) => floatText(match.distance)).join(',')}]`);
  columns.push(`"distances":${include.includes('distances') ? `[${distances.join(',')}]` : 'null'}`);
  return `{${columns.join(',')},${tail}}`;
}

/** Postgres prints whole floats without a point; in Chroma's answers every float has one. */
function floatsText(embedding: string | null): string {
  return embedding === null ? 'null' : embedding.replace(/(?<=[[,])-?\d+(?=[,\]])/g, '$&.0');
}

function floatText(value: string): string {
  if (/^-?\d+$/.test(value)) return `${value}.0`;
  // neither NaN nor Infinity is JSON
  return /^-?\d/.test(value) ? value : 'null';
}
