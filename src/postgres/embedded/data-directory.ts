import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the database is, in the data directory. */
export const DATABASE = 'postgres';
/** A database that is being made; it gets its name when it is whole. */
export const DRAFT = 'postgres.new';
/** What the name of a working copy begins with, which a move makes. */
export const COPY = 'moving-';
/** Takes up room that a start on a full disk needs. */
export const RESERVE = 'reserve';
/** A reserve that is being written. */
export const RESERVE_DRAFT = 'reserve.new';
/** A claim on the directory, and one that is being written. */
const LOCK = /^engine-\d+-[0-9a-f]+\.lock(?:\.new)?$/;

/** What Chroma keeps in its folder: since 0.4, and before. */
const CHROMA = ['chroma.sqlite3', 'chroma-collections.parquet', 'chroma-embeddings.parquet'];
/** Disks have it at their root. */
const LOST_AND_FOUND = 'lost+found';
/** A server writes it at each start and leaves it; the embedded engine never does. */
const SERVER_FILE = 'postmaster.opts';
const SHOWN = 5;

const WAY_OUT = 'set POLYVEC_DATA_DIR, which counts before CHROMA_PERSIST_PATH, or --path, to a directory of its own';

/**
 * Makes sure that the data directory may be used: it is missing or empty, or holds what some version of Polyvec has put there. Dot
 * entries, `lost+found` and empty directories do not count. Changes nothing.
 * @returns the names of what is not ours beside a database that is
 * @throws Error with one line that says what the directory is, and the way out
 */
export function requireOwnDirectory(directory: string): readonly string[] {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) {
    throw new Error(
      `the data directory ${directory} is a file: set POLYVEC_DATA_DIR, or --path, to a directory, which may be a new one`,
    );
  }
  const foreign = readdirSync(directory).filter((name) => isForeign(directory, name));
  // it was made by a version that took any directory: what lies beside the database has done no harm
  if (foreign.length === 0 || isOurDatabase(join(directory, DATABASE))) return foreign;
  throw new Error(`the data directory ${directory} ${describe(foreign)}`);
}

/** The names for a sentence: the first few, when there are many. */
export function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function describe(foreign: readonly string[]): string {
  const chroma = foreign.find((name) => CHROMA.includes(name));
  if (chroma !== undefined) {
    return `is a folder of Chroma (it holds ${chroma}), which Polyvec does not read: ${WAY_OUT}, and copy the collections through the API with a Chroma client`;
  }
  if (foreign.includes('PG_VERSION')) {
    return `is a Postgres server's (it holds PG_VERSION): ${WAY_OUT}, or DATABASE_URL to the server`;
  }
  return `holds what is not Polyvec's (${listed(foreign)}): ${WAY_OUT}`;
}

function isForeign(directory: string, name: string): boolean {
  if (name.startsWith('.') || name.startsWith(COPY) || LOCK.test(name)) return false;
  if ([LOST_AND_FOUND, DRAFT, RESERVE, RESERVE_DRAFT].includes(name)) return false;
  const path = join(directory, name);
  if (isEmptyDirectory(path)) return false;
  return name !== DATABASE || !isOurDatabase(path);
}

/** The layout of every version so far. */
function isOurDatabase(path: string): boolean {
  return (
    ['PG_VERSION', 'global/pg_control'].every((name) => existsSync(join(path, name))) && !existsSync(join(path, SERVER_FILE))
  );
}

function isEmptyDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(path).length === 0;
}
