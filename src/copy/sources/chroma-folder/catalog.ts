import type { Metric } from '../../../collections/collection.js';
import { isJsonObject, type Json, parseJson } from '../../../http/json.js';
import type { DatabaseCopy, Row } from './database-copy.js';
import { metadataOf } from './metadata.js';

/** A collection as the folder's database has it. */
export interface FolderCollection {
  readonly uuid: string;
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  readonly dimension: number | null;
  readonly metric: Metric;
  /** A JSON object's text. */
  readonly metadata: string | null;
  readonly vectorSegment: string | null;
  readonly metadataSegment: string | null;
}

const METRICS: readonly string[] = ['l2', 'cosine', 'ip'] satisfies readonly Metric[];
/** Where versions keep the space that is not in the collection's metadata, the newest last. */
const SPACE_PATHS = [
  ['config_json_str', 'hnsw_configuration', 'space'],
  ['config_json_str', 'vector_index', 'hnsw', 'space'],
  ['schema_str', 'keys', '#embedding', 'float_list', 'vector_index', 'config', 'space'],
] as const;

/** All collections, ordered by tenant, database and name. */
export function readCatalog(copy: DatabaseCopy): readonly FolderCollection[] {
  const columns = copy.columns('collections');
  if (!columns.has('database_id')) throw new Error('the folder is older than Chroma 0.4.15, which cannot be read');
  const optional = ['config_json_str', 'schema_str'].map((name) => (columns.has(name) ? `c.${name}` : `NULL AS ${name}`));
  const rows = copy.rows(`
    SELECT c.id, c.name, c.dimension, d.name AS database, d.tenant_id AS tenant, ${optional.join(', ')},
      (SELECT s.id FROM segments s WHERE s.collection = c.id AND s.scope = 'VECTOR') AS vector_segment,
      (SELECT s.id FROM segments s WHERE s.collection = c.id AND s.scope = 'METADATA') AS metadata_segment
    FROM collections c JOIN databases d ON d.id = c.database_id ORDER BY d.tenant_id, d.name, c.name`);
  return rows.map((row) => toCollection(copy, row));
}

function toCollection(copy: DatabaseCopy, row: Row): FolderCollection {
  const uuid = String(row.id);
  const entries = collectionMetadata(copy, uuid);
  return {
    uuid,
    tenant: String(row.tenant),
    database: String(row.database),
    name: String(row.name),
    dimension: row.dimension === null ? null : Number(row.dimension),
    metric: metricOf(row, entries),
    metadata: metadataOf(entries).text,
    vectorSegment: row.vector_segment === null ? null : String(row.vector_segment),
    metadataSegment: row.metadata_segment === null ? null : String(row.metadata_segment),
  };
}

function collectionMetadata(copy: DatabaseCopy, uuid: string): readonly Row[] {
  const flag = copy.columns('collection_metadata').has('bool_value') ? 'bool_value' : 'NULL AS bool_value';
  return copy.rows(
    `SELECT key, str_value AS string_value, CAST(int_value AS TEXT) AS int_value, float_value, ${flag}
     FROM collection_metadata WHERE collection_id = ? ORDER BY rowid`,
    [uuid],
  );
}

/** The metadata decides: where a version has a configuration besides, it may have been left at its default. */
function metricOf(row: Row, metadata: readonly Row[]): Metric {
  const given = metadata.find(({ key }) => key === 'hnsw:space')?.string_value;
  const spaces = [given, ...SPACE_PATHS.map(([column, ...path]) => spaceAt(row[column], path)).reverse()];
  const space = spaces.find((each) => typeof each === 'string') ?? 'l2';
  if (METRICS.includes(space)) return space as Metric;
  throw new Error(`the collection ${String(row.name)} has the space ${space}, which is not known here`);
}

function spaceAt(text: Row[string] | undefined, path: readonly string[]): string | undefined {
  let value: Json | undefined = typeof text === 'string' && text !== '' ? parseJson(text) : undefined;
  for (const key of path) value = isJsonObject(value) ? value.get(key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
