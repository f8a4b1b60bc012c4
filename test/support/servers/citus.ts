import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const STILL_USED = '55006';

/** A server of the cluster, as its coordinator reaches it. */
export interface CitusNode {
  readonly host: string;
  readonly port: number;
  readonly isCoordinator: boolean;
}

/** The coordinator that `npm run test:citus` runs against; empty in all other runs. */
export const CITUS_URL = process.env['TEST_CITUS_URL'] ?? '';

/** Its nodes, the coordinator first, from the database of the URL. */
export async function citusNodes(url = CITUS_URL): Promise<readonly CitusNode[]> {
  const { rows } = await askAt(
    url,
    `SELECT nodename AS host, nodeport AS port, groupid = 0 AS "isCoordinator" FROM pg_dist_node WHERE noderole = 'primary'
     ORDER BY groupid`,
  );
  return rows as readonly CitusNode[];
}

/**
 * Makes a database of the cluster, with a name of its own, and returns its URL. What Citus knows is known to one database: there is one
 * of the name on every node, each with the extension, and the coordinator's knows the others.
 */
export async function createCitusDatabase(): Promise<string> {
  const name = `polyvec_test_${randomUUID().replaceAll('-', '')}`;
  const nodes = await citusNodes();
  for (const node of nodes) await askAt(urlOn(node), `CREATE DATABASE ${name}`);
  for (const node of nodes) await askAt(urlOn(node, name), 'CREATE EXTENSION citus');
  const url = urlOf(CITUS_URL, name);
  for (const { host, port, isCoordinator } of nodes) {
    const text = isCoordinator ? 'SELECT citus_set_coordinator_host($1, $2)' : 'SELECT citus_add_node($1, $2)';
    await askAt(url, text, [host, port]);
  }
  return url;
}

/** Drops it on every node. A transaction that was prepared and not finished may hold it for a while. */
export async function dropCitusDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  for (const node of await citusNodes()) {
    for (let attempt = 1; ; attempt += 1) {
      const error = await askAt(urlOn(node), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch((e: unknown) => e);
      if (!(error instanceof pg.DatabaseError)) break;
      if (error.code !== STILL_USED || attempt === 20) throw error;
      await askAt(urlOn(node, name), `SELECT recover_prepared_transactions()`).catch(() => undefined);
      await new Promise((wake) => setTimeout(wake, 500));
    }
  }
}

/** The place of each shard, and the node that has it, by place. */
export async function homes(tables: pg.Client): Promise<ReadonlyMap<string, CitusNode>> {
  const { rows } = await tables.query<CitusNode & { place: string }>(
    `SELECT DISTINCT n.nspname AS place, d.nodename AS host, d.nodeport AS port, d.groupid = 0 AS "isCoordinator"
     FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) JOIN pg_dist_node d USING (groupid)
       JOIN pg_class c ON c.oid = s.logicalrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ~ '^polyvec_[0-9]+$'`,
  );
  return new Map(rows.map(({ place, ...node }) => [place, node]));
}

/** Runs a command of the settings, in which `{host}` and `{port}` stand for the node's. */
export async function runForNode(command: string, { host, port }: CitusNode): Promise<void> {
  await run('sh', ['-c', command.replaceAll('{host}', host).replaceAll('{port}', String(port))]);
}

/** On the URL's user and password; every node has its database. */
function urlOn({ host, port, isCoordinator }: CitusNode, database = new URL(CITUS_URL).pathname.slice(1)): string {
  const url = new URL(urlOf(CITUS_URL, database));
  // the coordinator is where the URL says, whatever the workers call it
  if (!isCoordinator) Object.assign(url, { hostname: host, port: String(port) });
  return url.href;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function askAt(url: string, text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text, [...values]);
  } finally {
    await client.end();
  }
}
