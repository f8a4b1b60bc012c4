import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The address of the development database, started when it is not running; empty when that failed. */
export function developmentDatabase() {
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
  const { status, stdout } = spawnSync('bash', ['scripts/db-up.sh'], options);
  return status === 0 ? (/^DATABASE_URL=(\S+)$/m.exec(stdout ?? '')?.[1] ?? '') : '';
}
