import { Injectable } from '@nestjs/common';
import type { Collection, IndexContent } from '../../collections/collection.js';
import { localName, type RemoteBuild, remoteBuilds } from '../../postgres/cluster/builds.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';

/** What there is of collections and their vector indexes, in the whole database. */
export interface IndexCounts {
  /** Collections without, and with tables of their own. */
  readonly pooled: number;
  readonly dedicated: number;
  readonly ready: number;
  readonly building: number;
  /** Vectors in indexes, as they were when built, by what the indexes hold of them. */
  readonly vectors: Readonly<Record<IndexContent, number>>;
  /** How much of the index that is being built is done, from 0 to 1; 1 when there is none. */
  readonly progress: number;
  /** Namespaces whose indexes keep the recall that was asked for when it was measured, those that miss it, and those not measured. */
  readonly recall: Readonly<Record<'kept' | 'missed' | 'unmeasured', number>>;
}

type CountRow = Readonly<Record<'pooled' | 'dedicated' | 'ready' | 'building' | 'namespaces' | 'measured' | 'kept', string>> &
  Readonly<Record<'full_vectors' | 'half_vectors' | 'binary_vectors' | 'progress', string | null>>;

/** Counts for `/metrics`. */
@Injectable()
export class IndexMetricsStore {
  constructor(private readonly database: Database) {}

  /** Of the collection's index that is being built; null when that is not known. */
  async progressOf(collection: Collection): Promise<number | null> {
    const [row] = await this.database.query<{ progress: string | null }>(sql`
      SELECT max(p.tuples_done::float8 / NULLIF(p.tuples_total, 0)) AS progress FROM pg_stat_progress_create_index p
      JOIN pg_class k ON k.oid = p.index_relid
      JOIN polyvec.vector_indexes i ON k.relname = 'hnsw_' || i.id WHERE i.collection_id = ${collection.id}`);
    if (row?.progress != null) return Number(row.progress);
    const remote = await remoteBuilds(this.database);
    if (remote.length === 0) return null;
    const begun = await this.database.query<{ id: string }>(sql`
      SELECT id FROM polyvec.vector_indexes WHERE collection_id = ${collection.id} AND state = 'building'`);
    const names = new Set(begun.map(({ id }) => `hnsw_${id}`));
    const shares = remote.filter(({ index }) => names.has(localName(index))).flatMap(shareOf);
    return shares.length === 0 ? null : Math.max(...shares);
  }

  async count(): Promise<IndexCounts> {
    const [row] = await this.database.query<CountRow>(sql`
      SELECT c.pooled, c.dedicated, i.ready, i.building, i.full_vectors, i.half_vectors, i.binary_vectors, i.namespaces, m.measured, m.kept, (
        SELECT min(p.tuples_done::float8 / NULLIF(p.tuples_total, 0)) FROM pg_stat_progress_create_index p
        JOIN pg_class k ON k.oid = p.index_relid WHERE k.relname LIKE 'hnsw\_%') AS progress
      FROM (
        SELECT count(*) FILTER (WHERE record_table = 'pool_records') AS pooled,
          count(*) FILTER (WHERE record_table <> 'pool_records') AS dedicated FROM polyvec.collections WHERE parent_id IS NULL) AS c,
      (SELECT count(*) FILTER (WHERE state = 'ready') AS ready, count(*) FILTER (WHERE state = 'building') AS building,
          sum(rows) FILTER (WHERE state = 'ready' AND content = 'full') AS full_vectors,
          sum(rows) FILTER (WHERE state = 'ready' AND content = 'half') AS half_vectors,
          sum(rows) FILTER (WHERE state = 'ready' AND content = 'binary') AS binary_vectors,
          count(DISTINCT (collection_id, namespace)) FILTER (WHERE state = 'ready') AS namespaces
        FROM polyvec.vector_indexes) AS i,
      (SELECT count(*) AS measured, count(*) FILTER (WHERE EXISTS (
          SELECT FROM json_to_recordset(m.points) AS p ("limit" integer, recall float8, error float8)
          WHERE p."limit" = 10 AND (p.recall = 1 OR p.recall - p.error >= COALESCE(c.recall, m.target)))) AS kept
        FROM polyvec.recall_measurements m JOIN polyvec.collections c ON c.id = m.collection_id) AS m`);
    const of = (value: string | null | undefined, fallback: number): number => (value == null ? fallback : Number(value));
    const building = of(row?.building, 0);
    const measured = of(row?.measured, 0);
    const kept = of(row?.kept, 0);
    return {
      pooled: of(row?.pooled, 0),
      dedicated: of(row?.dedicated, 0),
      ready: of(row?.ready, 0),
      building,
      vectors: { full: of(row?.full_vectors, 0), half: of(row?.half_vectors, 0), binary: of(row?.binary_vectors, 0) },
      recall: { kept, missed: measured - kept, unmeasured: Math.max(0, of(row?.namespaces, 0) - measured) },
      progress: row?.progress == null && building > 0 ? await this.remoteProgress() : of(row?.progress, 1),
    };
  }

  private async remoteProgress(): Promise<number> {
    const vectors = (await remoteBuilds(this.database)).filter(({ index }) => index.startsWith('hnsw_'));
    return Math.min(1, ...vectors.flatMap(shareOf), ...(vectors.length === 0 ? [0] : []));
  }
}

/** Nothing where the total is not known yet. */
function shareOf({ done, total }: RemoteBuild): readonly number[] {
  return total === 0 ? [] : [done / total];
}
