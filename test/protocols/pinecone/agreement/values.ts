import fc from 'fast-check';
import type { Fields } from './operation.js';

/** Mostly the first, seldom the second: a request that breaks one rule is told about that one. */
export function mostly<T>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<T>, weight = 24): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: unusual });
}

/** An object that has each of these fields or not. */
export function fields(
  always: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  sometimes: typeof always = {},
): fc.Arbitrary<Fields> {
  return fc
    .record({ ...always, ...sometimes }, { requiredKeys: Object.keys(always) })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
}

const GOOD_IDS = ['a', 'b', 'c', 'd', 'A', 'a/1', 'a/2', 'a b', '+', '%41', 'x,y', '?&=#', '{"', '\u0001', '10', '9'];
const BAD_IDS = ['ä', '漢', 'x'.repeat(513), 'é'.repeat(300), 'a\u0000b', ''];
export const goodId = fc.constantFrom(...GOOD_IDS);
export const id = mostly(goodId, fc.constantFrom(...BAD_IDS), 60);

const GOOD_NAMESPACES = ['', '__default__', 'n', 'n/ 1%', 'other'];
const BAD_NAMESPACES = ['missing', 'näme', 'y'.repeat(513), 'n\u0000'];
export const namespace = mostly(
  fc.constantFrom('n', 'n', 'n', 'other', ...GOOD_NAMESPACES),
  fc.constantFrom(...BAD_NAMESPACES),
  30,
);
/** One that a path can name. */
export const namedNamespace = mostly(fc.constantFrom(...GOOD_NAMESPACES.slice(1)), fc.constantFrom(...BAD_NAMESPACES), 8);

const component = fc.constantFrom(-2, -1, -0.5, 0, 0.1, 0.5, 1, 2, 3, 1e-3, 16777217);
const wrong = fc.constantFrom<readonly number[]>([1], [1, 2, 3, 4], [0, 0, 0], [1e39, 1, 1], []);
export const dense = mostly(fc.array(component, { minLength: 3, maxLength: 3 }), wrong, 30);

const index = fc.constantFrom(0, 1, 2, 7, 1_000_000_007, 4_294_967_295);
const goodSparse = fc
  .uniqueArray(fc.tuple(index, fc.constantFrom(0.25, 0.5, 1, 2, -1)), {
    minLength: 1,
    maxLength: 4,
    selector: ([place]) => place,
  })
  .map((entries) => ({ indices: entries.map(([place]) => place), values: entries.map(([, value]) => value) }));
const badSparse = fc.constantFrom(
  { indices: [1, 2], values: [1] },
  { indices: [1, 1], values: [1, 2] },
  { indices: [], values: [] },
  { indices: [], values: [1] },
  { indices: [3], values: [1e39] },
  { indices: Array.from({ length: 2049 }, (_value, place) => place), values: Array.from({ length: 2049 }, () => 1) },
);
export const sparse = mostly<{ indices: readonly number[]; values: readonly number[] }>(goodSparse, badSparse);

/** Few keys and few values, so that filters meet some of the records. */
const TEXTS = ['comedy', 'drama', '', 'é'] as const;
const NUMBERS = [0, -0, 1, 1.5, 2020, 1e21, 9007199254740992] as const;
const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(...NUMBERS);
const list = fc.array(text, { maxLength: 3, size: 'max' });

const VALUES = {
  genre: text,
  'ключ.с.точкой': fc.oneof(text, number),
  year: number,
  rating: fc.oneof(number, number, text),
  tags: list,
  seen: fc.boolean(),
  'chroma:document': fc.constantFrom('a text', 'another'),
};
/** Most of the keys, so that filters find something. */
export const richMetadata = fields(VALUES);
const goodMetadata = fc.oneof({ weight: 3, arbitrary: richMetadata }, { weight: 1, arbitrary: fields({}, VALUES) });
/** What neither transport takes; a null would be dropped by one of them. */
const badMetadata: fc.Arbitrary<Fields> = fc.constantFrom<Fields>(
  { $where: 1 },
  { genre: { nested: true } },
  { genre: [1, 2] },
  { tags: ['a', null] },
  { tags: ['a', 1, true] },
  { genre: { deep: [{ deeper: 'x'.repeat(200) }] } },
  { text: 'x'.repeat(41_000) },
  { text: 'é'.repeat(20_480) },
  { genre: 'a\u0000b' },
);
export const metadata = mostly<Fields>(goodMetadata, badMetadata, 60);

const scalar = fc.oneof(text, number, fc.boolean());
const onText = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Fields> =>
  fc.tuple(fc.constantFrom('genre', 'genre', 'tags', 'ключ.с.точкой'), arbitrary).map(([key, value]) => ({ [key]: value }));
const onNumber = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Fields> =>
  fc.tuple(fc.constantFrom('year', 'rating', 'ключ.с.точкой'), arbitrary).map(([key, value]) => ({ [key]: value }));
const operator = (names: readonly string[], operand: fc.Arbitrary<unknown>): fc.Arbitrary<Fields> =>
  fc.tuple(fc.constantFrom(...names), operand).map(([name, value]) => ({ [name]: value }));
const COMPARISONS = ['$gt', '$gte', '$lt', '$lte'];

const condition: fc.Arbitrary<Fields> = fc.oneof(
  onText(text),
  onText(operator(['$eq', '$ne'], text)),
  onText(operator(['$in', '$nin'], fc.array(text, { maxLength: 3, size: 'max' }))),
  onNumber(operator(['$in', '$nin'], fc.array(number, { minLength: 2, maxLength: 4, size: 'max' }))),
  onNumber(operator(['$ne', ...COMPARISONS], number)),
  onNumber(operator(COMPARISONS, number)),
  onNumber(operator(['$in', '$nin'], fc.array(scalar, { minLength: 3, maxLength: 6 }))),
  fc.boolean().map((seen) => ({ seen })),
  fc.constantFrom('a text', { $ne: 'a text' }, { $in: ['another', 1] }).map((operand) => ({ 'chroma:document': operand })),
  operator(['genre', 'tags', 'year'], operator(['$exists'], fc.boolean())),
);

/** One of each thing that is no filter. */
const badFilter = fc.constantFrom<Fields>(
  { genre: ['a', 'b'] },
  { genre: null },
  { genre: {} },
  { genre: { nested: 1 } },
  { genre: { $regex: 'x' } },
  { year: { $gt: '1999' } },
  { year: { $lte: true } },
  { genre: { $in: 'a' } },
  { genre: { $in: [['a']] } },
  { genre: { $nin: [null] } },
  { genre: { $exists: 'yes' } },
  { genre: { $not: 1 } },
  { $gt: 1 },
  { $not: 'a' },
  { $and: [] },
  { $or: [] },
  { $or: ['a'] },
  { $and: [{ genre: 'a' }, { genre: { $eq: { deep: [1.5, -1e21] } } }] },
  { 'ключ.с.точкой': { $eq: [true] } },
);

const goodFilter = fc.letrec<{ filter: Fields }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 14, arbitrary: condition },
    { weight: 1, arbitrary: fc.tuple(condition, condition).map(([left, right]) => ({ ...left, ...right })) },
    { weight: 2, arbitrary: operator(['$and', '$or'], fc.array(tie('filter'), { minLength: 1, maxLength: 3 })) },
    { weight: 1, arbitrary: operator(['$not'], tie('filter')) },
  ),
})).filter;

export const filter = mostly<Fields>(goodFilter, badFilter, 28);
