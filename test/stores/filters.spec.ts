import fc from 'fast-check';
import { readConfig } from '../../src/config/config.js';
import { compile } from '../../src/filters/compile.js';
import { and, type Comparison, type Filter, not, or, type Scalar } from '../../src/filters/filter.js';
import { matches as matchesPattern } from '../../src/filters/matches.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { recordKey } from '../../src/postgres/record-key.js';
import { join, sql } from '../../src/postgres/sql.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

/** A record as the compiler's SQL sees it. */
interface Sample {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: ReadonlyMap<string, Scalar | readonly Scalar[]> | null;
}

const SEED = Number(process.env['TEST_SEED'] ?? '20261121');
const FIELDS = ['a', 'b', 'with.dot', '"\'\\{', 'ключ'];
const TEXTS = ['', 'a', 'b', 'B', '1', 'true', 'é', '\uffff', '🦄', "'", '\\'];
const NUMBERS = [
  '0',
  '1',
  '1.0',
  '2',
  '2.5',
  '-1',
  '-1.5',
  '0.1',
  '9007199254740993',
  '9007199254740992.0',
  '9223372036854775807',
];
const IDS = Array.from({ length: 120 }, (_, index) => (index === 0 ? 'x'.repeat(3000) : `id ${String(index)}`));
const DOCUMENTS = ['', 'abc', 'ABC', 'a\nb', '100%', 'x_y', 'back\\slash', 'привет', 'aab'];
const NEEDLES = ['', 'a', 'b', 'AB', '%', '_', '\\', 'вет', '\n', 'zz'];
/** They mean the same to Rust's engine and to ours. */
const PATTERNS = ['a', '^a', 'c$', 'a{2}', '[A-Z]', '\\d', '^$', 'a|x', '(ab)+', '[^a]'];

const number = fc.constantFrom(...NUMBERS).map((text) => ({ number: text }));
const text = fc.constantFrom(...TEXTS);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(number, number, text, fc.boolean());
const list = fc.oneof(
  ...[number, text, fc.boolean()].map((item: fc.Arbitrary<Scalar>) => fc.array(item, { minLength: 1, maxLength: 3 })),
);
const field = fc.constantFrom(...FIELDS);
/** Long lists are compiled in another way than short ones. */
const FILLER: readonly Scalar[] = Array.from({ length: 200 }, (_, index) =>
  index % 2 === 0 ? `filler ${String(index)}` : { number: String(1000 + index) },
);
const values = fc
  .tuple(fc.array(scalar, { maxLength: 4 }), fc.constantFrom(0, 0, 0, 90, 200))
  .map(([few, fill]) => [...few, ...FILLER.slice(0, fill)]);
const metadata = fc.uniqueArray(fc.tuple(field, fc.oneof(scalar, list)), { maxLength: 4, selector: ([name]) => name });
const sample = fc.record({
  document: fc.option(fc.constantFrom(...DOCUMENTS), { freq: 4 }),
  metadata: fc.option(
    metadata.map((entries) => new Map(entries)),
    { freq: 8 },
  ),
});

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  field.map((name): Filter => ({ kind: 'exists', field: name })),
  fc
    .tuple(fc.constantFrom('is' as const, 'has' as const, 'hasExactly' as const), field, values)
    .map(([kind, name, items]): Filter => ({ kind, field: name, values: items })),
  fc
    .tuple(field, fc.constantFrom<Comparison>('<', '<=', '>', '>='), fc.oneof(number, text))
    .map(([name, op, value]): Filter => ({ kind: 'compare', field: name, op, value })),
  fc.subarray(IDS).map((ids): Filter => ({ kind: 'id', values: ids })),
  fc
    .tuple(
      fc.constantFrom('document' as const, 'uri' as const),
      fc.option(fc.array(fc.constantFrom(...NEEDLES), { maxLength: 3 })),
    )
    .map(([part, items]): Filter => ({ kind: 'content', part, values: items })),
  fc.constantFrom(...NEEDLES).map((pattern): Filter => ({ kind: 'document', op: 'contains', pattern })),
  fc.constantFrom(...PATTERNS).map(matchesPattern),
);
/** What becomes arrays when there is much of it. */
const equalities: fc.Arbitrary<Filter> = fc
  .array(
    fc
      .tuple(fc.constantFrom('is' as const, 'has' as const), field, scalar)
      .map(([kind, name, value]): Filter => ({ kind, field: name, values: [value] })),
    { minLength: 2, maxLength: 3 },
  )
  .map((operands) => ({ kind: 'and', operands }));
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    tie('filter').map((operand): Filter => ({ kind: 'not', operand })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { maxLength: 3 }))
      .map(([kind, operands]): Filter => ({ kind, operands })),
  ),
}));

/** Longer than planners are to look into: alternatives that all hold something, or the opposite. */
const many = (operand: fc.Arbitrary<Filter>): fc.Arbitrary<readonly Filter[]> =>
  fc.array(operand, { minLength: 110, maxLength: 160, size: 'max' });
const pair = fc.tuple(leaf, leaf, leaf, leaf).map((operands): Filter => ({ kind: 'and', operands }));
const large: fc.Arbitrary<Filter> = fc.oneof(
  many(fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 200, arbitrary: pair })).map((operands) => or(...operands)),
  many(pair).map((operands) => and(...operands.map(not))),
  fc.tuple(leaf, many(pair)).map(([one, operands]) => and(one, or(...operands))),
  many(equalities).map((operands) => or(...operands)),
  many(equalities).map((operands) => not(or(...operands))),
);

/** What the documents say; the SQL must say the same. */
function matches(condition: Filter, record: Sample): boolean {
  const value = 'field' in condition ? record.metadata?.get(String(condition.field)) : undefined;
  switch (condition.kind) {
    case 'and':
      return condition.operands.every((operand) => matches(operand, record));
    case 'or':
      return condition.operands.some((operand) => matches(operand, record));
    case 'not':
      return !matches(condition.operand, record);
    case 'exists':
      return value !== undefined;
    case 'is':
      return condition.values.some((operand) => operand !== null && order(value, operand) === 0);
    case 'has':
      return isList(value) && condition.values.some((operand) => value.some((item) => order(item, operand) === 0));
    case 'hasExactly':
      return (
        isList(value) &&
        condition.values.some((operand) => value.some((item) => JSON.stringify(item) === JSON.stringify(operand)))
      );
    case 'compare':
      return COMPARES[condition.op](order(value, condition.value));
    case 'content': {
      // the rows below have the same text for both
      const part = record.document;
      return part !== null && (condition.values === null || condition.values.includes(part));
    }
    case 'id':
      return condition.values.includes(record.id);
    case 'document':
      return record.document !== null && contains(record.document, condition.op, condition.pattern);
    default:
      throw new Error(`not made here: ${condition.kind}`);
  }
}

const COMPARES: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

/** NaN when the two are of different types. Numbers by value, texts by code point; of booleans only equality is used. */
function order(value: Scalar | readonly Scalar[] | undefined, operand: Scalar): number {
  if (value === undefined || isList(value) || typeof value !== typeof operand) return NaN;
  if (typeof value === 'string')
    return typeof operand === 'string' ? Buffer.compare(Buffer.from(value), Buffer.from(operand)) : NaN;
  if (typeof value === 'boolean' || typeof operand !== 'object') return Number(value) - Number(operand);
  const [left, right] = [numberOf(value.number), numberOf(operand.number)];
  return left < right ? -1 : Number(left > right);
}

/** Integers of 64 bits exactly; JavaScript compares them with floats by value. */
function numberOf(token: string): bigint | number {
  return token.includes('.') ? Number(token) : BigInt(token);
}

function isList(value: Scalar | readonly Scalar[] | undefined): value is readonly Scalar[] {
  return Array.isArray(value);
}

function contains(document: string, op: 'contains' | 'matches', pattern: string): boolean {
  return op === 'contains' ? document.includes(pattern) : new RegExp(pattern, 'u').test(document);
}

function jsonText(value: Scalar | readonly Scalar[]): string {
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  return typeof value === 'object' ? value.number : JSON.stringify(value);
}

/** A record without metadata has an empty object in the tables. */
function metadataText({ metadata: entries }: Sample): string {
  return `{${[...(entries ?? [])].map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`;
}

let storage: TestStorage;
let database: Database;

beforeAll(async () => {
  storage = await createStorage();
  database = await openDatabase(readConfig(storage.environment), () => undefined);
});

afterAll(async () => {
  await database.close();
  await storage.remove();
});

describe(`a compiled filter (TEST_SEED=${String(SEED)})`, () => {
  const records = fc
    .sample(sample, { seed: SEED, numRuns: IDS.length })
    .map((given, index): Sample => ({ id: IDS[index] ?? '', ...given }));
  const filters = fc.sample(filter, { seed: SEED, numRuns: 240 });

  const largeFilters = fc.sample(large, { seed: SEED, numRuns: 40 });

  it.each([
    ['', filters, 60],
    [', however many conditions it has', largeFilters, 8],
  ] as const)(
    'is true for the records that its words mean, and false, never unknown, for the others%s',
    async (_, filters, atOnce) => {
      const answers: (string | null)[][] = [];
      for (let first = 0; first < filters.length; first += atOnce) {
        const conditions = filters.slice(first, first + atOnce).map((condition) => sql`(${compile(condition)})::text`);
        const rows = await database.query<{ answers: string }>(sql`
        SELECT json_build_array(${join(conditions, ', ')}) AS answers
        FROM ${recordRows(records)} ORDER BY r.position`);
        answers.push(...transpose(rows.map((row) => JSON.parse(row.answers) as (string | null)[])));
      }
      const expected = filters.map((condition) => records.map((record) => String(matches(condition, record))));
      const wrong = filters.flatMap((condition, row) =>
        records.flatMap((record, column) => {
          const [is, shouldBe] = [answers[row]?.[column], expected[row]?.[column]];
          return is === shouldBe
            ? []
            : [{ filter: JSON.stringify(condition), record: [record.id, record.document, metadataText(record)], is, shouldBe }];
        }),
      );
      expect(wrong.slice(0, 3)).toEqual([]);
      const telling = expected.filter((row) => row.includes('true') && row.includes('false'));
      expect(telling.length).toBeGreaterThan(filters.length / 3);
    },
  );
});

describe('what random runs have found', () => {
  it('an alternative of no values matches nothing', async () => {
    const none: Filter = { kind: 'is', field: 'a', values: [] };
    const condition = compile({ kind: 'or', operands: [none, none] });
    expect(await database.query(sql`SELECT (${condition})::text AS answer`)).toEqual([{ answer: 'false' }]);
  });
});

/** The records as rows `r` with the columns that filters read. */
function recordRows(records: readonly Sample[]): ReturnType<typeof sql> {
  return sql`(
    SELECT u.position, u.id, u.metadata::jsonb AS metadata, u.document, u.document AS uri
    FROM json_to_recordset(${JSON.stringify(
      records.map((record, position) => ({
        position,
        id: recordKey(record.id),
        metadata: metadataText(record),
        document: record.document,
      })),
    )}::json) AS u (position int, id text, metadata text, document text)) AS r`;
}

function transpose<T>(rows: readonly (readonly T[])[]): T[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] as T));
}
