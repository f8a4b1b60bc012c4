/**
 * `npm run bench`: builds, readies a Postgres server unless DATABASE_URL or TEST_DATABASE_URL names one, and runs bench/chroma.ts;
 * with `pinecone` or `vectorizer` as an argument bench/pinecone.ts or bench/vectorizer.ts.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

const { env } = process;
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
buildIfNeeded();
env.DATABASE_URL ??= env.TEST_DATABASE_URL ?? developmentDatabase();
if (env.DATABASE_URL === '') console.error('No Postgres server: only the embedded engine is measured.');
await import('../test/support/register.js');
const protocol = ['pinecone', 'vectorizer'].find((name) => process.argv.includes(name)) ?? 'chroma';
await import(`../bench/${protocol}.ts`);

/** The address of the development database, started when it is not running; empty when that failed. */
function developmentDatabase() {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const { stdout } = spawnSync('bash', ['scripts/db-up.sh'], { stdio, encoding: 'utf8' });
  return /^DATABASE_URL=(\S+)$/m.exec(stdout ?? '')?.[1] ?? '';
}
