import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';

const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number that no other program locks; instances that start together run one after another. */
const LOCK = 7_065_827;
/** Of an instance that has vanished without a word, the server lets the lock go after this, in milliseconds. */
const MAX_SILENCE_MS = 30_000;

/** The database holds nothing of Polyvec. */
export class NotMigrated extends Error {}

/**
 * Brings the schema to this version: applies what is missing, in the order of the names, all in one transaction.
 * @throws Error when an applied migration's text has changed, or one is applied that this version does not know.
 */
export async function migrate(client: pg.ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${String(MAX_SILENCE_MS)}`);
    await client.query(`SELECT pg_advisory_xact_lock(${String(LOCK)})`);
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
    // even IF NOT EXISTS asks for the right to create one, which the owner of this one may not have
    const { rows: schemas } = await client.query("SELECT FROM pg_namespace WHERE nspname = 'polyvec'");
    if (schemas.length === 0) await client.query('CREATE SCHEMA polyvec');
    await client.query(`
      CREATE TABLE IF NOT EXISTS polyvec.migrations (
        name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    const { rows } = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM polyvec.migrations');
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    for (const { name, text, checksum } of await readMigrations()) {
      const before = applied.get(name);
      applied.delete(name);
      if (before === checksum) continue;
      if (before !== undefined) throw new Error(`migration ${name} was changed after it had been applied`);
      await client.query(text);
      await client.query('INSERT INTO polyvec.migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
    }
    const [newer] = applied.keys();
    if (newer !== undefined) throw new Error(`the database was written by a newer version: it has migration ${newer}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Changes nothing.
 * @throws Error when the schema is not the one of this version
 */
export async function requireMigrated(client: pg.ClientBase): Promise<void> {
  const found = await client.query<{ there: boolean }>(`SELECT to_regclass('polyvec.migrations') IS NOT NULL AS there`);
  if (found.rows[0]?.there !== true) throw new NotMigrated('the database holds nothing of Polyvec');
  const { rows } = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM polyvec.migrations');
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const { name, checksum } of await readMigrations()) {
    const before = applied.get(name);
    applied.delete(name);
    if (before === checksum) continue;
    if (before !== undefined) throw new Error(`migration ${name} was changed after it had been applied`);
    throw new Error(`the database is of an older version, it lacks migration ${name}: start it once with this version first`);
  }
  const [newer] = applied.keys();
  if (newer !== undefined) throw new Error(`the database was written by a newer version: it has migration ${newer}`);
}

/** By name. */
async function readMigrations(): Promise<readonly { readonly name: string; readonly text: string; readonly checksum: string }[]> {
  const names = (await readdir(DIRECTORY)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(DIRECTORY, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
