import fc from 'fast-check';
import { createStorage, type TestStorage } from '../../test/support/gateway/gateway.js';
import { readConfig } from '../config/config.js';
import type { Database } from '../postgres/database.js';
import { openDatabase } from '../postgres/open-database.js';
import { join, type Sql, sql } from '../postgres/sql.js';
import { compile } from './compile.js';
import { and, type FieldPath, type Filter, has, is, not, or, type Scalar } from './filter.js';
import { matches } from './matches.js';

const SEED = Number(process.env['TEST_SEED'] ?? '20261121');

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

interface Sample {
  readonly metadata: string;
  readonly document: string | null;
}

/** For each condition, what it says of each record. */
async function answers(conditions: readonly Sql[], records: readonly Sample[]): Promise<readonly (readonly string[])[]> {
  const texts = conditions.map((condition) => sql`COALESCE((${condition})::text, 'null')`);
  const rows = await database.query<{ answers: string }>(sql`
    SELECT json_build_array(${join(texts, ', ')}) AS answers
    FROM (SELECT u.position, u.metadata::jsonb AS metadata, u.document, u.document AS uri, '' AS id
      FROM json_to_recordset(${JSON.stringify(records.map((record, position) => ({ position, ...record })))}::json)
        AS u (position int, metadata text, document text)) AS r ORDER BY r.position`);
  const columns = rows.map((row) => JSON.parse(row.answers) as readonly string[]);
  return conditions.map((_, condition) => columns.map((column) => column[condition] ?? ''));
}

/** What the operands say, each compiled for itself, put together here. */
function all(operands: readonly (readonly string[])[]): readonly string[] {
  return (operands[0] ?? []).map((_, record) => String(operands.every((operand) => operand[record] === 'true')));
}

async function matching(filter: Filter, metadata: readonly string[]): Promise<readonly string[]> {
  const [row = []] = await answers(
    [compile(filter)],
    metadata.map((text) => ({ metadata: text, document: null })),
  );
  return metadata.filter((_, index) => row[index] === 'true');
}

describe(`conditions that hold together (TEST_SEED=${String(SEED)})`, () => {
  const FIELDS: readonly FieldPath[] = ['a', 'b', ['a'], ['a', 'x'], ['a', 'y'], ['b', 'x', 'y'], 'a.x'];
  const scalar: fc.Arbitrary<Scalar> = fc.constantFrom<Scalar>(
    '1',
    'x',
    true,
    { number: '1' },
    { number: '1.0' },
    { number: '2' },
  );
  const field = fc.constantFrom(...FIELDS);
  const equality = fc.oneof(
    fc.tuple(field, fc.array(fc.option(scalar), { minLength: 1, maxLength: 2 })).map(([name, values]) => is(name, ...values)),
    fc.tuple(field, fc.array(scalar, { minLength: 1, maxLength: 2 })).map(([name, values]) => has(name, ...values)),
  );
  const bound = fc
    .tuple(
      field,
      fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
      fc.constantFrom('0', '1', '1.5', '2'),
    )
    .map(([name, op, number]): Filter => ({ kind: 'compare', field: name, op, value: { number } }));
  const operand: fc.Arbitrary<Filter> = fc.oneof(
    { weight: 4, arbitrary: equality },
    { weight: 1, arbitrary: bound },
    { weight: 2, arbitrary: fc.array(equality, { minLength: 1, maxLength: 2 }).map((choices) => or(...choices)) },
    { weight: 1, arbitrary: fc.array(fc.oneof(equality, bound), { maxLength: 3 }).map((parts) => and(...parts)) },
    { weight: 1, arbitrary: fc.oneof(equality, bound).map((negated) => not(negated)) },
  );
  const leaf = fc.constantFrom('1', '1.0', '2', '"1"', '"x"', 'true', 'null', '[1]', '["x",1]', '[1,2,"1","x",true]', '[]');
  const inner = fc.oneof(
    leaf,
    fc.tuple(leaf, leaf).map(([x, y]) => `{"x":${x},"y":${y}}`),
    leaf.map((y) => `{"x":{"y":${y}}}`),
  );
  const record = fc
    .tuple(inner, inner, leaf)
    .map(([a, b, dotted]): Sample => ({ metadata: `{"a":${a},"b":${b},"a.x":${dotted}}`, document: null }));

  it('mean what each of them means', async () => {
    const records = fc.sample(record, { seed: SEED, numRuns: 300 });
    const filters = fc.sample(fc.array(operand, { minLength: 2, maxLength: 3 }), { seed: SEED, numRuns: 300 });
    let telling = 0;
    for (const operands of filters) {
      const [together = [], ...single] = await answers(
        [compile(and(...operands)), ...operands.map((one) => compile(one))],
        records,
      );
      expect({ operands, answers: together }).toEqual({ operands, answers: all(single) });
      telling += Number(together.includes('true'));
    }
    expect(telling).toBeGreaterThan(filters.length / 10);
  });

  it('are as many as a client likes', async () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `key ${String(index)}`);
    const metadata = (last: string): string =>
      JSON.stringify(Object.fromEntries([...keys.map((key) => [key, 1]), ['last', last]]));
    const filter = and(...keys.map((key) => is(key, { number: '1' })), is('last', 'yes'));
    expect(await matching(filter, [metadata('yes'), metadata('no')])).toEqual([metadata('yes')]);
  });

  it('may contradict each other', async () => {
    const metadata = ['{"a":1}', '{"a":2}', '{"a":[1]}', '{"a":[1,2]}', '{"a":{"b":1}}', '{}'];
    expect(await matching(and(is('a', { number: '1' }), is('a', { number: '2' })), metadata)).toEqual([]);
    expect(await matching(and(is('a', { number: '1' }), has('a', { number: '1' })), metadata)).toEqual([]);
    expect(await matching(and(is('a', { number: '1' }), is(['a', 'b'], { number: '1' })), metadata)).toEqual([]);
    expect(await matching(and(has('a', { number: '2' }), has('a', { number: '1' })), metadata)).toEqual(['{"a":[1,2]}']);
  });

  it('are known to the planner by how often they hold together', async () => {
    await database.script('CREATE TABLE polyvec.correlated (LIKE polyvec.pool_records)');
    await database.query(sql`
      INSERT INTO polyvec.correlated (collection_id, namespace, id, rid, metadata)
      SELECT 1, '', n, n, jsonb_build_object('a', n % 20, 'b', 'b' || n % 20) FROM generate_series(1, 10000) AS n`);
    await database.script('ANALYZE polyvec.correlated');
    const filter = and(or(is('a', { number: '3' }), has('a', { number: '3' })), and(or(is('b', 'b3'), has('b', 'b3'))));
    const plan = await database.query(sql`EXPLAIN SELECT FROM polyvec.correlated r WHERE ${compile(filter)}`);
    const estimate = Number(/rows=(\d+)/.exec(String(plan[0]?.['QUERY PLAN']))?.[1]);
    // of 10,000, each of them holds for 500, and both for the same
    expect(estimate).toBeGreaterThan(250);
    expect(estimate).toBeLessThan(1000);
  });
});

describe('a condition for the planner', () => {
  const compare = (field: FieldPath, op: '<' | '>', number: string): Filter => ({
    kind: 'compare',
    field,
    op,
    value: { number },
  });

  it('says of numbers what the condition itself says', async () => {
    const values = ['1', '2', '2.5', '-3', '1e400', '"2"', 'true', 'null', '[2]', '{"x":2}', '[]'];
    const keys = ['a', 'with.dot', '"\'\\{', 'ключ', '$', '', '\n'];
    const records = keys.flatMap((key) =>
      values.map((value): Sample => ({ metadata: `{${JSON.stringify(key)}:${value}}`, document: null })),
    );
    const filters = [
      ...keys.flatMap((key) => [compare(key, '>', '1'), and(compare(key, '>', '-3.5'), compare(key, '<', '2.2e0'))]),
      compare(['a', 'x'], '>', '1'),
    ];
    const [plain, estimated] = await Promise.all([
      answers(
        filters.map((filter) => compile(filter)),
        records,
      ),
      answers(
        filters.map((filter) => sql`(${compile(filter, { estimate: true })}) IS TRUE`),
        records,
      ),
    ]);
    expect(estimated).toEqual(plain);
    expect(plain.every((row) => row.includes('true'))).toBe(true);
  });

  it('lets it tell how many records are in ranges of keys that it has no statistics of', async () => {
    await database.script('CREATE TABLE polyvec.numbers (LIKE polyvec.pool_records)');
    await database.query(sql`
      INSERT INTO polyvec.numbers (collection_id, namespace, id, rid, metadata)
      SELECT 1, '', n, n, jsonb_build_object('a', n, 'b', jsonb_build_object('c', n % 100)) FROM generate_series(1, 10000) AS n`);
    await database.script('ALTER TABLE polyvec.numbers ALTER metadata SET STATISTICS 1000; ANALYZE polyvec.numbers');
    const shares: [Filter, number][] = [
      [and(compare('a', '>', '500'), compare('a', '<', '9500')), 0.9],
      [not(compare('a', '>', '8000')), 0.8],
      [compare(['b', 'c'], '<', '10'), 0.1],
      [and(compare('a', '<', '3000'), compare('a', '>', '2000'), compare(['b', 'c'], '<', '50')), 0.05],
    ];
    for (const [filter, share] of shares) {
      const [row] = await database.query(sql`
        EXPLAIN SELECT FROM polyvec.numbers r WHERE ${compile(filter, { estimate: true })}`);
      const estimate = Number(/rows=(\d+)/.exec(String(row?.['QUERY PLAN']))?.[1]) / 10_000;
      expect(estimate / share).toBeGreaterThan(0.6);
      expect(estimate / share).toBeLessThan(1.7);
    }
  });
});

describe('a regular expression', () => {
  it('is compiled as the tree has it translated', async () => {
    // no pattern by itself: it would be refused if it were looked at again
    const filter: Filter = { kind: 'document', op: 'matches', pattern: '(', translated: 'a+b' };
    const records = ['aab', '(', null].map((document): Sample => ({ metadata: '{}', document }));
    expect(await answers([compile(filter)], records)).toEqual([['true', 'false', 'false']]);
  });
});

describe(`documents with a trigram index (TEST_SEED=${String(SEED)})`, () => {
  const ALPHABET = ['a', 'b', 'A', 'Σ', 'σ', 'ς', 'Ğ', 'İ', '%', '_', '\\', ' ', '🦄', 'é', "'"];
  const text = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 6 }).map((letters) => letters.join(''));
  const pattern = fc.constantFrom('ab', 'a.b', '[aĞ]b', '(?i)ab', 'a|b', 'Σ$', '^$', '[^a]b', 'b+a', '%', '(?i)k');
  const leaf = fc.oneof(
    text.map((needle): Filter => ({ kind: 'document', op: 'contains', pattern: needle })),
    pattern.map(matches),
  );
  const filter = fc.oneof(
    leaf,
    leaf.map(not),
    fc.tuple(leaf, leaf).map(([left, right]) => or(left, not(right))),
  );

  it('are found as without one', async () => {
    const needles = fc.sample(filter, { seed: SEED, numRuns: 100 });
    const documents = fc.sample(
      fc.option(
        fc.tuple(text, text).map((parts) => parts.join('')),
        { freq: 9 },
      ),
      { seed: SEED, numRuns: 200 },
    );
    const records = documents.map((document): Sample => ({ metadata: '{}', document }));
    const needed = needles.map((one) => compile(one));
    const plain = await answers(needed, records);
    expect(
      await answers(
        needles.map((one) => compile(one, { trigram: true })),
        records,
      ),
    ).toEqual(plain);
    expect(plain.filter((row) => row.includes('true') && row.includes('false')).length).toBeGreaterThan(needles.length / 2);
  });
});
