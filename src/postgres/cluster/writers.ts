import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '../database.js';
import type { Sql } from '../sql.js';
import { askShards } from './cluster.js';

/** Higher than the number of every transaction that has one by now. */
const NOW = 'SELECT pg_current_xact_id()::text';
const ASK_MS = 50;
const ASKED = 20;

/**
 * Whether the transactions that had written to a table's shard when this was called have ended: waits for about a second. True at once
 * where the table is in itself. A coordinator numbers a transaction that writes to a node late, or after its end there: its own
 * snapshots say nothing of it.
 */
export async function shardWritersEnded(queryable: Queryable, table: Sql): Promise<boolean> {
  const [moment] = (await askShards(queryable, table, NOW)) ?? [];
  if (moment === undefined) return true;
  const question = `SELECT (pg_snapshot_xmin(pg_current_snapshot()) >= '${moment}'::xid8)::text`;
  for (let asked = 0; asked < ASKED; asked += 1) {
    const [isPast] = (await askShards(queryable, table, question)) ?? ['true'];
    if (isPast === 'true') return true;
    await sleep(ASK_MS);
  }
  return false;
}
