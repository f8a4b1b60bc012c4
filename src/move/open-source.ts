import { constants } from 'node:fs';
import { access, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { Database } from '../postgres/database.js';
import { COPY, DATABASE } from '../postgres/embedded/data-directory.js';
import { DataDirectoryLock } from '../postgres/embedded/data-directory-lock.js';
import type { EngineLog } from '../postgres/engine.js';
import { openUnchanged } from '../postgres/open-database.js';

/** A database that is only read. */
export interface Source {
  readonly database: Database;
  close(): Promise<void>;
}

/**
 * Opens the database that the settings name without changing a byte of it. An engine writes when it only reads, if nothing else then at
 * its end: so the embedded one gets a working copy, and the data directory stays locked until `close`.
 * @throws Error when there is no database, when its schema is not of this version, or when a gateway uses its data directory
 */
export async function openSource(config: Config, log: EngineLog): Promise<Source> {
  if (config.databaseUrl !== undefined) {
    const database = await openUnchanged(config, log);
    return { database, close: () => database.close() };
  }
  const directory = resolve(config.dataDirectory);
  const data = join(directory, DATABASE);
  await requireData(directory, data);
  const lock = await DataDirectoryLock.acquire(directory);
  try {
    await removeCopies(directory);
    // a name of its own: the engine of a move that was killed may go on for a moment
    const copy = await mkdtemp(join(directory, COPY));
    await cp(data, join(copy, DATABASE), { recursive: true, mode: constants.COPYFILE_FICLONE });
    const database = await openUnchanged({ ...config, dataDirectory: copy }, log);
    return {
      database,
      close: async () => {
        await database.close();
        await removeCopies(directory);
        lock.release();
      },
    };
  } catch (error) {
    await removeCopies(directory);
    lock.release();
    throw error;
  }
}

async function requireData(directory: string, data: string): Promise<void> {
  await access(join(data, 'PG_VERSION')).catch((error: unknown) => {
    throw new Error(`there is no database in ${directory}`, { cause: error });
  });
}

/** Also what earlier moves have left behind. */
async function removeCopies(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(COPY));
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
