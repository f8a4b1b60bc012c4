import pg from 'pg';
import type { Config } from '../config.js';
import { Database, type EngineTraits } from './database.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';
import { migrate } from './migrations.js';

/** Where the engine's own messages go. */
export type EngineLog = (level: 'info' | 'warn' | 'error', message: string) => void;

const OLDEST_POSTGRES = 150_000;
const OLDEST_PGVECTOR = '0.8.0';
/** Older ones have known faults in index maintenance. */
const RECOMMENDED_PGVECTOR = '0.8.4';
/** Plans for the values at hand, always; and statements here are too short for compilation to pay. */
const SESSION_OPTIONS = '-c plan_cache_mode=force_custom_plan -c jit=off';

/**
 * Opens the database that the configuration names, a server or the embedded engine, and brings its schema up to date.
 * @throws Error with one line that says what to do, when the server is too old or lacks pgvector.
 */
export async function openDatabase(config: Config, log: EngineLog): Promise<Database> {
  return config.databaseUrl === undefined ? openEmbedded(config, log) : openServer(config, config.databaseUrl, log);
}

async function openEmbedded(config: Config, log: EngineLog): Promise<Database> {
  const engine = await EmbeddedEngine.start({
    dataDirectory: config.dataDirectory,
    statementTimeoutMs: config.statementTimeoutMs,
    log,
  });
  const pool = newPool(config, { ...engine.connection }, log);
  const release = (): Promise<void> => engine.stop();
  try {
    const traits = await prepare(pool, { namedStatements: false, concurrentIndexes: false }, log);
    const description = `embedded ${traits.description}, data in ${config.dataDirectory}`;
    return new Database(pool, { ...traits, description }, () => engine.ready(), release);
  } catch (error) {
    await pool.end();
    await release();
    throw error;
  }
}

async function openServer(config: Config, url: string, log: EngineLog): Promise<Database> {
  const pool = newPool(
    config,
    { connectionString: url, options: SESSION_OPTIONS, statement_timeout: config.statementTimeoutMs },
    log,
  );
  try {
    const traits = await prepare(pool, { namedStatements: true, concurrentIndexes: true }, log);
    const { hostname, port, pathname } = new URL(url);
    const description = `${traits.description} at ${hostname}:${port || '5432'}${pathname}`;
    return new Database(
      pool,
      { ...traits, description },
      () => Promise.resolve(),
      () => Promise.resolve(),
    );
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function newPool(config: Config, where: pg.PoolConfig, log: EngineLog): pg.Pool {
  const pool = new pg.Pool({
    ...where,
    max: config.poolSize,
    connectionTimeoutMillis: config.poolTimeoutMs,
    keepAlive: true,
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
): Promise<EngineTraits> {
  const client = await pool.connect();
  try {
    const version = await requirePgvector(client);
    if (isOlder(version, RECOMMENDED_PGVECTOR)) {
      log('warn', `pgvector ${version} has known faults; ${RECOMMENDED_PGVECTOR} or newer is recommended`);
    }
    await migrate(client);
    const { rows } = await client.query<{ oid: number; server: string; number: string }>(
      `SELECT 'vector'::regtype::oid AS oid, current_setting('server_version') AS server,
        current_setting('server_version_num') AS number`,
    );
    const server = rows[0]?.server.split(' ')[0] ?? '';
    return {
      ...traits,
      description: `Postgres ${server}, pgvector ${version}`,
      vectorOid: Number(rows[0]?.oid),
      keyListsByIndex: Number(rows[0]?.number) >= 170_000,
    };
  } finally {
    client.release();
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
