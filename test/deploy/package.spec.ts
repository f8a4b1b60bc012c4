import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD = "import { buildIfNeeded } from './scripts/build-if-needed.js'; buildIfNeeded();";

/** What the console's page is made of, each also compressed. */
const PAGE_FILE = /\.(?:html|css|js|svg)(?:\.br|\.gz)?$/;

/** The files below a folder that the condition holds for, by their paths from the root. */
function filesBelow(folder: string, isWanted: (path: string) => boolean): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter(isWanted);
}

/** What `npm pack` would put into the package. */
function packed(): readonly string[] {
  const built = spawnSync(process.execPath, ['--input-type=module', '-e', BUILD], { cwd: ROOT, encoding: 'utf8' });
  expect([built.status, built.error]).toEqual([0, undefined]);
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' });
  const [tarball] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  return tarball.files.map(({ path }) => path).sort();
}

describe('the package', () => {
  it('has what the program needs, its licence and its page, and nothing else', () => {
    const files = packed();
    const programs = filesBelow('src', (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));
    const expected = [
      ...['LICENSE', 'README.md', 'package.json'],
      ...programs.map((path) => path.replace(/^src(.*)\.ts$/, 'dist$1.js')),
      ...filesBelow('src', (path) => path.endsWith('.proto')).map((path) => path.replace(/^src/, 'dist')),
      ...filesBelow('migrations', () => true),
      ...filesBelow('dist/console/page', (path) => PAGE_FILE.test(path)),
    ];
    expect(files).toEqual(expected.sort());
    expect(files).toContain('dist/console/page/index.html');
  });

  it('names no source map that it does not have', () => {
    packed();
    const naming = filesBelow('dist', (path) => path.endsWith('.js')).filter((path) =>
      readFileSync(join(ROOT, path), 'utf8').includes('sourceMappingURL'),
    );
    expect(naming).toEqual([]);
  });

  it('is under the licence that it comes with', () => {
    const { license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly license: string };
    expect(license).toBe('Apache-2.0');
    expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toMatch(/^\s*Apache License\s+Version 2\.0, January 2004\n/);
  });
});
