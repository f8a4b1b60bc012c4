import { access } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { createLogger, NestLogger } from '../logger.js';
import type { Database } from '../postgres/database.js';
import type { EngineLog } from '../postgres/engine.js';
import { openDatabase } from '../postgres/open-database.js';
import { openRunning } from '../postgres/open-running.js';

/**
 * Runs `work` on the database that the settings name, and closes it. A gateway that has the embedded one open lets this process in.
 * @throws Error when there is none, unless it `may be new`, or when a gateway that cannot be reached has the embedded one open
 */
export async function withDatabase<T>(
  config: Config,
  work: (database: Database) => Promise<T>,
  age: 'is there' | 'may be new' = 'is there',
): Promise<T> {
  if (config.databaseUrl === undefined && age === 'is there') await requireDirectory(config.dataDirectory);
  const logger = createLogger(config);
  Logger.overrideLogger(new NestLogger(logger));
  const log: EngineLog = (level, message) => {
    logger[level]({ context: 'database' }, message);
  };
  const running = config.databaseUrl === undefined ? await openRunning(config, log) : undefined;
  const database = running ?? (await openDatabase(config, log));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Or else a typing error would make a new database, in which all is well. */
async function requireDirectory(directory: string): Promise<void> {
  await access(directory).catch((error: unknown) => {
    throw new Error(`there is no database in ${directory}`, { cause: error });
  });
}
