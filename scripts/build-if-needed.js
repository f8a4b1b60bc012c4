import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds `dist`, and the console's page in it, unless it is newer than everything that goes into it; `flags` are `nest build`'s. Exits
 * with the compiler's code, and what it wrote, when that fails.
 */
export function buildIfNeeded(...flags) {
  buildGatewayIfNeeded(flags);
  buildPageIfNeeded();
}

function buildGatewayIfNeeded(flags) {
  if (isNewer('dist/main.js', ['src'], ['package.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc'])) return;
  process.stderr.write('Building, as on every first start and when sources have changed: this takes up to a minute…\n');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  // without CI it draws on the terminal, and on one of no columns never ends
  const env = { ...process.env, CI: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build', ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return;
  // its progress, drawn in colours, is of use to nobody: what is wrong is
  process.stderr.write(Buffer.concat([stdout, stderr]));
  process.exit(status ?? 1);
}

/** The console's page alone, which takes seconds. A build of the gateway has removed it. */
export function buildPageIfNeeded() {
  if (isNewer('dist/console/page/index.html', ['console'], ['package.json'])) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', 'console', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether what was built is newer than everything that goes into it. */
function isNewer(built, folders, names) {
  const file = join(root, built);
  if (!existsSync(file)) return false;
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  sources.push(...names.map((name) => join(root, name)));
  return statSync(file).mtimeMs > Math.max(...sources.map((source) => statSync(source).mtimeMs));
}
