import type { Config } from './config/config.js';
import { type Certificate, readCertificate } from './http/tls.js';
import { requireSafeAddress } from './keys/open-access.js';
import { createLogger, type LogOutput } from './logger.js';
import type { Database } from './postgres/database.js';
import type { EngineLog } from './postgres/engine.js';
import { openDatabase } from './postgres/open-database.js';
import { StartupConnection } from './postgres/startup-connection.js';

/** What a gateway needs before it is built. */
export interface Resources {
  readonly tls: Certificate | undefined;
  readonly logger: ReturnType<typeof createLogger>;
  readonly startup: StartupConnection;
  readonly database: Database;
}

/**
 * Checks the address, reads the certificate and opens the database. Apart from the gateway, which takes most of a second to load, as the
 * embedded engine takes to start: both can be done at the same time.
 * @throws Error with what to do, one line for each problem
 */
export async function openResources(config: Config, logOutput?: LogOutput): Promise<Resources> {
  requireSafeAddress(config);
  const tls = await readCertificate(config.tlsCert, config.tlsKey);
  const logger = createLogger(config, logOutput);
  const log: EngineLog = (level, message) => {
    logger[level]({ context: 'database' }, message);
  };
  const startup = new StartupConnection('awaited', log);
  return { tls, logger, startup, database: await openDatabase(config, log, startup) };
}
