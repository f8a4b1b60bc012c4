import { type Config, readConfig } from '../../../src/config/config.js';
import type { Database } from '../../../src/postgres/database.js';
import { openDatabase } from '../../../src/postgres/open-database.js';
import { openRunning } from '../../../src/postgres/open-running.js';

/** The database of a gateway that runs with these settings; the embedded one is the gateway's, which lends it. Whoever opens it closes it. */
export async function openGatewayDatabase(environment: Readonly<Record<string, string>>): Promise<Database> {
  const config: Config = readConfig(environment);
  const running = config.databaseUrl === undefined ? await openRunning(config, () => undefined) : undefined;
  return running ?? openDatabase(config, () => undefined);
}
