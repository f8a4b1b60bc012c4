import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Outcome, ROOT, runIn } from '../support/package/package.js';

const NEXT = '7.0.0';
const FILES = [
  'NOTES.md',
  'SHA256SUMS',
  `polyvec-${NEXT}-openapi-chroma.json`,
  `polyvec-${NEXT}-openapi-pinecone.json`,
  `polyvec-${NEXT}-openapi-vectorizer.json`,
  `polyvec-${NEXT}-vector-service.proto`,
  `polyvec-${NEXT}.tgz`,
  `polyvec-vectorizer-${NEXT}.tgz`,
  `polyvec_vectorizer-${NEXT}.tar.gz`,
];

describe('npm run release', () => {
  let checkout: string;
  let released: Outcome;

  const git = (...words: readonly string[]): string => {
    const { code, output } = runIn(checkout, 'git', words);
    if (code !== 0) throw new Error(output);
    return output.trim();
  };
  const release = (...words: readonly string[]): Outcome => runIn(checkout, process.execPath, ['scripts/release.js', ...words]);
  const text = (file: string): string => readFileSync(join(checkout, file), 'utf8');

  beforeAll(() => {
    checkout = copyOfCheckout();
    released = release(NEXT);
  });

  afterAll(() => {
    rmSync(checkout, { recursive: true, force: true });
  });

  it('makes the files of the release, and says that nothing is published', () => {
    expect(released).toEqual({
      code: 0,
      output: expect.stringContaining('Nothing is published yet: docs/releasing.md\n') as string,
    });
    expect(readdirSync(join(checkout, 'release', NEXT)).sort()).toEqual(FILES);
  });

  it('writes the checksum of each', () => {
    const folder = join(checkout, 'release', NEXT);
    const sums = FILES.filter((name) => name !== 'SHA256SUMS').map((name) => {
      const sum = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
      return `${sum}  ${name}\n`;
    });
    expect(text(`release/${NEXT}/SHA256SUMS`)).toBe(sums.join(''));
  });

  it('commits the version and tags it, and leaves nothing else behind', () => {
    expect(git('tag', '--list')).toBe(`v${NEXT}`);
    expect(git('log', '--format=%s', '-1', `v${NEXT}`)).toBe(`release: ${NEXT}`);
    expect(git('status', '--porcelain')).toBe('');
    expect(JSON.parse(text(`release/${NEXT}/polyvec-${NEXT}-openapi-chroma.json`))).toMatchObject({ info: { version: NEXT } });
    for (const file of ['README.md', 'package-lock.json', 'clients/python/pyproject.toml', 'clients/typescript/package.json']) {
      expect(text(file)).toContain(NEXT);
    }
  });

  it('gives what was unreleased its heading, and begins anew', () => {
    expect(text('CHANGELOG.md')).toMatch(new RegExp(`^## Unreleased\n\n## ${NEXT} \\(\\d{4}-\\d\\d-\\d\\d\\)\n\n- `, 'm'));
    expect(text(`release/${NEXT}/NOTES.md`)).toContain(`## ${NEXT} (`);
  });

  it('makes small clients of the version that is released', () => {
    const listed = (file: string): string => runIn(join(checkout, 'release', NEXT), 'tar', ['-tzf', file]).output;
    expect(listed(`polyvec-vectorizer-${NEXT}.tgz`)).toContain('package/dist/index.d.ts\n');
    expect(listed(`polyvec_vectorizer-${NEXT}.tar.gz`)).toContain(
      `polyvec_vectorizer-${NEXT}/src/polyvec_vectorizer/client.py\n`,
    );
  });

  it.each([
    ['an older version', ['0.0.1'], `release: 0.0.1 is before ${NEXT}\n`],
    ['a version that is released', [NEXT], `release: v${NEXT} has been released\n`],
    ['what is no version', ['big'], 'release: patch, minor, major or a version such as 1.2.3, not "big"\n'],
    ['an empty changelog', ['minor'], 'release: CHANGELOG.md says of nothing that it is new\n'],
  ])('refuses %s, and changes nothing', (_what, words, output) => {
    expect(release(...words)).toEqual({ code: 1, output });
    expect(git('status', '--porcelain')).toBe('');
  });

  it('refuses what is not committed', () => {
    writeFileSync(join(checkout, 'left.txt'), 'left');
    expect(release('minor')).toEqual({ code: 1, output: 'release: commit or remove what is changed first:\n?? left.txt\n' });
  });
});

/** The files of this checkout as they are now, in a repository of their own. */
function copyOfCheckout(): string {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-checkout-'));
  const { output } = runIn(ROOT, 'git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  for (const file of output.split('\0').filter((name) => name !== '' && !/^(\.clients|node_modules)$/.test(name))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(ROOT, file), join(directory, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  // what is built is newer than the copied sources: the same is not built twice
  cpSync(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true });
  const script = `git init --quiet && echo node_modules >.git/info/exclude && git config user.name tests &&
    git config user.email tests@localhost && git add . && git commit --quiet --message 'as it is'`;
  const made = runIn(directory, 'sh', ['-c', script]);
  if (made.code !== 0) throw new Error(made.output);
  return directory;
}
