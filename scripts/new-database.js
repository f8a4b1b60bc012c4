/**
 * `node scripts/new-database.js FILE`: a new database of the embedded engine, as initdb leaves it, in a compressed archive.
 * src/postgres/embedded/new-database.ts unpacks it where there is one, which spares a first start most of its time.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { createTar } from 'nanotar';

const [file] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'polyvec-new-database-'));
try {
  const engine = await PGlite.create({ dataDir: directory });
  await engine.close();
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join('/');
    return entry.isDirectory() ? { name: `${name}/` } : { name, data: readFileSync(path) };
  });
  writeFileSync(
    file,
    gzipSync(createTar(entries, { attrs: { mode: '600', uid: 0, gid: 0 } }), { level: constants.Z_BEST_COMPRESSION }),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
