import type { Queryable } from '../database.js';
import { literal, Sql, sql } from '../sql.js';
import { askNodes, mayAskNodes, nodesOf } from './cluster.js';

/** What statements on places call: nodes must have it. Those that others call come first. */
const FUNCTIONS = [
  'polyvec.merge_patch(jsonb,jsonb)',
  'polyvec.words_of_any(regconfig,text)',
  'polyvec.words_of_long(regconfig,text)',
  'polyvec.words_of(regconfig,text)',
  'polyvec.words_asked(regconfig,text,integer)',
  'polyvec.words_in(regconfig,text)',
];
/** Citus' own processes, replication for moves, and workers of parallel builds share them. */
const LEAST_WORKERS = 16;

interface Found {
  readonly prepared: number;
  readonly connections: number;
  readonly workers: number;
  readonly wal: string;
  readonly vector: string | null;
}

const ASK = `SELECT json_build_object('prepared', current_setting('max_prepared_transactions')::integer,
  'connections', current_setting('max_connections')::integer,
  'workers', current_setting('max_worker_processes')::integer, 'wal', current_setting('wal_level'),
  'vector', (SELECT extversion FROM pg_extension WHERE extname = 'vector'))::text`;

/** What an operator should change about the nodes of a cluster, a line each; nothing on a plain Postgres. */
export async function nodeProblems(queryable: Queryable): Promise<readonly string[]> {
  const nodes = await nodesOf(queryable);
  if (nodes.length === 0) return [];
  if (!nodes.some(({ isActive, takesPlaces }) => isActive && takesPlaces)) {
    return ['Citus knows no node that takes shards: large collections stay on this server (SELECT citus_add_node(host, port))'];
  }
  const [row] = await queryable.query<{ found: string }>(sql`SELECT (${new Sql([ASK], [])}) AS found`);
  const own = JSON.parse(row?.found ?? '{}') as Found;
  const lines = problemsOf('the coordinator', own, own);
  if (!(await mayAskNodes(queryable))) {
    return [
      ...lines,
      'this role may not ask nodes, so builds have the memory that nodes say, and sizes are unknown: GRANT EXECUTE ON FUNCTION run_command_on_workers(text, boolean), run_command_on_shards(regclass, text, boolean) to it',
    ];
  }
  for (const [name, answer] of await askNodes(queryable, ASK)) {
    if (answer === undefined) lines.push(`the node ${name} does not answer: requests for collections on it are answered 503`);
    else lines.push(...problemsOf(`the node ${name}`, JSON.parse(answer) as Found, own));
  }
  return lines;
}

function problemsOf(name: string, found: Found, own: Found): string[] {
  const lines: string[] = [];
  if (found.prepared === 0) {
    lines.push(
      `max_prepared_transactions is 0 on ${name}: writes to more than one node fail; set it to ${String(found.connections)}, as many as max_connections, and restart it`,
    );
  }
  if (found.workers < LEAST_WORKERS) {
    lines.push(
      `max_worker_processes is ${String(found.workers)} on ${name}: Citus and builds of indexes share them; set it to ${String(LEAST_WORKERS)} or more, and restart it`,
    );
  }
  if (found.wal !== 'logical') {
    lines.push(
      `wal_level is ${found.wal} on ${name}: places move only while their writes wait; set it to logical, and restart it`,
    );
  }
  if (found.vector !== own.vector) {
    const has = found.vector === null ? 'has no pgvector' : `has pgvector ${found.vector}`;
    lines.push(`${name} ${has}, the coordinator ${own.vector ?? 'none'}: install the same version on all nodes`);
  }
  return lines;
}

/**
 * Makes sure that nodes have the functions that statements on places call: those that were made before the extension are on the
 * coordinator alone. Returns what could not be done, a line each; nothing happens on a plain Postgres.
 */
export async function distributeFunctions(queryable: Queryable): Promise<readonly string[]> {
  const lines: string[] = [];
  if ((await nodesOf(queryable)).length === 0) return lines;
  for (const name of FUNCTIONS) {
    const question = `SELECT (to_regprocedure(${literal(name).text}) IS NOT NULL)::text`;
    const answers = await askNodes(queryable, question);
    if (![...answers.values()].includes('false')) continue;
    try {
      await queryable.query(sql`SELECT create_distributed_function(${literal(name)}::regprocedure)`);
    } catch (error) {
      lines.push(`the function ${name} is not on every node, and searches and changes that need it fail there: ${String(error)}`);
    }
  }
  return lines;
}
