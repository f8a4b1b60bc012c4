import fc from 'fast-check';
import { FIELDS, HOMOGENEOUS, type JsonText } from './values.js';

const field = fc.constantFrom(...FIELDS);
const condition = (key: string, operator: string, operand: JsonText): JsonText =>
  `{${JSON.stringify(key)}:{"${operator}":${operand}}}`;

const operators = (...names: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...names);

const equality = field.chain(({ key, operand }) =>
  fc
    .tuple(operators('', '$eq', '$ne'), operand)
    .map(([operator, value]) => (operator === '' ? `{${JSON.stringify(key)}:${value}}` : condition(key, operator, value))),
);

const order = fc
  .constantFrom(...FIELDS.filter(({ ordered }) => ordered))
  .chain(({ key, number }) =>
    fc.tuple(operators('$gt', '$gte', '$lt', '$lte'), number).map(([operator, value]) => condition(key, operator, value)),
  );

const element = field.chain(({ key, operand }) =>
  fc.tuple(operators('$contains', '$not_contains'), operand).map(([operator, value]) => condition(key, operator, value)),
);

const membership = field.chain(({ key, list }) =>
  fc
    .tuple(operators('$in', '$nin'), fc.oneof({ weight: 5, arbitrary: list }, HOMOGENEOUS))
    .map(([operator, values]) => condition(key, operator, values)),
);

/** Order asked of texts and booleans, and keys that nobody has: never an error, nearly never a match. */
const missing = fc
  .tuple(
    fc.constantFrom('nobody', 'flag', 'tags'),
    operators('$eq', '$ne', '$gt', '$lte', '$contains', '$not_contains'),
    fc.constantFrom('1', '1.0'),
  )
  .map(([key, operator, value]) => condition(key, operator, value));

const NEEDLES = ['Hello', 'hello', 'o', 'World', '%', '_', '', ' ', 'ПРИВЕТ', '漢', 'zzz', '\n', '\\', '"', 'll'] as const;

const PATTERNS = [
  '(?i)hello',
  '^Hello',
  '^$',
  'there$',
  '\\d+',
  '\\bWorld\\b',
  '[Hh]ello',
  'l{2}',
  'e.t',
  'one.line',
  '(?s)one.line',
  '(?m)one$',
  '\\p{Cyrillic}',
  'ПРИВЕТ|there',
  'a+b?',
  'zzz',
  '[^\\x00-\\x7f]',
  '\\S{5,}',
  '.*',
] as const;

/** Small patterns of our own, of parts whose meaning all engines share. */
const builtPattern = fc
  .array(
    fc.tuple(
      fc.constantFrom('l', 'o', '[a-e]', '[^a-z]', '\\w', '\\s', '.', '(?:lo|el)', 'é'),
      fc.constantFrom('', '', '+', '*', '?', '{1,2}'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.map((part) => part.join('')).join(''));

const textCondition = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(operators('$contains', '$not_contains'), fc.constantFrom(...NEEDLES))
      .map(([operator, needle]) => JSON.stringify({ [operator]: needle })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(operators('$regex', '$not_regex'), fc.oneof(fc.constantFrom(...PATTERNS), builtPattern))
      .map(([operator, pattern]) => JSON.stringify({ [operator]: pattern })),
  },
);

const onDocument = textCondition.map((inside) => `{"#document":${inside}}`);

function nested(leaf: fc.Arbitrary<JsonText>): fc.Arbitrary<JsonText> {
  const { tree } = fc.letrec<{ tree: JsonText; branch: JsonText }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3, depthSize: 'small' }, { weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: tie('branch') }),
    branch: fc
      .tuple(
        operators('$and', '$or'),
        fc.oneof(
          { weight: 15, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) },
          { weight: 1, arbitrary: fc.constant<JsonText[]>([]) },
        ),
      )
      .map(([operator, operands]) => `{"${operator}":[${operands.join(',')}]}`),
  }));
  return tree;
}

export const where: fc.Arbitrary<JsonText> = nested(
  fc.oneof(
    { weight: 5, arbitrary: equality },
    { weight: 6, arbitrary: order },
    { weight: 4, arbitrary: membership },
    { weight: 3, arbitrary: element },
    { weight: 1, arbitrary: missing },
    { weight: 2, arbitrary: onDocument },
  ),
);

export const whereDocument: fc.Arbitrary<JsonText> = nested(textCondition);

/** The filter part of a body: a metadata filter, a document filter, or both. */
export const filterFields: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 5, arbitrary: where.map((filter) => [`"where":${filter}`]) },
  { weight: 3, arbitrary: whereDocument.map((filter) => [`"where_document":${filter}`]) },
  {
    weight: 1,
    arbitrary: fc.tuple(where, whereDocument).map(([one, two]) => [`"where":${one}`, `"where_document":${two}`]),
  },
);
