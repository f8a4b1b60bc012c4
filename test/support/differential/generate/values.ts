import fc from 'fast-check';

/** JSON source text: `1.0` and `1` are different values, which a JavaScript number cannot say. */
export type JsonText = string;

const quoted = (...texts: readonly string[]): readonly JsonText[] => texts.map((text) => JSON.stringify(text));
const from = (texts: readonly JsonText[]): fc.Arbitrary<JsonText> => fc.constantFrom(...texts);
const lists = (items: fc.Arbitrary<JsonText>, minLength = 1): fc.Arbitrary<JsonText> =>
  fc.array(items, { minLength, maxLength: 4 }).map((texts) => `[${texts.join(',')}]`);

const INTEGERS = ['-1', '0', '1', '2', '3'] as const;
const WHOLE_FLOATS = ['-1.0', '0.0', '1.0', '2.0', '1e0'] as const;
const FLOATS = ['-0.5', '0.5', '1.5', '2.25', '3.0', '1e-3', '1.25e2'] as const;
const BIG = ['9007199254740993', '9007199254740992', '9223372036854775807', '-9223372036854775808', '4294967296'] as const;
const WORDS = quoted('a', 'b', 'B', '1', '', 'ab');
const UNICODE = quoted('é', 'é', '漢字', '🙂', "it's", '"', '\\', '%', 'a_b', 'ПРИВЕТ', ' ');
const BOOLEANS = ['true', 'false'] as const;

/** A metadata key with the values that records get and the operands that filters use, from one small world. */
interface Field {
  readonly key: string;
  readonly stored: fc.Arbitrary<JsonText>;
  readonly operand: fc.Arbitrary<JsonText>;
  /** Operands of `$in`: of one type. */
  readonly list: fc.Arbitrary<JsonText>;
  /** Operands that order can compare. */
  readonly number: fc.Arbitrary<JsonText>;
  /** Whether records hold numbers under this key. */
  readonly ordered: boolean;
}

function numbers(key: string, stored: readonly JsonText[], operands: readonly JsonText[], bounds: readonly JsonText[]): Field {
  return { key, stored: from(stored), operand: from(operands), list: lists(from(stored)), number: from(bounds), ordered: true };
}

function texts(key: string, stored: fc.Arbitrary<JsonText>, operands: readonly JsonText[]): Field {
  return { key, stored, operand: from(operands), list: lists(from(operands)), number: from(INTEGERS), ordered: false };
}

const scalars = fc.oneof(from(INTEGERS), from(WHOLE_FLOATS), from(WORDS), from(BOOLEANS));

/**
 * Keys that hold integers meet whole operands only: Chroma cuts the fraction off (D8). Keys that never hold an integer
 * meet any operand.
 */
export const FIELDS: readonly Field[] = [
  {
    key: 'mixed',
    stored: fc.oneof(
      { weight: 4, arbitrary: scalars },
      { weight: 1, arbitrary: from(FLOATS) },
      lists(from(INTEGERS)),
      lists(from(WHOLE_FLOATS)),
      lists(from(WORDS)),
      lists(from(BOOLEANS)),
    ),
    operand: scalars,
    list: fc.oneof(lists(from(INTEGERS)), lists(from(WHOLE_FLOATS)), lists(from(WORDS)), lists(from(BOOLEANS))),
    number: from([...INTEGERS, ...WHOLE_FLOATS]),
    ordered: true,
  },
  numbers('n', INTEGERS, INTEGERS, [...INTEGERS, ...WHOLE_FLOATS]),
  numbers('price', FLOATS, [...FLOATS, '3', '0'], [...FLOATS, '1', '2']),
  numbers('big', BIG, BIG, BIG),
  texts('ключ é', from(UNICODE), UNICODE),
  texts('a.b c\'"\\', from(WORDS), WORDS),
  texts('flag', from(BOOLEANS), BOOLEANS),
  texts('tags', fc.oneof(lists(from(WORDS)), lists(from(UNICODE), 0)), [...WORDS, ...UNICODE]),
];

/** Operands of one JSON type, as the lists of `$in` and `$nin` want them. */
export const HOMOGENEOUS: fc.Arbitrary<JsonText> = fc.oneof(
  lists(from(INTEGERS)),
  lists(from(WHOLE_FLOATS)),
  lists(from(WORDS)),
  lists(from(UNICODE)),
  lists(from(BOOLEANS)),
);

const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const reserved = /^([#$]|chroma:)/;
const anyKey = anyText.filter((key) => key !== '' && !reserved.test(key));
const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
});
const anyValue = fc.oneof(
  anyText.map((text) => JSON.stringify(text)),
  anyDouble,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  from(BOOLEANS),
  lists(anyDouble),
  lists(anyText.map((text) => JSON.stringify(text))),
);

type Entry = readonly [key: string, value: JsonText];

const entry = ({ key, stored }: Field, nulls: boolean): fc.Arbitrary<Entry | undefined> =>
  fc.option(fc.tuple(fc.constant(key), nulls ? fc.oneof({ weight: 5, arbitrary: stored }, fc.constant('null')) : stored), {
    nil: undefined,
    freq: 2,
  });

/** A metadata object: known keys that filters ask for, now and then one of any name and value. */
export function metadata(nulls: boolean): fc.Arbitrary<JsonText> {
  const known = fc.tuple(...FIELDS.map((field) => entry(field, nulls)));
  const wild = fc.option(fc.tuple(anyKey, anyValue), { nil: undefined, freq: 4 });
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(known, wild).map(([entries, extra]) => {
        const present = [...entries, extra].filter((item) => item !== undefined);
        return `{${present.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
      }),
    },
    { weight: 1, arbitrary: fc.constant('null') },
  );
}

const DOCUMENTS = quoted(
  'Hello World',
  'hello there',
  '100% e_t',
  '',
  'Ünïcode ПРИВЕТ 漢字',
  'line one\nline two',
  'aab\\c "x"',
  'World 42',
);

export const document: fc.Arbitrary<JsonText> = fc.oneof(
  { weight: 6, arbitrary: from(DOCUMENTS) },
  { weight: 2, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.constant('null') },
);

export const uri: fc.Arbitrary<JsonText> = fc.oneof(from(quoted('s3://a', 'é', '')), fc.constant('null'));

/** One of a few ids, so that writes meet records that exist. */
export const id: fc.Arbitrary<JsonText> = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 19 }).map((index) => `"r${String(index)}"`) },
  { weight: 1, arbitrary: from(quoted('é', 'a b/c', '🙂', "'", '"')) },
);

const COORDINATES = [-2, -1, -0.5, 0.25, 0.1, 1, 1.5, 3, 0.333] as const;

/** A vector that is never zero: what is the direction of nothing? (Chroma's own answer is no rule.) */
export function embedding(dimension: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.constantFrom(...COORDINATES), { minLength: dimension, maxLength: dimension });
}
