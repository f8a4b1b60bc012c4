import { readdir, readFile } from 'node:fs/promises';

describe('the list of differences', () => {
  it('names a test for every number, in order', async () => {
    const page = await readFile('docs/differences.md', 'utf8');
    const files = (await readdir('test/differences')).filter((file) => file.endsWith('-differences.spec.ts'));
    // one of them needs a measured index
    const paths = [...files.map((file) => `test/differences/${file}`), 'test/stores/recall.spec.ts'];
    const sources = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    const numbers = [...page.matchAll(/^## (D\d+)\. /gm)].map(([, number]) => number);
    const tests = [...page.matchAll(/^- \*\*Test:\*\* `(.+)`$/gm)].map(([, name]) => name ?? '');
    expect(numbers).toEqual(numbers.map((_, index) => `D${String(index + 1)}`));
    expect(tests.map((name) => name.split(':')[0])).toEqual(numbers);
    const isWritten = (name: string): boolean =>
      sources.some((source) => source.includes(`'${name}`) || source.includes(`"${name}`));
    expect(tests.filter((name) => !isWritten(name))).toEqual([]);
  });
});
