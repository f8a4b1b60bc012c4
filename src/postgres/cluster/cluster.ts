import type { Queryable } from '../database.js';
import { type Sql, sql } from '../sql.js';

/** A server of a cluster of Citus. */
export interface ClusterNode {
  /** `host:port`, as the coordinator reaches it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly isCoordinator: boolean;
  readonly isActive: boolean;
  /** Whether places may be put on it. */
  readonly takesPlaces: boolean;
}

/** As Citus declares it. */
const ASK_NODES = 'run_command_on_workers(text,boolean)';

type NodeRow = Readonly<Record<'host' | 'port' | 'coordinator' | 'active' | 'takes_places', string>>;
type AnswerRow = Readonly<{ place: string; success: string; result: string | null }>;

/**
 * The nodes that Citus knows, the coordinator first; none on a plain Postgres, and where the extension is there without any. The names
 * of Citus' tables and functions stand without a schema: they are in `pg_catalog`, which is looked through before all others.
 */
export async function nodesOf(queryable: Queryable): Promise<readonly ClusterNode[]> {
  if (!(await isThere(queryable, 'pg_dist_node'))) return [];
  const rows = await queryable.query<NodeRow>(sql`
    SELECT nodename AS host, nodeport AS port, groupid = 0 AS coordinator, isactive AS active, shouldhaveshards AS takes_places
    FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid, nodeid`);
  return rows.map(({ host, port, coordinator, active, takes_places }) => ({
    name: `${host}:${port}`,
    host,
    port: Number(port),
    isCoordinator: coordinator === 't',
    isActive: active === 't',
    takesPlaces: takes_places === 't',
  }));
}

/** Whether new places are put on nodes. */
export async function isCluster(queryable: Queryable): Promise<boolean> {
  return (await nodesOf(queryable)).some(({ isActive, takesPlaces }) => isActive && takesPlaces);
}

/**
 * What the shards of a table answer to a question, which is one SELECT of one value, with `%1$s` for the shard's name. Undefined when
 * the table is none of a cluster's: its answers are then in itself. Undefined, too, where this role may not ask.
 * @throws Error when a shard does not answer
 */
export async function askShards(queryable: Queryable, table: Sql, question: string): Promise<readonly string[] | undefined> {
  if (!(await mayCall(queryable, 'run_command_on_shards(regclass,text,boolean)'))) return undefined;
  const rows = await queryable.query<AnswerRow>(sql`
    SELECT s.shardid AS place, s.success, s.result
    FROM pg_dist_partition p CROSS JOIN LATERAL run_command_on_shards(p.logicalrelid, ${question}::text) s
    WHERE p.logicalrelid = to_regclass(${table.text}::text)`);
  return rows.length === 0 ? undefined : rows.map((row) => answerOf(row, `a shard of ${table.text}`));
}

/**
 * What each node but the coordinator answers to one statement of one value, by the node's name; a node that is down answers nothing, and
 * none does where this role may not ask (`mayAskNodes`). There is none on a plain Postgres.
 */
export async function askNodes(queryable: Queryable, statement: string): Promise<ReadonlyMap<string, string | undefined>> {
  if (!(await mayCall(queryable, ASK_NODES))) {
    const workers = (await nodesOf(queryable)).filter(({ isCoordinator }) => !isCoordinator);
    return new Map(workers.map(({ name }) => [name, undefined]));
  }
  const rows = await queryable.query<AnswerRow>(sql`
    SELECT w.nodename || ':' || w.nodeport AS place, w.success, w.result
    FROM run_command_on_workers(${statement}::text) w ORDER BY 1`);
  return new Map(rows.map(({ place, success, result }) => [place, success === 't' ? (result ?? '') : undefined]));
}

function answerOf({ place, success, result }: AnswerRow, what: string): string {
  if (success === 't') return result ?? '';
  throw new Error(`${what} did not answer (${place}): ${result ?? ''}`);
}

/** Whether this role may ask nodes and shards; true also on a plain Postgres. */
export async function mayAskNodes(queryable: Queryable): Promise<boolean> {
  return (await nodesOf(queryable)).length === 0 || mayCall(queryable, ASK_NODES);
}

/** Whether there is such a function, and this role may call it. */
async function mayCall(queryable: Queryable, name: string): Promise<boolean> {
  const [row] = await queryable.query<{ may: string | null }>(
    sql`SELECT has_function_privilege(to_regprocedure(${name}::text), 'EXECUTE') AS may`,
  );
  return row?.may === 't';
}

async function isThere(queryable: Queryable, table: string): Promise<boolean> {
  const [row] = await queryable.query<{ there: string }>(sql`SELECT to_regclass(${table}::text) IS NOT NULL AS there`);
  return row?.there === 't';
}
