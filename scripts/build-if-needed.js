import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds `dist` unless it is newer than everything that goes into it; `flags` are `nest build`'s. Exits with the compiler's code when
 * that fails.
 */
export function buildIfNeeded(...flags) {
  const built = join(root, 'dist/main.js');
  if (existsSync(built) && statSync(built).mtimeMs > newestSource()) return;
  process.stderr.write('Building, as on every first start and when sources have changed: this takes up to a minute…\n');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  // without CI it draws on the terminal, and on one of no columns never ends
  const env = { ...process.env, CI: '1' };
  const { status } = spawnSync(process.execPath, [nest, 'build', ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function newestSource() {
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  files.push(...['package.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc'].map((name) => join(root, name)));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
