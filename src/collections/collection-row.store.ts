import { type Sql, sql } from '../postgres/sql.js';
import type {
  Collection,
  Field,
  Metric,
  Parent,
  ProtocolName,
  RecallMeasurement,
  VectorIndex,
  VectorType,
  WordIndexState,
  WordSource,
  WriteCounters,
} from './collection.js';
import { NAMESPACES_OF_LISTED } from './place-tables.store.js';

/** A collection's row as text: `SELECT ${COLUMNS} FROM polyvec.collections c ${JOINS}`. */
export type CollectionRow = Readonly<{
  id: string;
  uuid: string;
  name: string;
  parent_id: string | null;
  parent_uuid: string | null;
  namespace: string | null;
  children: string | null;
  tenant: string;
  database: string;
  protocol: ProtocolName;
  metric: Metric;
  dimension: string | null;
  vector_type: VectorType;
  has_sparse: string;
  sparse_keys_indexed: string;
  deletion_protection: string;
  created_ms: string;
  metadata: string | null;
  settings: string;
  fields: string | null;
  place: string;
  record_table: string;
  vector_table: string;
  moving: string;
  late_indexes: string;
  document_index: string;
  word_index: WordIndexState;
  word_sources: string | null;
  is_indexing: string;
  indexes: string | null;
  measurements: string | null;
  recall: string | null;
  epoch: string;
  counters: string | null;
}>;

/** What the row `c` of the catalog is called: a child, as its parent. */
export const NAME = sql`COALESCE(c.name, (SELECT p.name FROM polyvec.collections p WHERE p.id = c.parent_id))`;

/** Of the row `c`: clients know it. */
export const IS_KNOWN = sql`c.parent_id IS NULL`;

/** How often the default namespace of the row `c` was written to. */
const COUNTERS = sql`(SELECT json_build_object('writes', n.lsn, 'operations', n.operations) FROM ${NAMESPACES_OF_LISTED} n
  WHERE n.name = '')::text`;

/** A collection's row `c` with its database `d` and tenant `t`. */
export const COLUMNS = columnsWith(COUNTERS);
/** The same without a look into the collection's place: it seems never to have been written to. */
export const CATALOG_COLUMNS = columnsWith(sql`NULL::text`);

function columnsWith(counters: Sql): Sql {
  return sql`c.id, c.uuid, ${NAME} AS name, t.name AS tenant, d.name AS database, c.protocol, c.metric,
  c.dimension, c.vector_type, c.has_sparse, c.sparse_keys_indexed, c.deletion_protection, floor(extract(epoch FROM c.created_at) * 1000)::bigint AS created_ms,
  c.metadata::text AS metadata, c.settings::text AS settings, c.place, c.record_table, c.vector_table, c.moving, c.late_indexes, c.document_index, c.word_index, c.word_sources::text AS word_sources, c.recall,
  c.epoch, c.parent_id, (SELECT p.uuid FROM polyvec.collections p WHERE p.id = c.parent_id) AS parent_uuid, c.namespace,
  (SELECT json_object_agg(k.namespace, k.id::text) FROM polyvec.collections k WHERE k.parent_id = c.id)::text AS children,
  ${counters} AS counters,
  EXISTS (SELECT FROM polyvec.vector_indexes i WHERE i.collection_id = c.id AND i.state = 'building') OR EXISTS (
    SELECT FROM polyvec.collections k JOIN polyvec.vector_indexes i ON i.collection_id = k.id
    WHERE k.parent_id = c.id AND i.state = 'building') AS is_indexing,
  (SELECT json_agg(json_build_object('name', f.name, 'type', f.type) ORDER BY f.name, f.type)
   FROM polyvec.collection_fields f WHERE f.collection_id = COALESCE(c.parent_id, c.id))::text AS fields,
  (SELECT json_agg(json_build_object('id', i.id::text, 'namespace', i.namespace, 'low', i.low::text, 'high', i.high::text,
     'content', i.content, 'reason', i.reason, 'rows', i.rows) ORDER BY i.namespace, i.low)
   FROM polyvec.vector_indexes i WHERE i.collection_id = c.id AND i.state = 'ready')::text AS indexes,
  (SELECT json_agg(json_build_object('namespace', m.namespace, 'target', m.target, 'indexes', m.indexes, 'rows', m.rows,
     'queries', m.queries, 'recentQueries', m.recent_queries, 'points', m.points, 'contents', m.contents,
     'forms', m.forms,
     'measuredAt', floor(extract(epoch FROM m.measured_at) * 1000)::bigint) ORDER BY m.namespace)
   FROM polyvec.recall_measurements m WHERE m.collection_id = c.id)::text AS measurements`;
}
export const JOINS = sql`JOIN polyvec.databases d ON d.id = c.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id`;

const UNWRITTEN: WriteCounters = { writes: 0, operations: 0 };
const NO_CHILDREN: ReadonlyMap<string, string> = new Map();

export function toCollection(row: CollectionRow): Collection {
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    parent: parentOf(row),
    children: row.children === null ? NO_CHILDREN : new Map(Object.entries(JSON.parse(row.children) as Record<string, string>)),
    tenant: row.tenant,
    database: row.database,
    protocol: row.protocol,
    metric: row.metric,
    dimension: row.dimension === null ? null : Number(row.dimension),
    vectorType: row.vector_type,
    hasSparse: row.has_sparse === 't',
    sparseKeysIndexed: row.sparse_keys_indexed === 't',
    deletionProtection: row.deletion_protection === 't',
    createdAt: new Date(Number(row.created_ms)),
    metadata: row.metadata,
    settings: row.settings,
    fields: row.fields === null ? [] : (JSON.parse(row.fields) as Field[]),
    place: row.place,
    recordTable: row.record_table,
    vectorTable: row.vector_table,
    moving: row.moving === 't',
    lateIndexes: row.late_indexes === 't',
    documentIndex: row.document_index === 't',
    wordIndex: row.word_index,
    wordSources: row.word_sources === null ? [] : (JSON.parse(row.word_sources) as WordSource[]),
    isIndexing: row.is_indexing === 't',
    indexes: row.indexes === null ? [] : (JSON.parse(row.indexes) as VectorIndex[]),
    measurements: row.measurements === null ? [] : (JSON.parse(row.measurements) as RecallMeasurement[]),
    recall: row.recall === null ? null : Number(row.recall),
    epoch: row.epoch,
    counters: row.counters === null ? UNWRITTEN : (JSON.parse(row.counters) as WriteCounters),
  };
}

function parentOf({ parent_id: id, parent_uuid: uuid, namespace }: CollectionRow): Parent | null {
  return id === null || uuid === null || namespace === null ? null : { id, uuid, namespace };
}
