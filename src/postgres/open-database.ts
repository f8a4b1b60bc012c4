import type pg from 'pg';
import { type Config, MiB } from '../config/config.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { APPLICATION_NAME } from './application-name.js';
import { Database } from './database.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';
import { type EngineLog, NAMED_STATEMENTS } from './engine.js';
import { createPool, type ServerConfig } from './host-client.js';
import { migrate, requireMigrated } from './migrations.js';
import { accessTo, KEEP_ALIVE_MS, pastPooler, refuseWithoutServer, warnOfPooler } from './pooler.js';
import { prepareEngine, type SchemaStep } from './prepare-engine.js';
import { ReadReplica } from './read-replica.js';
import { embeddedService, limitedConnectionTo, serverService } from './service.js';
import { Sessions } from './sessions.js';
import { StartupConnection } from './startup-connection.js';

/** A replica that does not take a connection within this is treated as down: the primary answers. */
const REPLICA_TIMEOUT_MS = 1_000;

/**
 * Opens the database that the configuration names, a server or the embedded engine, and brings its schema up to date. Where
 * the startup connection allows it, a server may be reached later.
 * @throws Error with one line that says what to do, when the server is too old or lacks pgvector.
 */
export async function openDatabase(
  config: Config,
  log: EngineLog,
  startup: StartupConnection = new StartupConnection('required', log),
): Promise<Database> {
  if (config.databaseUrl !== undefined) return openServer(config, config.databaseUrl, log, startup);
  const database = await openEmbedded(config, log);
  startup.markReached();
  return database;
}

/**
 * Opens the database that the configuration names to read it for a long time. Its schema stays as it is.
 * @throws Error as above, and when the schema is not the one of this version
 */
export async function openUnchanged(config: Config, log: EngineLog): Promise<Database> {
  if (config.databaseUrl !== undefined) {
    return openServer(config, config.databaseUrl, log, new StartupConnection('required', log), requireMigrated);
  }
  // a reader of everything in one transaction waits for its target in between
  return openEmbedded(config, log, { schema: requireMigrated, idleTransactionTimeoutMs: config.statementTimeoutMs });
}

async function openEmbedded(
  config: Config,
  log: EngineLog,
  { schema, ...limits }: { readonly schema: SchemaStep; readonly idleTransactionTimeoutMs?: number } = {
    schema: migrateUnlessCurrent,
  },
): Promise<Database> {
  refuseWithoutServer(config);
  const engine = await EmbeddedEngine.start({
    dataDirectory: config.dataDirectory,
    statementTimeoutMs: config.statementTimeoutMs,
    leastFreeBytes: config.minFreeDiskMb * MiB,
    ...limits,
    log,
  });
  const where = { ...engine.connection };
  const service = embeddedService(config, log);
  // one that is busy takes connections all the same, but not at once
  const pool = newPool({ ...config, connectTimeoutMs: service.waitMs }, where, log);
  const release = (): Promise<void> => engine.stop();
  try {
    const traits = await prepareEngine(
      pool,
      { namedStatements: NAMED_STATEMENTS.embedded, concurrentIndexes: false },
      log,
      schema,
    );
    const description = `embedded ${traits.description}, data in ${config.dataDirectory}`;
    const access = { sessions: new Sessions(where, 'everyone'), transactionSettings: '' };
    const restarts = (): number => engine.restarts;
    return new Database(pool, { ...traits, description, restarts }, () => engine.ready(), release, access, service);
  } catch (error) {
    await pool.end();
    await release();
    throw error;
  }
}

/** A full disk lets nothing be written, and need not be: what is there can be read. */
async function migrateUnlessCurrent(client: pg.ClientBase): Promise<void> {
  const isCurrent = await requireMigrated(client).then(
    () => true,
    () => false,
  );
  if (!isCurrent) await migrate(client);
}

async function openServer(
  config: Config,
  url: string,
  log: EngineLog,
  startup: StartupConnection,
  schema: SchemaStep = migrate,
): Promise<Database> {
  const pool = newPool(config, limitedConnectionTo(config, url), log);
  try {
    const own = { namedStatements: config.pooler === 'off' ? NAMED_STATEMENTS.server : 0, concurrentIndexes: true };
    const { place } = parseDatabaseUrl(url);
    const traits = await startup.of(`the database at ${place}`, own, async () => {
      const bringUpToDate = async (client: pg.ClientBase): Promise<void> => {
        await pastPooler(config, client, schema);
        await warnOfPooler(config, client, log);
      };
      const found = await prepareEngine(pool, own, log, bringUpToDate, startup.stopped);
      return { ...found, description: `${found.description} at ${place}` };
    });
    return new Database(
      pool,
      traits,
      () => startup.ready(),
      () => Promise.resolve(),
      { ...accessTo(config, url, log), replica: openReplica(config, url, log) },
      serverService(config, log),
    );
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function openReplica(config: Config, url: string, log: EngineLog): ReadReplica | undefined {
  if (config.replicaUrl === undefined) return undefined;
  const hurried = { ...config, connectTimeoutMs: Math.min(config.connectTimeoutMs, REPLICA_TIMEOUT_MS) };
  const primary = newPool({ ...hurried, poolSize: 1 }, limitedConnectionTo(config, url), log);
  // one besides those for requests: to be asked how far it is, it must not have to be idle
  const standby = newPool({ ...hurried, poolSize: config.poolSize + 1 }, limitedConnectionTo(config, config.replicaUrl), log);
  return new ReadReplica(primary, standby, log);
}

export function newPool(config: Config, where: ServerConfig, log: EngineLog): pg.Pool {
  const pool = createPool({
    ...where,
    max: config.poolSize,
    connectionTimeoutMillis: config.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: APPLICATION_NAME,
  });
  // a connection that breaks while idle is replaced by the next query; without a listener it would end the process
  pool.on('error', (error) => {
    log('warn', `an idle database connection broke: ${error.message}`);
  });
  // one that breaks in a transaction fails the statement, whose caller gets the error; without a listener it would end the process, too
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}
