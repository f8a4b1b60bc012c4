import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { translateRegex } from '../../src/filters/regex/translate.js';
import { byEffort } from '../support/setup/effort.js';

/** One pattern in two languages: Rust's, and JavaScript's under the flag `u`. */
interface Twin {
  readonly rust: string;
  readonly js: string;
}

const RUNS = byEffort({ quick: 700, full: 2_500 });
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const LETTERS = [
  'a',
  'b',
  'A',
  'B',
  'k',
  'K',
  's',
  'ſ',
  '\u212a',
  'é',
  'É',
  'ß',
  'ẞ',
  'Σ',
  'σ',
  'ς',
  '漢',
  '😀',
  '\u0301',
  '\u200d',
];
const SIGNS = [
  '1',
  '٣',
  '_',
  '-',
  ' ',
  '\n',
  '\r',
  '\t',
  '\u00a0',
  '.',
  '^',
  '$',
  ']',
  '[',
  '\\',
  '(',
  '*',
  '?',
  '{',
  '|',
  '&',
  '~',
  '#',
];

const character = fc.constantFrom(...LETTERS, ...SIGNS);
const document = fc.array(character, { maxLength: 10 }).map((characters) => characters.join(''));

const same = (text: string): Twin => ({ rust: text, js: text });
const twin = (rust: string, js: string): Twin => ({ rust, js });

/** Both languages read `\x{…}` and `\u{…}` in their own way, and in a class no character has a meaning when escaped so. */
function escaped(text: string): Twin {
  const code = (text.codePointAt(0) ?? 0).toString(16);
  return twin(`\\x{${code}}`, `\\u{${code}}`);
}

const literal: fc.Arbitrary<Twin> = character.map((text) => (/[\p{L}\p{N}\p{M}😀]/u.test(text) ? same(text) : escaped(text)));

/** What is negated, intersected or subtracted is so by look-ahead in JavaScript, whose flag `v` has faults in V8. */
const not = (js: string): string => `(?:(?!${js})[^])`;

const SETS: readonly Twin[] = [
  twin('\\w', WORD),
  twin('\\W', not(WORD)),
  twin('\\d', '\\p{Nd}'),
  twin('\\D', not('\\p{Nd}')),
  twin('\\s', '\\p{White_Space}'),
  twin('\\S', not('\\p{White_Space}')),
  twin('\\pL', '\\p{L}'),
  same('\\p{Lu}'),
  twin('\\P{Ll}', not('\\p{Ll}')),
  twin('\\p{greek}', '\\p{Script=Greek}'),
  twin('[[:alpha:]]', '[a-zA-Z]'),
  twin('[[:^punct:]]', not('[!-\\/:-@\\[-`\\{-~]')),
];
const dot: fc.Arbitrary<Twin> = fc.constantFrom(twin('.', not('\\n')), twin('(?s:.)', '[^]'), twin('(?R:.)', not('[\\n\\r]')));

const range: fc.Arbitrary<Twin> = fc.constantFrom(
  twin('a-k', '[a-k]'),
  twin('A-Z', '[A-Z]'),
  twin('à-ö', '[à-ö]'),
  twin('\\x{1F600}-\\x{1F64F}', '[\\u{1F600}-\\u{1F64F}]'),
);
const classItem: fc.Arbitrary<Twin> = fc.oneof(character.map(escaped), range, fc.constantFrom(...SETS));
/** The set in brackets. A `z`, which no document holds, is in it because Chroma refuses classes that match nothing. */
const members: fc.Arbitrary<Twin> = fc
  .tuple(fc.boolean(), fc.array(classItem, { minLength: 1, maxLength: 3 }))
  .map(([isNegated, items]) => {
    const rust = items.map((item) => item.rust).join('');
    const js = `(?:${items.map((item) => item.js).join('|')})`;
    return twin(`[z[${isNegated ? '^' : ''}${rust}]]`, isNegated ? not(js) : js);
  });
const operation: fc.Arbitrary<Twin> = fc.tuple(members, fc.boolean(), members).map(([left, isDifference, right]) => {
  const rust = `[z[${left.rust}${isDifference ? '--' : '&&'}${right.rust}]]`;
  return twin(rust, `(?:(?${isDifference ? '!' : '='}${right.js})${left.js})`);
});
const set: fc.Arbitrary<Twin> = fc.oneof(fc.constantFrom(...SETS), dot, members, operation);

const boundary = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
const look: fc.Arbitrary<Twin> = fc.constantFrom(
  same('^'),
  same('$'),
  twin('\\A', '^'),
  twin('\\z', '$'),
  twin('(?m:^)', '(?:^|(?<=\\n))'),
  twin('(?m:$)', '(?:$|(?=\\n))'),
  twin('(?mR:^)', '(?:^|(?<=\\n)|(?<=\\r)(?!\\n))'),
  twin('(?mR:$)', '(?:$|(?=\\r)|(?<!\\r)(?=\\n))'),
  twin('\\b', boundary),
  twin('\\B', `(?!${boundary})`),
  twin('\\b{start}', `(?<!${WORD})(?=${WORD})`),
  twin('\\>', `(?<=${WORD})(?!${WORD})`),
  twin('\\b{start-half}', `(?<!${WORD})`),
  twin('\\b{end-half}', `(?!${WORD})`),
);

const { pattern } = fc.letrec<{ pattern: Twin; atom: Twin; sequence: Twin }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: literal, weight: 5 },
    { arbitrary: set, weight: 7 },
    { arbitrary: look, weight: 2 },
    { arbitrary: tie('pattern').map((body) => wrap('(', body, ')')), weight: 1 },
    { arbitrary: fc.tuple(tie('pattern'), quantifier()).map(([body, times]) => wrap('(?:', body, `)${times}`)), weight: 3 },
  ),
  sequence: fc.array(tie('atom'), { minLength: 1, maxLength: 3 }).map(concatenated),
  pattern: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: tie('sequence'), weight: 4 },
    {
      arbitrary: fc
        .tuple(tie('sequence'), fc.oneof(tie('sequence'), fc.constant(same(''))))
        .map(([left, right]) => concatenated([left, same('|'), right])),
      weight: 1,
    },
  ),
}));

function quantifier(): fc.Arbitrary<string> {
  return fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0}', '{1,2}', '{0,3}?', '{2,}');
}

function concatenated(twins: readonly Twin[]): Twin {
  return twin(twins.map((each) => each.rust).join(''), twins.map((each) => each.js).join(''));
}

function wrap(open: string, inner: Twin, close: string): Twin {
  return twin(open + inner.rust + close, open + inner.js + close);
}

/** Tries each place between characters in turn: left to itself, V8 also looks between the two halves of one. */
function finds(sticky: RegExp, text: string): boolean {
  let place = 0;
  return [...Array.from(text), ''].some((character) => {
    sticky.lastIndex = place;
    place += character.length;
    return sticky.test(text);
  });
}

describe('the regular expressions of document filters', () => {
  let engine: PGlite;

  beforeAll(async () => {
    engine = await PGlite.create();
  });

  afterAll(async () => {
    await engine.close();
  });

  async function answers(rust: string, documents: readonly string[]): Promise<boolean[] | undefined> {
    const translation = translateRegex(rust);
    if (translation.kind === 'error') throw new Error(translation.message);
    const { rows } = await engine.query<{ answers: boolean[] }>(
      'SELECT array_agg(document ~ $1::text ORDER BY place) AS answers FROM unnest($2::text[]) WITH ORDINALITY AS d (document, place)',
      [translation.pattern, documents],
    );
    return rows[0]?.answers;
  }

  it('find in Postgres what JavaScript finds by the same pattern', async () => {
    let telling = 0;
    const documents = fc.array(document, { minLength: 16, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(pattern, fc.boolean(), documents, async ({ rust, js }, ignoresCase, texts) => {
        const expression = new RegExp(js, ignoresCase ? 'iuy' : 'uy');
        const expected = texts.map((text) => finds(expression, text));
        expect(await answers(ignoresCase ? `(?i)${rust}` : rust, texts)).toEqual(expected);
        telling += new Set(expected).size - 1;
      }),
      { numRuns: RUNS },
    );
    // a pattern that matches all documents, or none, says little
    expect(telling).toBeGreaterThan(RUNS / 3);
  });

  it('are translated or refused, whatever the text, and never throw', () => {
    const piece = fc.constantFrom(
      ...'()[]{}|*+?^$.\\-&~#:<>=!,0192aKé漢'.split(''),
      '(?',
      '(?i)',
      '(?x)',
      '(?-u:',
      '(?P<n>',
      '[^',
      '[:',
      '&&',
      '\\p{',
      '\\b{',
      '\\x{',
      '\\u',
      '\n',
      '\ud800',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    const kinds = new Set<string>();
    fc.assert(
      fc.property(text, (source) => {
        const translation = translateRegex(source);
        kinds.add(translation.kind);
        const words = translation.kind === 'error' ? translation.message : 'regex parse error:';
        expect(words).toMatch(/^(?:regex parse error:|Byte pattern is not allowed$|Compiled regex exceeds size limit)/);
      }),
      { numRuns: 5000 },
    );
    expect([...kinds].sort()).toEqual(['error', 'pattern']);
  });
});
