import { createHash, randomUUID } from 'node:crypto';
import { constants, cpSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readConfig } from '../../../src/config/config.js';
import { openDatabase } from '../../../src/postgres/open-database.js';
import { CITUS_URL, createCitusDatabase, dropCitusDatabase } from '../servers/citus.js';
import type { Environment } from './gateway-host.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/polyvec-tests');
/** What the prepared data depends on, besides the migrations. */
const SOURCES = [
  'src/postgres/migrations.ts',
  'src/postgres/embedded/engine-worker.ts',
  'node_modules/@electric-sql/pglite/package.json',
  'node_modules/@electric-sql/pglite-pgvector/package.json',
];
const DUPLICATE_DATABASE = '42P04';

/**
 * A place for data: a database of its own on the cluster that `TEST_CITUS_URL` names, or on the server that `TEST_DATABASE_URL` names,
 * else a directory for the embedded engine. Unless it is to be empty its schema is up to date; on one server, or in a directory, it is a
 * copy of one that is made once for each version of the schema.
 */
export async function createStorage(isEmpty: boolean): Promise<Environment> {
  if (CITUS_URL !== '') return createOnCitus(isEmpty);
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  return server === '' ? createDirectory(isEmpty) : createDatabase(server, isEmpty);
}

/** Removes what `createStorage` made. */
export async function removeStorage(environment: Environment): Promise<void> {
  const { POLYVEC_DATA_DIR: directory, DATABASE_URL: url } = environment;
  if (directory !== undefined) await rm(dirname(directory), { recursive: true, force: true });
  if (url === undefined) return;
  if (CITUS_URL !== '') {
    await dropCitusDatabase(url);
    return;
  }
  const name = new URL(url).pathname.slice(1);
  await administer(process.env['TEST_DATABASE_URL'] ?? '', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

async function createDirectory(isEmpty: boolean): Promise<Environment> {
  const data = join(await mkdtemp(join(tmpdir(), 'polyvec-test-')), 'data');
  // a thousand small files: a quarter of what the asynchronous copy costs
  if (!isEmpty) cpSync(await preparedDirectory(), data, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return { POLYVEC_DATA_DIR: data };
}

async function createDatabase(server: string, isEmpty: boolean): Promise<Environment> {
  const name = `polyvec_test_${randomUUID().replaceAll('-', '')}`;
  const template = isEmpty ? '' : ` TEMPLATE ${await preparedDatabase(server)}`;
  await administer(server, `CREATE DATABASE ${name}${template}`);
  return { DATABASE_URL: urlOf(server, name) };
}

/** There is no copying of a database whose tables are on several servers. With TEST_CITUS_PLACES=all all collections get places. */
async function createOnCitus(isEmpty: boolean): Promise<Environment> {
  const { TEST_CITUS_PLACES: places } = process.env;
  const environment = { DATABASE_URL: await createCitusDatabase(), ...(places !== undefined && { POLYVEC_PLACES: places }) };
  if (!isEmpty) await migrate(environment);
  return environment;
}

async function preparedDirectory(): Promise<string> {
  const prepared = join(CACHE, await version(), 'data');
  if (existsSync(prepared)) return prepared;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  await migrate({ POLYVEC_DATA_DIR: join(draft, 'data') });
  // another process may have been faster
  await rename(draft, dirname(prepared)).catch(() => rm(draft, { recursive: true, force: true }));
  return prepared;
}

async function preparedDatabase(server: string): Promise<string> {
  const prepared = `polyvec_template_${await version()}`;
  const { rowCount } = await administer(server, `SELECT FROM pg_database WHERE datname = '${prepared}'`);
  if (rowCount === 1) return prepared;
  const draft = `polyvec_draft_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `CREATE DATABASE ${draft}`);
  await migrate({ DATABASE_URL: urlOf(server, draft) });
  await administer(server, `ALTER DATABASE ${draft} RENAME TO ${prepared}`).catch(async (error: unknown) => {
    await administer(server, `DROP DATABASE ${draft} WITH (FORCE)`);
    if ((error as pg.DatabaseError).code !== DUPLICATE_DATABASE) throw error;
  });
  return prepared;
}

/** As a gateway does when it starts. */
async function migrate(environment: Environment): Promise<void> {
  const database = await openDatabase(readConfig(environment), (level, message) => {
    if (level === 'error') console.error(message);
  });
  await database.close();
}

/** Of the schema and of the engine. */
async function version(): Promise<string> {
  const migrations = (await readdir(join(ROOT, 'migrations'))).sort().map((name) => join('migrations', name));
  const hash = createHash('sha256');
  for (const file of [...migrations, ...SOURCES]) hash.update(file).update(await readFile(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function administer(server: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
