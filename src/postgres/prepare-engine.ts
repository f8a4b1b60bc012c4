import type pg from 'pg';
import type { EngineLog, EngineTraits } from './engine.js';

/** Migrates the schema, or requires that it is current. */
export type SchemaStep = (client: pg.ClientBase) => Promise<void>;

const OLDEST_POSTGRES = 150_000;
const OLDEST_PGVECTOR = '0.8.0';
/** Older ones have known faults in index maintenance. */
const RECOMMENDED_PGVECTOR = '0.8.4';

/**
 * Checks the server's version and pgvector's, brings the schema up to date, and returns what the server can do.
 * @throws Error with one line that says what to do, when the server is too old or lacks pgvector
 */
export async function prepareEngine(
  pool: pg.Pool,
  traits: Pick<EngineTraits, 'namedStatements' | 'concurrentIndexes'>,
  log: EngineLog,
  bringUpToDate: SchemaStep,
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
    const { rows } = await client.query<{ oid: number; server: string; number: string; citus: boolean }>(
      `SELECT 'vector'::regtype::oid AS oid, current_setting('server_version') AS server,
        current_setting('server_version_num') AS number, EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') AS citus`,
    );
    const server = rows[0]?.server.split(' ')[0] ?? '';
    isGood = true;
    return {
      ...traits,
      description: `Postgres ${server}, pgvector ${version}`,
      vectorOid: Number(rows[0]?.oid),
      keepsPlans: traits.namedStatements > 0 && rows[0]?.citus === false,
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
