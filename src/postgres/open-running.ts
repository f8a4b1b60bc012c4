import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { Database } from './database.js';
import { socketOfRunning } from './embedded/data-directory-lock.js';
import type { EngineLog } from './engine.js';
import { requireMigrated } from './migrations.js';
import { newPool } from './open-database.js';
import { prepareEngine } from './prepare-engine.js';
import { embeddedService } from './service.js';
import { Sessions } from './sessions.js';

const PORT = 5432;
/** An engine that is just starting takes connections within this. */
const START_LIMIT_MS = 30_000;
/** A command sends one statement after the other, and a long one keeps the gateway from its work. */
const CONNECTIONS = 2;

/**
 * Opens the embedded database of the settings through the gateway that has it open now. Its schema stays as it is, and closing leaves the
 * gateway alone. Undefined when no gateway runs that this process could reach.
 * @throws Error when the directory is another user's, or the gateway is of another version
 */
export async function openRunning(config: Config, log: EngineLog): Promise<Database | undefined> {
  const directory = resolve(config.dataDirectory);
  const host = await connectable(directory);
  if (host === undefined) return undefined;
  const where = { host, port: PORT, user: 'postgres', database: 'postgres' };
  const service = { ...embeddedService(config, log), connections: CONNECTIONS };
  const pool = newPool({ ...config, poolSize: CONNECTIONS, connectTimeoutMs: service.waitMs }, where, log);
  try {
    const own = { namedStatements: 0, concurrentIndexes: false };
    const traits = await prepareEngine(pool, own, log, requireMigrated);
    const description = `embedded ${traits.description}, data in ${config.dataDirectory}, of a running gateway`;
    const access = { sessions: new Sessions(where, 'everyone'), transactionSettings: '' };
    const nothing = (): Promise<void> => Promise.resolve();
    return new Database(pool, { ...traits, description }, nothing, nothing, access, service);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The directory of the socket of the engine that runs, once it is there. */
async function connectable(directory: string): Promise<string | undefined> {
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    const host = readSocket(directory);
    if (host === undefined || existsSync(join(host, `.s.PGSQL.${String(PORT)}`))) return host;
    if (performance.now() > deadline) return undefined;
    await sleep(50);
  }
}

function readSocket(directory: string): string | undefined {
  try {
    return socketOfRunning(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new Error(`the data directory ${directory} is another user's: run the command as that user`, { cause: error });
  }
}
