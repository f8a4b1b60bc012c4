import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PageFiles } from './page-files.js';

const directory = mkdtempSync(join(tmpdir(), 'polyvec-page-'));

beforeAll(() => {
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), 'plain');
  writeFileSync(join(directory, 'assets', 'main.js'), 'plain');
  writeFileSync(join(directory, 'assets', 'main.js.br'), 'brotli');
  writeFileSync(join(directory, 'assets', 'main.js.gz'), 'gzip');
  writeFileSync(join(directory, 'assets', 'secret.key'), 'no part of a page');
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function shown(path: string, accepted?: string): readonly unknown[] | undefined {
  const file = new PageFiles(directory).find(path, accepted);
  return file && [file.bytes.toString(), file.encoding, file.type.split(';')[0]];
}

describe('a file of the page', () => {
  it.each([
    ['gzip, deflate, br, zstd', ['brotli', 'br', 'text/javascript']],
    ['gzip', ['gzip', 'gzip', 'text/javascript']],
    ['br;q=0, gzip;q=0.5', ['gzip', 'gzip', 'text/javascript']],
    ['identity', ['plain', undefined, 'text/javascript']],
    [undefined, ['plain', undefined, 'text/javascript']],
  ])('comes as a client that accepts %p can read it', (accepted, expected) => {
    expect(shown('assets/main.js', accepted)).toEqual(expected);
  });

  it('comes plain where nothing smaller lies beside it', () => {
    expect(shown('index.html', 'br')).toEqual(['plain', undefined, 'text/html']);
  });

  it.each(['assets/secret.key', 'assets/none.js', '../index.html', 'assets/main.js.br'])('%s is none', (path) => {
    expect(shown(path)).toBeUndefined();
  });

  it('is none without a build', () => {
    expect(new PageFiles(join(directory, 'nowhere')).find('index.html', undefined)).toBeUndefined();
  });
});
