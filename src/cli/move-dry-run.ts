import { labelOf } from '../collections/collection-label.js';
import type { Config } from '../config/config.js';
import type { Owner } from '../move/move.js';
import { openSource } from '../move/open-source.js';
import { grouped } from '../move/progress.js';
import { SourceStore } from '../move/source.store.js';
import { beginningOf } from '../move/target.store.js';
import type { Database } from '../postgres/database.js';
import type { EngineLog } from '../postgres/engine.js';
import { NotMigrated } from '../postgres/migrations.js';
import { openUnchanged } from '../postgres/open-database.js';
import { openRunning } from '../postgres/open-running.js';
import type { Print } from './maintenance-config.js';

/** The two databases of a move. */
export interface Places {
  readonly source: Config;
  readonly target: Config;
}

/**
 * Prints what a move would copy, and what is in its way. Changes neither database, and reads through the gateway if one has the embedded
 * source open. True when a move may begin.
 * @throws Error when one of the databases cannot be used
 */
export async function dryRun({ source, target }: Places, log: EngineLog, print: Print): Promise<boolean> {
  const running = source.databaseUrl === undefined ? await openRunning(source, log) : undefined;
  const { identity, owners } = await readSource(running, source, log);
  const width = Math.max('collection'.length, ...owners.map((owner) => labelOf(owner).length));
  print(`${'collection'.padEnd(width)}  ${'records'.padStart(13)}`);
  for (const owner of owners) print(`${labelOf(owner).padEnd(width)}  ${grouped(owner.records).padStart(13)}`);
  const records = owners.reduce((sum, owner) => sum + owner.records, 0);
  const obstacles = [
    ...(running === undefined ? [] : ['a gateway has the data directory open: stop it before the move']),
    ...(await obstaclesAt(target, identity, log)),
  ];
  for (const obstacle of obstacles) print(`IN THE WAY: ${obstacle}`);
  print(`${grouped(records)} records would be moved; nothing has been changed`);
  return obstacles.length === 0;
}

async function readSource(
  running: Database | undefined,
  config: Config,
  log: EngineLog,
): Promise<{ readonly identity: string; readonly owners: readonly Owner[] }> {
  const source = running === undefined ? await openSource(config, log) : { database: running, close: () => running.close() };
  try {
    return await source.database.transaction(async (transaction) => {
      const store = new SourceStore(transaction);
      return { identity: await store.identity(), owners: await store.owners() };
    }, 'snapshot');
  } finally {
    await source.close();
  }
}

/** A server without anything of Polyvec is as good as an empty one. */
async function obstaclesAt(config: Config, identity: string, log: EngineLog): Promise<readonly string[]> {
  let target: Database;
  try {
    target = await openUnchanged(config, log);
  } catch (error) {
    if (error instanceof Error && error.cause instanceof NotMigrated) return [];
    throw error;
  }
  try {
    const beginning = await target.transaction((transaction) => beginningOf(transaction, identity), 'snapshot');
    if (beginning.kind === 'another') return ['the target holds the beginning of a move from another database: use an empty one'];
    return beginning.kind === 'occupied' ? [`the target is not empty, it has ${beginning.by}: use an empty database`] : [];
  } finally {
    await target.close();
  }
}
