import pg from 'pg';
import type { Config } from '../config/config.js';
import { StartupConnection } from './startup-connection.js';
import { Database, type EngineTraits } from './database.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';
import { migrate, requireMigrated } from './migrations.js';
import { accessTo, KEEP_ALIVE_MS, pastPooler, refuseWithoutServer, warnOfPooler } from './pooler.js';
import { ReadReplica } from './read-replica.js';
import { embeddedService, limitedConnectionTo, serverService } from './service.js';
import { Sessions } from './sessions.js';

/** Where the engine's own messages go. */
export type EngineLog = (level: 'info' | 'warn' | 'error', message: string) => void;

const OLDEST_POSTGRES = 150_000;
const OLDEST_PGVECTOR = '0.8.0';
/** Older ones have known faults in index maintenance. */
const RECOMMENDED_PGVECTOR = '0.8.4';
/** A replica that does not take a connection within this is as good as gone: the primary answers. */
const REPLICA_TIMEOUT_MS = 1_000;

/**
 * Opens the database that the configuration names, a server or the embedded engine, and brings its schema up to date. A server may
 * come later where the startup says so.
 * @throws Error with one line that says what to do, when the server is too old or lacks pgvector.
 */
export async function openDatabase(
  config: Config,
  log: EngineLog,
  startup: StartupConnection = new StartupConnection('required', log),
): Promise<Database> {
  if (config.databaseUrl !== undefined) return openServer(config, config.databaseUrl, log, startup);
  const database = await openEmbedded(config, log);
  startup.arrive();
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
  // whoever reads all of it in one transaction waits in between for where it goes
  return openEmbedded(config, log, { schema: requireMigrated, idleTransactionTimeoutMs: config.statementTimeoutMs });
}

/** What is done about the schema before anything else. */
type SchemaCare = (client: pg.ClientBase) => Promise<void>;

async function openEmbedded(
  config: Config,
  log: EngineLog,
  { schema, ...limits }: { readonly schema: SchemaCare; readonly idleTransactionTimeoutMs?: number } = { schema: migrate },
): Promise<Database> {
  refuseWithoutServer(config);
  const engine = await EmbeddedEngine.start({
    dataDirectory: config.dataDirectory,
    statementTimeoutMs: config.statementTimeoutMs,
    ...limits,
    log,
  });
  const where = { ...engine.connection };
  const service = embeddedService(config, log);
  // one that is busy takes connections all the same, but not at once
  const pool = newPool({ ...config, connectTimeoutMs: service.waitMs }, where, log);
  const release = (): Promise<void> => engine.stop();
  try {
    const traits = await prepare(pool, { namedStatements: false, concurrentIndexes: false }, log, schema);
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

async function openServer(
  config: Config,
  url: string,
  log: EngineLog,
  startup: StartupConnection,
  schema: SchemaCare = migrate,
): Promise<Database> {
  const pool = newPool(config, limitedConnectionTo(config, url), log);
  try {
    const own = { namedStatements: config.pooler === 'off', concurrentIndexes: true };
    const { hostname, port, pathname } = new URL(url);
    const place = `${hostname}:${port || '5432'}${pathname}`;
    const traits = await startup.of(`the database at ${place}`, own, async () => {
      const bringUpToDate = async (client: pg.ClientBase): Promise<void> => {
        await pastPooler(config, client, schema);
        await warnOfPooler(config, client, log);
      };
      const found = await prepare(pool, own, log, bringUpToDate, startup.stopped);
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

function newPool(config: Config, where: pg.PoolConfig, log: EngineLog): pg.Pool {
  const pool = new pg.Pool({
    ...where,
    max: config.poolSize,
    connectionTimeoutMillis: config.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'polyvec',
  });
  // a connection that breaks while idle is replaced by the next query; without a listener it would end the process
  pool.on('error', (error) => {
    log('warn', `an idle database connection broke: ${error.message}`);
  });
  // one that breaks in a transaction fails the statement, which tells its caller; without a listener it would end the process, too
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

async function prepare(
  pool: pg.Pool,
  traits: Pick<EngineTraits, 'namedStatements' | 'concurrentIndexes'>,
  log: EngineLog,
  bringUpToDate: SchemaCare,
  stopped?: AbortSignal,
): Promise<EngineTraits> {
  const client = await pool.connect();
  let isGood = false;
  let isReleased = false;
  const release = (): void => {
    // the next attempt begins on a new connection: a bad one may be silent, or lead to a server that is a standby by now
    if (!isReleased) client.release(!isGood);
    isReleased = true;
  };
  // a stop waits for the pool, but for no silent server
  stopped?.addEventListener('abort', release);
  try {
    const version = await requirePgvector(client);
    await bringUpToDate(client);
    if (isOlder(version, RECOMMENDED_PGVECTOR)) {
      log('warn', `pgvector ${version} has known faults; ${RECOMMENDED_PGVECTOR} or newer is recommended`);
    }
    const { rows } = await client.query<{ oid: number; server: string; number: string }>(
      `SELECT 'vector'::regtype::oid AS oid, current_setting('server_version') AS server,
        current_setting('server_version_num') AS number`,
    );
    const server = rows[0]?.server.split(' ')[0] ?? '';
    isGood = true;
    return {
      ...traits,
      description: `Postgres ${server}, pgvector ${version}`,
      vectorOid: Number(rows[0]?.oid),
      keyListsByIndex: Number(rows[0]?.number) >= 170_000,
    };
  } finally {
    stopped?.removeEventListener('abort', release);
    release();
  }
}

/** The version of pgvector in this database, or the one that the migrations will install. */
async function requirePgvector(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ server: string; number: string; installed: string | null; available: string | null }>(`
    SELECT current_setting('server_version') AS server, current_setting('server_version_num') AS number,
      (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
      (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available`);
  const row = rows[0];
  const major = Math.trunc(Number(row?.number) / 10_000);
  if (Number(row?.number) < OLDEST_POSTGRES)
    throw new Error(`Postgres 15 or newer is needed; this server is ${row?.server ?? ''}`);
  const version = row?.installed ?? row?.available;
  if (version == null) {
    throw new Error(
      `this Postgres has no pgvector: install ${OLDEST_PGVECTOR} or newer (on Debian and Ubuntu the package postgresql-${String(major)}-pgvector; in Docker the image pgvector/pgvector:pg${String(major)})`,
    );
  }
  if (isOlder(version, OLDEST_PGVECTOR)) {
    throw new Error(
      `pgvector ${version} is too old: install ${OLDEST_PGVECTOR} or newer, then run ALTER EXTENSION vector UPDATE in this database`,
    );
  }
  return version;
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
