import { Injectable } from '@nestjs/common';
import type { Collection, IndexContent, IndexReason, Metric } from '../../collections/collection.js';
import { namespaceTable, vectorTable } from '../../collections/place-tables.store.js';
import { textArray } from '../../postgres/binary.js';
import { type BuildSetting, localName, remoteBuilds, setOnNodes } from '../../postgres/cluster/builds.js';
import { Database } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { identifier, integer, join, literal, type Sql, sql } from '../../postgres/sql.js';
import { heldCollection, liveCollection, recordCount, UNINDEXED } from '../record-tables.js';
import { uncovered } from '../search/search-plan.js';
import type { NamespaceState, SegmentState } from './index-plan.js';

/** An index to be built: its place in the catalog, and how. */
export interface IndexDefinition {
  readonly namespace: string;
  readonly low: bigint;
  readonly high: bigint;
  readonly content: IndexContent;
  readonly reason: IndexReason;
  readonly m: number;
  readonly efConstruction: number;
}

/** How much of a namespace searches find by an index, and how much is waiting for one. */
export interface IndexCoverage {
  readonly rows: number;
  /** Records, counted again with every write that names them. */
  readonly operations: number;
  /** Vectors that no index covers. */
  readonly tail: number;
}

/** What the server says of a build: its phase, and rows, of which the total may be unknown, 0. */
export interface BuildProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

type ReadyRow = Readonly<Record<'id' | 'namespace' | 'low' | 'high' | 'rows', string>>;
type StateRow = Readonly<{
  namespace: string;
  id: string | null;
  low: string;
  high: string;
  built: string;
  rows: string;
  last: string;
}>;

const OPERATOR_CLASSES: Readonly<Record<IndexContent, Readonly<Record<Metric, string>>>> = {
  full: { l2: 'vector_l2_ops', cosine: 'vector_cosine_ops', ip: 'vector_ip_ops' },
  half: { l2: 'halfvec_l2_ops', cosine: 'halfvec_cosine_ops', ip: 'halfvec_ip_ops' },
  binary: { l2: 'bit_hamming_ops', cosine: 'bit_hamming_ops', ip: 'bit_hamming_ops' },
};

/** The vector indexes of dedicated tables, and their rows in the catalog. */
@Injectable()
export class VectorIndexStore {
  constructor(private readonly database: Database) {}

  /** What is indexed in each namespace that has an index, or more vectors than `minRows` without one. Reads the index on numbers. */
  async states(collection: Collection, minRows: number): Promise<ReadonlyMap<string, NamespaceState>> {
    // the catalog and the collection's place are read one after the other: no statement needs both
    const ready = await this.database.query<ReadyRow>(sql`
      SELECT id, namespace, low, high, rows FROM polyvec.vector_indexes WHERE collection_id = ${collection.id} AND state = 'ready'`);
    const column = (name: keyof ReadyRow): Sql => sql`${textArray(ready.map((row) => row[name]))}::text[]`;
    const rows = await this.database.query<StateRow>(sql`
      WITH ready AS MATERIALIZED (
        SELECT i.id::bigint, i.namespace, i.low::bigint, i.high::bigint, i.rows::bigint
        FROM unnest(${column('id')}, ${column('namespace')}, ${column('low')}, ${column('high')}, ${column('rows')})
          AS i (id, namespace, low, high, rows)),
      large AS MATERIALIZED (
        SELECT name FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id} AND record_count > ${minRows}
        UNION SELECT namespace FROM ready),
      counted AS (
        SELECT v.namespace, i.id, count(*) AS rows, max(v.seq) AS last
        FROM large l JOIN ${vectorTable(collection)} v ON v.namespace = l.name
        LEFT JOIN ready i ON i.namespace = v.namespace AND v.seq > i.low AND v.seq <= i.high
        WHERE v.seq < ${UNINDEXED}::bigint GROUP BY v.namespace, i.id)
      SELECT COALESCE(c.namespace, i.namespace) AS namespace, i.id, COALESCE(i.low, 0) AS low, COALESCE(i.high, 0) AS high,
        COALESCE(i.rows, 0) AS built, COALESCE(c.rows, 0) AS rows, COALESCE(c.last, 0) AS last
      FROM ready i FULL JOIN counted c ON c.id = i.id
      WHERE i.id IS NOT NULL OR c.rows > ${minRows} ORDER BY 1, 3`);
    return statesOf(rows);
  }

  /** What the server says that it can keep in memory, and what all vector indexes take but these. Those on other nodes take none here. */
  async memory(except: readonly string[]): Promise<{ readonly cacheBytes: number; readonly indexBytes: number }> {
    const [row] = await this.database.query<{ cache: string; used: string }>(sql`
      SELECT (SELECT setting::bigint FROM pg_settings WHERE name = 'effective_cache_size') * 8192 AS cache,
        COALESCE(sum(pg_relation_size(c.oid)), 0)::bigint AS used
      FROM pg_class c WHERE c.relkind = 'i' AND c.relname ~ '^hnsw_[0-9]+$' AND NOT c.relname = ANY (${except.map(indexName)}::text[])`);
    return { cacheBytes: Number(row?.cache ?? 0), indexBytes: Number(row?.used ?? 0) };
  }

  /** Notes in the catalog that an index is being built. Returns its id; undefined when the collection is gone. */
  async begin(collection: Collection, definition: IndexDefinition): Promise<string | undefined> {
    const { namespace, low, high, content, reason } = definition;
    const [row] = await this.database.query<{ id: string }>(sql`
      WITH live AS MATERIALIZED (${heldCollection(collection, 'catalog')})
      INSERT INTO polyvec.vector_indexes (collection_id, namespace, low, high, content, reason)
      SELECT ${collection.id}, ${namespace}, ${low}, ${high}, ${content}, ${reason} FROM live RETURNING id`);
    return row?.id;
  }

  /**
   * Runs `work`, in which a session may build, with a setting of builds on the nodes of a cluster, if there are any: what a session sets
   * stays on its coordinator. Returns the nodes that did not take it.
   */
  async withOnNodes(setting: BuildSetting, value: string, work: () => Promise<void>): Promise<readonly string[]> {
    const refused = await setOnNodes(this.database, setting, value);
    try {
      await work();
    } finally {
      // one that stays set costs no more than memory, and the next build sets it anew
      await setOnNodes(this.database, setting, null).catch(() => undefined);
    }
    return refused;
  }

  /** Builds the index that `begin` has noted. On a server, others read and write meanwhile. */
  async build(session: Session, collection: Collection, id: string, definition: IndexDefinition): Promise<void> {
    await session.script(indexText(collection, id, definition, this.database.traits.concurrentIndexes).text);
  }

  /** The index is ready, and those it replaces are not used any more: statements of instances that remember them are stale. */
  async finish(collection: Collection, id: string, definition: IndexDefinition, replaced: readonly string[]): Promise<void> {
    const { namespace, low, high } = definition;
    const [counted] = await this.database.query<{ rows: string }>(sql`
      SELECT count(*) AS rows FROM ${vectorTable(collection)} v
      WHERE v.namespace = ${namespace} AND v.seq > ${low} AND v.seq <= ${high}`);
    await this.database.query(sql`
      WITH ready AS (
        UPDATE polyvec.vector_indexes SET state = 'ready', rows = ${counted?.rows ?? '0'} WHERE id = ${id} RETURNING id),
      retired AS (
        UPDATE polyvec.vector_indexes SET state = 'retired' WHERE id = ANY (${replaced}::text[]::bigint[]))
      UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = ${collection.id} AND EXISTS (SELECT FROM ready)`);
  }

  /** No search may use these any more. */
  async retire(collection: Collection, ids: readonly string[]): Promise<void> {
    await this.database.query(sql`
      WITH retired AS (
        UPDATE polyvec.vector_indexes SET state = 'retired' WHERE id = ANY (${ids}::text[]::bigint[]) AND state = 'ready' RETURNING id)
      UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = ${collection.id} AND EXISTS (SELECT FROM retired)`);
  }

  /** Indexes that were replaced, or whose building was cut off: nobody builds while the caller has the lease. */
  async leftovers(): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(sql`
      SELECT id FROM polyvec.vector_indexes WHERE state <> 'ready' AND NOT EXISTS (
        SELECT FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.index_relid
        WHERE c.relname = 'hnsw_' || id)
      ORDER BY id`);
    if (rows.length === 0) return [];
    const built = new Set((await remoteBuilds(this.database)).map(({ index }) => localName(index)));
    return rows.map(({ id }) => id).filter((id) => !built.has(indexName(id)));
  }

  /** Indexes on the collection's vectors that have no row in the catalog. */
  async unknown(collection: Collection): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(sql`
      SELECT substr(x.relname, 6) AS id FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = to_regclass(${vectorTable(collection).text}) AND x.relname ~ '^hnsw_[0-9]+$'
        AND NOT EXISTS (SELECT FROM polyvec.vector_indexes k WHERE x.relname = 'hnsw_' || k.id)`);
    return rows.map(({ id }) => id);
  }

  async drop(session: Session, id: string): Promise<void> {
    await this.dropIndex(session, id, this.database.traits.concurrentIndexes ? 'CONCURRENTLY' : '');
    await this.database.query(sql`DELETE FROM polyvec.vector_indexes WHERE id = ${id} AND state <> 'ready'`);
  }

  /** Removes what a failed build has left, so that it can be tried again. */
  async dropUnready(session: Session, id: string): Promise<void> {
    await this.dropIndex(session, id, '');
  }

  /** It is in the schema of its table, of which nothing may be known any more. */
  private async dropIndex(session: Session, id: string, concurrently: 'CONCURRENTLY' | ''): Promise<void> {
    const rows = await this.database.query<{ name: string }>(sql`
      SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relname = ${indexName(id)} AND c.relkind = 'i'`);
    for (const { name } of rows) await session.script(`DROP INDEX ${concurrently} IF EXISTS ${name}`);
  }

  /** How far the build of an index on the collection's vectors is; undefined when there is none. */
  async progress(collection: Collection): Promise<BuildProgress | undefined> {
    const [row] = await this.database.query<{ phase: string; done: string; total: string }>(sql`
      SELECT phase, tuples_done AS done, tuples_total AS total FROM pg_stat_progress_create_index
      WHERE relid = to_regclass(${vectorTable(collection).text})`);
    if (row !== undefined) return { phase: row.phase, done: Number(row.done), total: Number(row.total) };
    const remote = await remoteBuilds(this.database);
    if (remote.length === 0) return undefined;
    const begun = await this.database.query<{ id: string }>(sql`
      SELECT id FROM polyvec.vector_indexes WHERE collection_id = ${collection.id} AND state = 'building'`);
    return remote.find(({ index }) => begun.some(({ id }) => indexName(id) === localName(index)));
  }

  /** Removes dead vectors from the table and its indexes, and refreshes what planners know of it. */
  async vacuum(session: Session, collection: Collection): Promise<void> {
    await session.script(`VACUUM (INDEX_CLEANUP ON, ANALYZE) ${vectorTable(collection).text}`);
  }

  /** How much of a namespace is indexed, whatever is worth an index. */
  async coverage(collection: Collection, namespace: string): Promise<IndexCoverage | 'stale'> {
    const indexes = collection.indexes.filter((index) => index.namespace === namespace);
    const outside = uncovered(indexes).map(({ low, high }) =>
      high === null ? sql`v.seq > ${low}` : sql`(v.seq > ${low} AND v.seq <= ${high})`,
    );
    const [row] = await this.database.query<{ rows: string; tail: string; operations: string }>(sql`
      SELECT ${recordCount(collection, namespace)} AS rows,
        COALESCE((SELECT n.operations FROM ${namespaceTable(collection)} n
          WHERE n.collection_id = ${collection.id} AND n.name = ${namespace}), 0) AS operations,
        (SELECT count(*) FROM ${vectorTable(collection)} v WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace}
           AND (${join(outside, ' OR ')}) AND v.seq < ${UNINDEXED}::bigint) AS tail
      FROM (${liveCollection(collection)}) AS live`);
    return row === undefined ? 'stale' : { rows: Number(row.rows), tail: Number(row.tail), operations: Number(row.operations) };
  }
}

function statesOf(rows: readonly StateRow[]): ReadonlyMap<string, NamespaceState> {
  const states = new Map<string, { segments: SegmentState[]; tail: NamespaceState['tail'] }>();
  for (const row of rows) {
    const state = states.get(row.namespace) ?? { segments: [], tail: { rows: 0, high: 0n } };
    states.set(row.namespace, state);
    if (row.id === null) state.tail = { rows: Number(row.rows), high: BigInt(row.last) };
    else
      state.segments.push({
        id: row.id,
        low: BigInt(row.low),
        high: BigInt(row.high),
        last: BigInt(row.last),
        builtRows: Number(row.built),
        rows: Number(row.rows),
      });
  }
  return states;
}

/** What the index is called in the database. */
export function indexName(id: string): string {
  return `hnsw_${id}`;
}

function indexText(collection: Collection, id: string, definition: IndexDefinition, concurrently: boolean): Sql {
  const { namespace, low, high, content, m, efConstruction } = definition;
  const operators = identifier(operatorClass(collection, content));
  return sql`
    CREATE INDEX ${concurrently ? sql`CONCURRENTLY` : sql``} ${identifier(indexName(id))} ON ${vectorTable(collection)}
    USING hnsw (${indexedForm(content, collection.dimension ?? 0, sql`embedding`)} ${operators})
    WITH (m = ${integer(m)}, ef_construction = ${integer(efConstruction)})
    WHERE namespace = ${literal(namespace)} AND seq > ${integer(Number(low))} AND seq <= ${integer(Number(high))}`;
}

/** How an index on a collection's vectors compares them. */
export function operatorClass(collection: Collection, content: IndexContent): string {
  return OPERATOR_CLASSES[content][collection.metric];
}

/** What an index on a collection's vectors holds, in the server's words. */
export function indexColumn(collection: Collection, content: IndexContent): string {
  return indexedForm(content, collection.dimension ?? 0, sql`embedding`).text;
}

/** What an index holds of an embedding: an expression that a search must use as it is. */
export function indexedForm(content: IndexContent, dimension: number, embedding: Sql): Sql {
  switch (content) {
    case 'full':
      return embedding;
    case 'half':
      return sql`(${embedding}::halfvec(${integer(dimension)}))`;
    case 'binary':
      return sql`(binary_quantize(${embedding})::bit(${integer(dimension)}))`;
  }
}
