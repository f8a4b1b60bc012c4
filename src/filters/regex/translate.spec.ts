import { PGlite } from '@electric-sql/pglite';
import { ERROR_CASES, MATCH_CASES } from '../../../test/filters/regex-cases.js';
import { translateRegex, type Translation } from './translate.js';

const TOO_LARGE = 'Compiled regex exceeds size limit of 10485760 bytes.';

let engine: PGlite;

beforeAll(async () => {
  engine = await PGlite.create();
});

afterAll(async () => {
  await engine.close();
});

/** The documents that Postgres finds by the translation. */
async function found(pattern: string, documents: readonly string[]): Promise<string[]> {
  const { rows } = await engine.query<{ document: string }>(
    'SELECT document FROM unnest($2::text[]) WITH ORDINALITY AS d (document, place) WHERE document ~ $1::text ORDER BY place',
    [emitted(translateRegex(pattern)), documents],
  );
  return rows.map((row) => row.document);
}

function emitted(translation: Translation): string {
  expect(translation.kind).toBe('pattern');
  return translation.kind === 'pattern' ? translation.pattern : '';
}

describe('what a pattern matches', () => {
  it.each(MATCH_CASES.map((each) => [each.pattern.slice(0, 40), each.about, each] as const))(
    '%j: %s',
    async (_pattern, _about, each) => {
      expect(await found(each.pattern, [...each.matches, ...each.misses])).toEqual(each.matches);
    },
  );

  it('never lets a pattern begin with a director or options of Postgres', () => {
    for (const pattern of ['\\*\\*\\*=a', '\\*\\*\\*:(a)', '\\(?i\\)a', '(?i)a', '(?s-i:a)', '(?x)a', '(?:(?i)a)']) {
      expect(emitted(translateRegex(pattern))).not.toMatch(/^(?:\*\*\*|\(\?[a-z])/);
    }
  });

  it('leaves nothing to the locale', () => {
    const everything = '\\w\\d\\s\\W\\D\\S\\b\\B\\<\\>[[:alpha:]\\w](?i)straße\\pL[^\\d]';
    expect(emitted(translateRegex(everything))).not.toMatch(/\\[A-TV-Za-tv-z]|\[[:.=]/);
  });
});

describe('what is no pattern', () => {
  it.each(ERROR_CASES.map((each) => [...each] as const))('%j is refused in the words of Rust and Chroma', (pattern, message) => {
    expect(translateRegex(pattern)).toEqual({ kind: 'error', message });
  });

  it('is one nested deeper than 250 levels', () => {
    expect(translateRegex(`${'('.repeat(251)}${')'.repeat(251)}`)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('error: exceed the maximum number of nested parentheses/brackets (250)') as string,
    });
  });
});

describe('limits of our own', () => {
  it.each([
    ['characters in a row', 'a{2001}'],
    ['nested counts', '(?:(?:a{100}){100}){100}'],
    ['characters in all', Array.from({ length: 11 }, () => '(?:[ab]c){999}').join('|')],
    ['optional parts', 'a?'.repeat(301)],
    ['optional parts in a counted group', '(?:a*b*){151}'],
    ['assertions', '\\bx'.repeat(201)],
    ['assertions at one place', '(?:\\b.?){11}'],
    ['source', 'a|'.repeat(16_385)],
    ['class arithmetic', '[\\w&&[^a]]'.repeat(200)],
  ])('refuses a pattern of too many %s', (_what, pattern) => {
    expect(translateRegex(pattern)).toEqual({ kind: 'error', message: TOO_LARGE });
  });

  it.each([
    ['characters in a row', '\\w{2000}'],
    ['characters of nested counts', '(?:(?:a{20}){10}){10}'],
    ['optional parts', 'a?'.repeat(300)],
    ['optional parts in a counted group', '(?:a*b*){149}'],
    ['assertions', '\\bx'.repeat(200)],
    ['assertions at one place', '(?:\\b.?){10}'],
    ['branches', Array.from({ length: 3000 }, (_, index) => `w${index}x`).join('|')],
    ['levels', `${'(?:'.repeat(120)}a${'b?)*'.repeat(120)}`.replaceAll('b?)*', ')*')],
  ])('has Postgres compile the most %s that are allowed', async (_what, pattern) => {
    const { rows } = await engine.query("SELECT 'x' ~ $1::text AS answer", [emitted(translateRegex(pattern))]);
    // where a pattern is too complex for it, the embedded engine may answer no row
    expect(rows).toHaveLength(1);
  });

  it.each(['\\p{Age=6.0}', '\\p{gcb=CR}', '\\p{wb=Extend}', '\\p{Hyphen}', '\\p{ExtPict}'])(
    'refuses %s, which only Rust knows',
    (pattern) => {
      expect(translateRegex(pattern)).toEqual({
        kind: 'error',
        message: `regex parse error:\n    ${pattern}\n    ${'^'.repeat(pattern.length)}\nerror: Unicode property not supported`,
      });
    },
  );
});
