/** `npm run bench`: builds, readies a Postgres server unless DATABASE_URL names one, and runs bench/chroma.ts. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

const root = fileURLToPath(new URL('..', import.meta.url));
buildIfNeeded();
const environment = { ...process.env };
if (environment.DATABASE_URL === undefined) {
  const { stdout } = spawnSync('bash', ['scripts/db-up.sh'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  environment.DATABASE_URL = /^DATABASE_URL=(\S+)$/m.exec(stdout ?? '')?.[1];
  if (environment.DATABASE_URL === undefined) console.error('No Postgres server: only the embedded engine is measured.');
}
const args = ['--no-warnings', '--import', './test/support/register.js', 'bench/chroma.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: environment });
process.exit(status ?? 1);
