import fc from 'fast-check';

/**
 * What takes the places in a template, as JSON text, by the letter of the place: `⟦k3⟧` is the fourth of `k`. No two of a letter
 * are the same, so that what differs in a template differs in what is made of it.
 */
export type Dictionary = Readonly<Record<string, readonly string[]>>;

/** What a protocol takes to write. */
export interface TextRules {
  isKey(key: string): boolean;
  isId(id: string): boolean;
}

const PLACE = /⟦([a-z])(\d+)⟧/g;

/**
 * How many of each letter there are: keys `k`; keys with a dot `d`, of `p` before and `q` behind it; strings `s`; needles `t`, and `r` as
 * patterns; integers `n`; floats `f`; large numbers `l` and `o`; ids of records `i`, and of none `x`.
 */
export const COUNTS = { k: 8, d: 4, p: 4, q: 4, s: 12, r: 6, t: 6, n: 8, f: 6, l: 3, o: 3, i: 14, x: 2 } as const;

/** Texts that have broken something somewhere. */
const NASTY = [
  ...[
    `a'b"c;--`,
    `' OR 1=1 --`,
    `'; DROP SCHEMA polyvec CASCADE; --`,
    `"; DELETE FROM polyvec.pool_records; --`,
    `') UNION SELECT 1 --`,
  ],
  ...[
    '$1',
    '$2::text',
    '$$',
    '${1}',
    '%',
    '_',
    '%%s',
    '\\',
    "\\'",
    '\\\\',
    "E'\\x41'",
    '::jsonb',
    '/*',
    '*/',
    '--',
    ';',
    '?',
    '?|',
    '@>',
    '->>',
  ],
  ...[
    '{}',
    '[]',
    '[0]',
    '{"a":1}',
    '"',
    '""',
    '{"$gt":1}',
    '$.a',
    '$.** ? (@ > 1)',
    'strict $',
    'lax $[*]',
    '@ == 1',
    'a.b',
    '.',
    '..',
    '*',
    '#',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'polluted', 'valueOf', 'length', '__defineGetter__'],
  ...[
    'null',
    'true',
    'NaN',
    '1',
    '01',
    '1e400',
    'id',
    'metadata',
    'namespace',
    'r.metadata',
    'collection_id',
    'must',
    'key',
    'filter',
  ],
  ...[
    '\u0001',
    '\u0001sha256:',
    '\u001f',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\u200f',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\uffff',
    '\u{10ffff}',
  ],
  ...[
    'é',
    'e\u0301',
    'ß',
    'ſ',
    'İ',
    'ı',
    'Σ',
    'ς',
    '漢',
    '🦄',
    '👩\u200d👩\u200d👧',
    '𝒳',
    'ﷺ',
    '\r\n',
    '\t',
    ' ',
    ' a',
    'a ',
    '../../etc/passwd',
    '%00',
    '%27',
    '&amp;',
  ],
  ...['x'.repeat(300), `'`.repeat(64), '('.repeat(64), '🦄'.repeat(40)],
];

/** Whole characters, none of them NUL, which no text of Postgres has. */
const strange = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.constantFrom(...NASTY)).map((pair) => pair.join('')) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom(`'`, `"`, '\\', '$', ';', '-', '%', '?', '{', '}'), maxLength: 10 }),
    },
  )
  .filter((text) => !text.includes('\0'));

const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 })).map(String);
/** With a point, and no larger than what has none. */
const float = fc
  .oneof(fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.constantFrom(5e-324, -1e-7, 0.1, 2.5, 1e-300))
  .map((number) => (/[.e]/.test(String(number)) ? String(number) : `${String(number)}.5`));
/** From 2⁵³ on: several integers round to one of them, and ties go to the even one. */
const large = (parity: bigint): fc.Arbitrary<string> =>
  fc
    .tuple(fc.double({ min: 2 ** 53, max: 1e300, noNaN: true }), fc.boolean())
    .map(([number, isNegative]) => String(withParity(number, parity) * (isNegative ? -1 : 1)));

/** Hostile ones. The same for the same seed. */
export function hostileDictionary(rules: TextRules, seed: number): Dictionary {
  const key = strange.filter((text) => rules.isKey(text));
  const id = strange.filter((text) => rules.isId(text));
  // a path is of one key within another: none begins as another does, or with a key that is one of its own
  const undotted = key.filter((text) => !text.includes('.'));
  const [ids, keys] = [distinct(id, COUNTS.i + COUNTS.x, seed), distinct(undotted, COUNTS.k + COUNTS.d, seed + 1)];
  const inner = distinct(undotted, COUNTS.d, seed + 2);
  const paths = keys.slice(COUNTS.k).map((outer, index) => `${outer}.${inner[index] ?? ''}`);
  const needles = distinct(strange, COUNTS.t, seed + 4);
  return {
    k: texts(keys.slice(0, COUNTS.k)),
    d: texts(paths),
    p: texts(keys.slice(COUNTS.k)),
    q: texts(inner),
    s: texts(distinct(strange, COUNTS.s, seed + 3)),
    t: texts(needles),
    r: texts(needles.map(quoted)),
    n: distinct(integer, COUNTS.n, seed + 5, numberOf),
    f: distinct(float, COUNTS.f, seed + 6, numberOf),
    l: distinct(large(0n), COUNTS.l, seed + 7, numberOf),
    o: distinct(large(1n), COUNTS.o, seed + 8, numberOf),
    i: texts(ids.slice(0, COUNTS.i)),
    x: texts(ids.slice(COUNTS.i)),
  };
}

/** Harmless ones of the same kinds. */
export function harmlessDictionary(): Dictionary {
  const named = (letter: keyof typeof COUNTS, word: (index: number) => string): readonly string[] =>
    Array.from({ length: COUNTS[letter] }, (_, index) => word(index));
  const needles = named('t', (index) => `needle ${String(index)}`);
  return {
    k: texts(named('k', (index) => `key${String(index)}`)),
    d: texts(named('d', (index) => `outer${String(index)}.inner`)),
    p: texts(named('p', (index) => `outer${String(index)}`)),
    q: texts(named('q', () => 'inner')),
    s: texts(named('s', (index) => `text ${String(index)}`)),
    t: texts(needles),
    r: texts(needles.map(quoted)),
    n: named('n', (index) => String(index + 1)),
    f: named('f', (index) => `${String(index + 1)}.5`),
    l: named('l', (index) => String(2 ** (55 + index))),
    o: named('o', (index) => String(withParity(2 ** (60 + index), 1n))),
    i: texts(named('i', (index) => `id${String(index)}`)),
    x: texts(named('x', (index) => `nobody${String(index)}`)),
  };
}

/** The template with its places taken. @throws Error for a place that nothing takes */
export function render(template: string, dictionary: Dictionary): string {
  return template.replace(PLACE, (place, letter: string, index: string) => {
    const text = dictionary[letter]?.[Number(index)];
    if (text === undefined) throw new Error(`nothing takes ${place}`);
    return text;
  });
}

/** Any place of these letters. */
export function place(...letters: readonly (keyof typeof COUNTS)[]): fc.Arbitrary<string> {
  const places = letters.flatMap((letter) => Array.from({ length: COUNTS[letter] }, (_, index) => `⟦${letter}${String(index)}⟧`));
  return fc.constantFrom(...places);
}

function texts(values: readonly string[]): readonly string[] {
  return values.map((value) => JSON.stringify(value));
}

function distinct(
  arbitrary: fc.Arbitrary<string>,
  count: number,
  seed: number,
  of: (value: string) => string = (value) => value,
): readonly string[] {
  const known = new Map<string, string>();
  for (let turn = 0; known.size < count; turn += 1) {
    for (const value of fc.sample(arbitrary, { seed: seed + 1_000 * turn, numRuns: 2 * count })) {
      if (known.size < count && !known.has(of(value))) known.set(of(value), value);
    }
  }
  return [...known.values()];
}

/** As one number: 0 and -0 are. */
function numberOf(text: string): string {
  return String(Number(text));
}

/** The number, or the next one, whichever has this last bit. */
function withParity(number: number, parity: bigint): number {
  const bits = new BigUint64Array(new Float64Array([number]).buffer)[0] ?? 0n;
  return new Float64Array(new BigUint64Array([(bits & ~1n) | parity]).buffer)[0] ?? number;
}

/** A regular expression that matches the text, in Rust and in JavaScript. */
function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
