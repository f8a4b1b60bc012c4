import { readFile } from 'node:fs/promises';

/** Packages that only copies use. */
const LIBRARIES = ['node-sqlite3-wasm', 'hyparquet', 'hyparquet-writer', 'hyparquet-compressors'];

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly dependencies?: object }>>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

describe('the cases of copying', () => {
  it('are all in the list, each with a test that is there', async () => {
    const rows = (await readFile('test/copy/cases.md', 'utf8')).split('\n').filter((line) => /^\| \d/.test(line));
    const numbers = rows.flatMap((row) => {
      const [, first = '', last = first] = /^\| (\d+)(?:–(\d+))? /.exec(row) ?? [];
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
    });
    expect(numbers).toEqual(Array.from({ length: 47 }, (_, index) => index + 1));
    const missing: string[] = [];
    for (const row of rows) {
      let source = '';
      for (const [, file, name = ''] of row.matchAll(/`((?:test|src)\/[^`]+)`|"([^"]+)"/g)) {
        if (file !== undefined) source = await readFile(file, 'utf8');
        else missing.push(...(source.includes(name) ? [] : [name]));
      }
    }
    expect(missing).toEqual([]);
  });

  it('case 47: what copies need is in the package, and runs nothing when it is installed', async () => {
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock;
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
    for (const name of LIBRARIES) {
      expect(dependencies).toHaveProperty(name);
      expect(lock.packages[`node_modules/${name}`]?.hasInstallScript ?? false).toBe(false);
    }
  });
});
