/**
 * `npm run bench`: builds, readies a Postgres server unless DATABASE_URL or TEST_DATABASE_URL names one, and runs bench/chroma.ts;
 * with `pinecone`, `vectorizer`, `many`, `recall`, `search`, `sparse`, `forks`, `hybrid`, `start`, `stalls`, `places`, `console` or `copy` as an argument the file of that name.
 */
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';
import { developmentDatabase } from './development-database.js';

const { env } = process;
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
buildIfNeeded();
const program =
  [
    'pinecone',
    'vectorizer',
    'many',
    'recall',
    'search',
    'sparse',
    'forks',
    'hybrid',
    'start',
    'stalls',
    'places',
    'console',
    'copy',
  ].find((name) => process.argv.includes(name)) ?? 'chroma';
// the start is the embedded engine's, and what is found is the same on every engine
if (program !== 'start' && program !== 'hybrid') {
  env.DATABASE_URL ??= env.TEST_DATABASE_URL ?? developmentDatabase();
  if (env.DATABASE_URL === '') console.error('No Postgres server: only the embedded engine is measured.');
}
await import('../test/support/setup/register.js');
await import(`../bench/${program}.ts`);
