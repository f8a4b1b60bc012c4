import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../../src/version.js';
import { ROOT, runWell } from './compat/programs.js';
import { createUserProject, type UserProject } from './compat/typescript-package.js';

describe('the package @polyvec/vectorizer', () => {
  let project: UserProject;

  beforeAll(async () => {
    project = await createUserProject();
  });

  afterAll(async () => {
    await project.remove();
  });

  it('packs what it exports, with types, and no source', async () => {
    const words = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline', '--no-update-notifier'];
    const [packed] = JSON.parse(await runWell('npm', words, { directory: project.packageDirectory })) as readonly [Packed];
    const files = packed.files.map(({ path }) => path).sort();
    expect(packed).toMatchObject({ name: '@polyvec/vectorizer', version: VERSION });
    expect(files).toEqual(expect.arrayContaining(['README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json']));
    expect(files.filter((path) => !/^(README\.md|package\.json|dist\/[a-z-]+(\.d)?\.[jt]s)$/.test(path))).toEqual([]);
  });

  it('is installed and used by its name, with its types', async () => {
    const outcome = await project.runProgram(
      'installed',
      `import { VectorizerClient, VectorizerError, type SearchResult } from '@polyvec/vectorizer';
const client = new VectorizerClient({ baseURL: 'http://127.0.0.1:1', timeout: 5000 });
const search: (collection: string, query: string) => Promise<SearchResult[]> = (collection, query) => client.search(collection, query);
const error: unknown = await search('c', 'q').catch((thrown: unknown) => thrown);
console.log(error instanceof VectorizerError && error.errorType);
`,
    );
    expect(outcome).toEqual({ code: 0, output: 'connection_error\n', errors: '' });
  });

  it('is built when it is installed from its folder', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'polyvec-typescript-folder-'));
    try {
      const folder = join(directory, 'client');
      const isSource = (path: string): boolean => !path.endsWith('/dist');
      await cp(join(ROOT, 'clients/typescript'), folder, { recursive: true, filter: isSource });
      const user = join(directory, 'user');
      await mkdir(user);
      await writeFile(join(user, 'package.json'), JSON.stringify({ type: 'module', private: true }));
      // the folder's copy is outside of the checkout, whose compiler it is built with
      const environment = { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
      const words = ['install', '--offline', '--no-audit', '--no-fund', '--no-update-notifier', folder];
      await runWell('npm', words, { directory: user, environment });
      const program = "import { VectorizerClient } from '@polyvec/vectorizer'; console.log(typeof VectorizerClient);";
      const printed = await runWell(process.execPath, ['--input-type=module', '-e', program], { directory: user });
      expect(printed).toBe('function\n');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('asks for nothing but Node', async () => {
    const manifest = JSON.parse(await readFile(join(project.packageDirectory, 'package.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ type: 'module', engines: { node: '>=20' } });
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
  });
});

describe('the package polyvec-vectorizer', () => {
  const folder = join(ROOT, 'clients/python');
  let manifest: PythonManifest;

  beforeAll(async () => {
    const script = 'import json, sys, tomllib; json.dump(tomllib.load(open(sys.argv[1], "rb")), sys.stdout)';
    manifest = JSON.parse(await runWell('python3', ['-c', script, join(folder, 'pyproject.toml')])) as PythonManifest;
  });

  it('has a name of its own and no dependencies', () => {
    expect(manifest.project).toMatchObject({
      name: 'polyvec-vectorizer',
      version: VERSION,
      'requires-python': '>=3.9',
      dependencies: [],
    });
    expect(manifest['build-system']['build-backend']).toBe('setuptools.build_meta');
  });

  it('names files that are there', async () => {
    const [where] = manifest.tool.setuptools.packages.find.where;
    const [[name, data]] = Object.entries(manifest.tool.setuptools['package-data']) as [[string, readonly string[]]];
    const files = [manifest.project.readme, ...['__init__.py', ...data].map((file) => join(where, name, file))];
    expect(data).toEqual(['py.typed']);
    await Promise.all(files.map((file) => access(join(folder, file))));
  });
});

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

interface PythonManifest {
  readonly 'build-system': { readonly 'build-backend': string };
  readonly project: { readonly readme: string };
  readonly tool: {
    readonly setuptools: {
      readonly packages: { readonly find: { readonly where: readonly [string] } };
      readonly 'package-data': Readonly<Record<string, readonly string[]>>;
    };
  };
}
