import { readFile } from 'node:fs/promises';

const CASES = 91;

/** The numbers that the first column of a row names: `1–3`, `11, 12`. */
function numbersOf(row: string): readonly number[] {
  const [, column = ''] = row.split('|');
  return column.split(',').flatMap((part) => {
    const [first = '', last = first] = part.trim().split('–');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}

/** The names of a row that are not in the file before them. */
async function missingOf(row: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let source = '';
  for (const [, file, name = ''] of row.matchAll(/`((?:test|src)\/[^`]+)`|"([^"]+)"/g)) {
    if (file !== undefined) source = await readFile(file, 'utf8');
    else if (!source.replaceAll(`\\'`, `'`).includes(name)) missing.push(name);
  }
  return missing;
}

describe('the cases of searches', () => {
  it('are all in the list, each with a test that is there', async () => {
    const rows = (await readFile('test/protocols/chroma/search-cases.md', 'utf8'))
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    expect(rows.flatMap(numbersOf)).toEqual(Array.from({ length: CASES }, (_, index) => index + 1));
    expect((await Promise.all(rows.map(missingOf))).flat()).toEqual([]);
    expect(rows.filter((row) => !/`(?:test|src)\//.test(row))).toEqual([]);
  });
});
