import type { Queryable } from '../database.js';
import { literal, sql } from '../sql.js';
import { askNodes } from './cluster.js';

/** A build of an index on a node, in that server's words; `index` is its name there, which ends with the number of a shard. */
export interface RemoteBuild {
  readonly index: string;
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

const BUILDS = `SELECT COALESCE(json_agg(json_build_object('index', c.relname, 'phase', p.phase, 'done', p.tuples_done,
  'total', p.tuples_total)), '[]')::text FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.index_relid
  WHERE p.datname = current_database()`;

/** The builds of indexes on all nodes but the coordinator, which does not see them; none on a plain Postgres. */
export async function remoteBuilds(queryable: Queryable): Promise<readonly RemoteBuild[]> {
  const answers = await askNodes(queryable, BUILDS);
  return [...answers.values()].flatMap((answer) => (answer === undefined ? [] : (JSON.parse(answer) as RemoteBuild[])));
}

/** What the index of a shard is called on the coordinator. */
export function localName(index: string): string {
  return index.replace(/_\d+$/, '');
}

/** Settings of builds. */
export type BuildSetting = 'maintenance_work_mem' | 'max_parallel_maintenance_workers';

/**
 * Sets a setting on all nodes for connections that this role opens from now on, or with null sets it back; nothing happens on a plain
 * Postgres. A coordinator passes on what is set in a transaction alone, in which no index can be built concurrently. Returns the nodes
 * that have refused, or that are down.
 */
export async function setOnNodes(queryable: Queryable, setting: BuildSetting, value: string | null): Promise<readonly string[]> {
  const change = value === null ? `RESET ${setting}` : `SET ${setting} = ${literal(value).text}`;
  // a node passes definitions on, too, which only the coordinator may
  const block = `BEGIN PERFORM set_config('citus.enable_ddl_propagation', 'off', TRUE);
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I ', current_database()) || ${literal(change).text}; END`;
  const answers = await askNodes(queryable, sql`DO ${literal(block)}`.text);
  return [...answers].flatMap(([node, answer]) => (answer === undefined ? [node] : []));
}
