import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { parseTar } from 'nanotar';
import { DATABASE, DRAFT } from './data-directory.js';

/** A database as initdb leaves it. It comes with the package, made by scripts/new-database.js: unpacking it takes a tenth of the time. */
const ARCHIVE = fileURLToPath(new URL('./new-database.tar.gz', import.meta.url));

/** Makes a database in the data directory, where it appears only when it is whole. */
export async function makeDatabase(directory: string): Promise<void> {
  const draft = join(directory, DRAFT);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  if (existsSync(ARCHIVE)) unpack(draft);
  else await (await PGlite.create({ dataDir: draft })).close();
  renameSync(draft, join(directory, DATABASE));
}

function unpack(directory: string): void {
  for (const { name, type, data } of parseTar(gunzipSync(readFileSync(ARCHIVE)))) {
    const path = join(directory, name);
    const isDirectory = type === 'directory';
    mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o700 });
    if (!isDirectory) writeFileSync(path, data ?? '', { mode: 0o600 });
  }
}
