import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, FREE_PORTS, runProgram, waitFor } from '../support/gateway/polyvec-command.js';
import { oneCallEach } from '../support/package/one-call-each.js';
import { emptyProject, type Outcome, packInto, ROOT, runIn } from '../support/package/package.js';

const MB = 1_000_000;
/** What the documentation promises. */
const MAX_INSTALLED_BYTES = 70 * MB;

describe('the package, installed in an empty folder', () => {
  let packages: string;
  let project: string;
  let tarball: string;
  let installation: Outcome;

  beforeAll(() => {
    packages = mkdtempSync(join(tmpdir(), 'polyvec-packages-'));
    project = emptyProject();
    // all of it is in the tarball: without a network, a compiler, or a build
    tarball = packInto(packages);
    const words = ['install', '--offline', '--no-audit', '--no-fund', tarball];
    installation = runIn(project, 'npm', words);
  });

  afterAll(() => {
    for (const directory of [packages, project]) rmSync(directory, { recursive: true, force: true });
  });

  it('is one package, installed without a warning', () => {
    expect(installation.code).toBe(0);
    expect(installation.output).toMatch(/^added 1 package in /m);
    expect(installation.output).not.toMatch(/EBADENGINE|deprecated|install-scripts|ERESOLVE/);
  });

  it('is no larger than is promised', () => {
    const files = readdirSync(join(project, 'node_modules'), { recursive: true, withFileTypes: true });
    const sizes = files.filter((file) => file.isFile()).map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_INSTALLED_BYTES);
  });

  it('has the versions of the lock file inside, each with its licence where it comes with one', () => {
    const { packages: locked } = lockFile(ROOT);
    const inside = join(project, 'node_modules/polyvec');
    for (const [path, { version }] of Object.entries(locked).filter(isInstalled)) {
      expect([path, (json(join(inside, path, 'package.json')) as { readonly version: string }).version]).toEqual([path, version]);
      expect([path, licencesIn(join(inside, path))]).toEqual([path, licencesIn(join(ROOT, path))]);
    }
  });

  it('says where it comes from, and has no use for what only develops it', () => {
    const manifest = json(join(project, 'node_modules/polyvec/package.json')) as Readonly<Record<string, unknown>>;
    expect(manifest).toMatchObject({ publishConfig: { access: 'public', provenance: true }, repository: { type: 'git' } });
    const unwanted = ['private', 'scripts', 'devDependencies', 'overrides'];
    expect(Object.keys(manifest).filter((key) => unwanted.includes(key))).toEqual([]);
  });

  it('runs from its file, without an installation, as docs/releasing.md has it', () => {
    const { code, output } = runIn(packages, 'npx', ['--yes', '--offline', `file:${tarball}`, '--version']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+$/m) as string });
  });

  it('starts there by its name, and serves every protocol', async () => {
    const run = runProgram(join(project, 'node_modules/.bin/polyvec'), ['start'], FREE_PORTS, project);
    try {
      await waitFor(run, 'Ctrl-C stops it.\n');
      expect(await oneCallEach(run)).toEqual({
        chroma: [['c']],
        'Pinecone over REST': ['p'],
        'Pinecone over gRPC': ['p'],
        vectorizer: ['v'],
      });
      // unpacked from the package: what initdb makes is everybody's to read
      expect(statSync(join(project, 'polyvec-data/postgres/PG_VERSION')).mode & 0o777).toBe(0o600);
      run.child.kill('SIGTERM');
      expect([await exitCode(run), run.output()]).toEqual([0, expect.stringContaining('Polyvec has stopped.\n')]);
    } finally {
      run.child.kill('SIGKILL');
    }
  });
});

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

function lockFile(directory: string): { readonly packages: Readonly<Record<string, Locked>> } {
  return json(join(directory, 'package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
}

function isInstalled([path, { dev, optional }]: readonly [string, Locked]): boolean {
  return path !== '' && dev !== true && optional !== true;
}

function licencesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
    .sort();
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
