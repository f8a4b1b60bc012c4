import fc from 'fast-check';
import { readConfig } from '../../../src/config/config.js';
import { compile } from '../../../src/filters/compile.js';
import { and } from '../../../src/filters/filter.js';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../src/http/json.js';
import type { Database } from '../../../src/postgres/database.js';
import { openDatabase } from '../../../src/postgres/open-database.js';
import { sql } from '../../../src/postgres/sql.js';
import { parseFilter } from '../../../src/protocols/vectorizer/filter/parse-filter.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../../support/gateway/gateway.js';
import { matches, type ModelRecord } from '../../support/models/vectorizer-filter-model.js';
import { byEffort } from '../../support/setup/effort.js';

/** Repeat a failure with the seed that it tells: `TEST_SEED=… npm test -- test/protocols/vectorizer/filter-model`. */
const SEED = Number(process.env['TEST_SEED'] ?? '20261121');

let gateway: TestGateway;
let storage: TestStorage;
let database: Database;
let collections = 0;
/** Filters that were tried on records: how many pairs, how many filters, and how many of those matched some and not all. */
const counted = { pairs: 0, filters: 0, splitting: 0 };

beforeAll(async () => {
  gateway = await startGateway();
  storage = await createStorage();
  database = await openDatabase(readConfig(storage.environment), () => undefined);
});

afterAll(async () => {
  await gateway.stop();
  await database.close();
  await storage.remove();
});

// Everything is made as JSON text: a number is spelt in more than one way, and keeps its spelling.
type Text = fc.Arbitrary<string>;
type Member = fc.Arbitrary<readonly [string, string]>;

const ODD_KEYS = ['a.b.c', 'ключ', '漢', '__proto__', '', '"\\', "k'; --"];
const KEYS = [...ODD_KEYS, ...Array.from({ length: 4 }, () => ['k', 'k', 'k', 'n', 'n', 'a', 'a', 'a.b']).flat()];
/** Some of them are no key of a payload, but lead to one of an object inside. */
const FILTER_KEYS = [...KEYS, 'a.a', 'a.k', 'a.b.k', 'k.k', 'n.a.b', 'a.', '.', 'ключ.漢', '__proto__.k'];
const STRINGS = ['', 'a', 'b', 'ab', 'aé', 'Z', 'é', 'zz', '漢', '🦄', '\uffff', '1', 'true', 'null', '%', '_', '\\', '"', '\n'];
const DATES = ['2025-01-01', '2025-01-01T00:00:00', '2025-10-22T10:11:12.123456'];
const NUMBERS = [
  ...['0', '-0', '-0.0', '0e5', '1', '1.0', '10e-1', '1.5', '15E-1', '-1', '2', '0.1', '1e-7', '5e-324', '1e2', '100'],
  ...['1e21', '9007199254740992', '9007199254740993', '9007199254740994', '-9007199254740993', '9223372036854775808', '1e308'],
];
const DEGREES = [
  '0',
  '0',
  '0',
  '1',
  '0.5',
  '0.0',
  '0.5',
  '1',
  '-1',
  '45',
  '90',
  '-90',
  '179.5',
  '-180',
  '180',
  '91',
  '1e300',
  '5e-324',
  '"1"',
  'null',
];

const string: Text = fc
  .constantFrom(...Array.from({ length: 8 }, () => ['a', 'b']).flat(), ...STRINGS, ...DATES)
  .map((value) => JSON.stringify(value));
const number: Text = fc.constantFrom('0', '1', '1.0', '1', '2', '2', ...NUMBERS);
const boolean: Text = fc.constantFrom('true', 'false');
const scalar: Text = fc.oneof(string, number, boolean);
const scalarOrNull: Text = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: fc.constant('null') });
const list = (item: Text, minLength = 0): Text =>
  fc.array(item, { minLength, maxLength: 3, size: 'max' }).map((items) => `[${items.join(',')}]`);
/** Long lists are compiled in another way than short ones. */
const longList: Text = fc
  .tuple(fc.array(scalarOrNull, { minLength: 1, maxLength: 3, size: 'max' }), fc.constantFrom(0, 0, 0, 120))
  .map(
    ([few, filler]) => `[${[...few, ...Array.from({ length: filler }, (_, index) => `"filler ${String(index)}"`)].join(',')}]`,
  );
const object = (member: Member, minLength: number, maxLength: number): Text =>
  fc
    .uniqueArray(member, { minLength, maxLength, size: 'max', selector: ([name]) => name })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);
const fields = (...members: readonly (readonly [string, Text])[]): Text =>
  fc
    .tuple(...members.map(([, value]) => value))
    .map((values) => `{${members.map(([name], index) => `"${name}":${values[index] ?? ''}`).join(',')}}`);
const word = (value: string): Text => fc.constant(JSON.stringify(value));

const place: Text = fc
  .tuple(fc.constantFrom(...DEGREES), fc.constantFrom(...DEGREES), fc.constantFrom(...DEGREES))
  .chain(([lat, lon, other]) =>
    fc.constantFrom(`{"lat":${lat},"lon":${lon}}`, `[${lat},${lon}]`, `[${lat},${lon},${other}]`, `{"lat":${lat}}`),
  );
const { value, nested } = fc.letrec<{ value: string; nested: string }>((tie) => ({
  nested: object(fc.tuple(fc.constantFrom('a', 'b', 'c', 'k', '漢', 'a.b', ''), tie('value')), 0, 3),
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 6, arbitrary: scalarOrNull },
    { weight: 2, arbitrary: list(scalarOrNull) },
    { weight: 1, arbitrary: place },
    { weight: 2, arbitrary: tie('nested') },
    { weight: 1, arbitrary: list(tie('value')) },
  ),
}));
const payload = object(
  fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...KEYS), value) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('a', 'k', 'a.b'), nested) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('where'), place) },
  ),
  3,
  8,
);

/** An object that can be equalled: of at least one key. */
const plain = object(fc.tuple(fc.constantFrom('a', 'b', 'c', 'k'), fc.oneof(scalarOrNull, nested)), 1, 2);
const filterKey = fc.constantFrom(...FILTER_KEYS);

const operator: Member = fc.oneof(
  fc.tuple(fc.constantFrom('$eq', '$ne'), fc.oneof({ weight: 5, arbitrary: scalarOrNull }, { weight: 1, arbitrary: plain })),
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), fc.oneof(number, string)),
  fc.tuple(fc.constantFrom('$in', '$nin'), longList),
  fc.tuple(fc.constant('$contains'), scalar),
  fc.tuple(fc.constant('$exists'), boolean),
);
const negated: Member = fc.tuple(fc.constant('$not'), fc.oneof(object(operator, 1, 2), plain));
const operators = object(fc.oneof({ weight: 8, arbitrary: operator }, { weight: 1, arbitrary: negated }), 1, 2);
const field: Member = fc.tuple(
  filterKey,
  fc.oneof(
    { weight: 2, arbitrary: scalarOrNull },
    { weight: 1, arbitrary: list(scalarOrNull, 1) },
    { weight: 1, arbitrary: plain },
    { weight: 4, arbitrary: operators },
  ),
);

const key = filterKey.map((name) => JSON.stringify(name));
const bounds = (bound: Text): Text => object(fc.tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), bound), 1, 2);
const count = fc.constantFrom('0', '1', '2', '3.0', '4');
const point = fields(
  ['lat', fc.constantFrom('-90', '-1', '0', '0.5', '1', '45')],
  ['lon', fc.constantFrom('-180', '-1', '0', '0.5', '1', '179', '180')],
);
const corners = fc
  .tuple(
    fc.constantFrom('-90', '-1', '0'),
    fc.constantFrom('0', '0.5', '1', '90'),
    ...[0, 1].map(() => fc.constantFrom('-180', '-1', '0', '1', '179', '180')),
  )
  .map(
    ([south, north, west = '', east = '']) =>
      `{"top_right":{"lat":${south === north ? '0' : north},"lon":${east}},"bottom_left":{"lat":${south},"lon":${west}}}`,
  );
const circle = fields(
  ['center', point],
  ['radius', fc.constantFrom('1', '1000', '6e4', '112000', '160000', '5e6', '10050000', '2.1e7', '1e308')],
);
const text = fields(
  ['text', fc.constantFrom('', 'a', 'b', 'é', '2025', '0', '%', '漢').map((needle) => JSON.stringify(needle))],
  ['type', fc.constantFrom('exact', 'prefix', 'suffix', 'contains').map((type) => JSON.stringify(type))],
);
const placeKey = fc.constantFrom('"where"', '"where"', '"where"', '"a"', '"k"', '"a.b"');
const ids = fc
  .subarray(['"0"', '1', '"2"', '3', '"x"', '"r4"', '"r5"', '"r6"'], { minLength: 1 })
  .map((some) => `[${some.join(',')}]`);

const tagged: Text = fc.oneof(
  fields(['type', word('match')], ['key', key], ['match_value', fc.oneof(scalarOrNull, text)]),
  fields(['type', word('range')], ['key', key], ['range', fc.oneof(bounds(number), bounds(string))]),
  fields(['type', word('values_count')], ['key', key], ['values_count', bounds(count)]),
  fields(['type', word('geo_bounding_box')], ['key', placeKey], ['geo_bounding_box', corners]),
  fields(['type', word('geo_radius')], ['key', placeKey], ['geo_radius', circle]),
);
const qdrant: Text = fc.oneof(
  fields(['key', key], ['match', fields(['value', scalar])]),
  fields(['key', key], ['match', fields(['any', list(scalar, 1)])]),
  fields(['key', key], ['match', fields(['except', list(scalar, 1)])], ['range', fc.constant('null')]),
  fields(['key', key], ['match', fields(['text', string])]),
  fields(['key', key], ['range', fc.oneof(bounds(number), bounds(string))]),
  fields(['key', key], ['values_count', bounds(count)]),
  fields(['key', placeKey], ['geo_bounding_box', corners]),
  fields(['key', placeKey], ['geo_radius', circle]),
  fields(['is_null', fields(['key', key])]),
  fields(['is_empty', fields(['key', key])]),
  fields(['has_id', ids]),
);

const { filter } = fc.letrec<{
  filter: string;
  map: string;
  member: readonly [string, string];
  clauses: string;
  condition: string;
}>((tie) => ({
  filter: fc.oneof({ depthSize: 'small', maxDepth: 4 }, tie('map'), tie('clauses')),
  map: fc.oneof({ weight: 2, arbitrary: object(tie('member'), 1, 1) }, { weight: 1, arbitrary: object(tie('member'), 2, 2) }),
  member: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    { weight: 6, arbitrary: field },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('$and', '$or', '$nor'), list(tie('filter'), 1)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('$not'), tie('filter')) },
  ),
  clauses: object(
    fc.tuple(
      fc.constantFrom('must', 'should', 'must_not'),
      fc.oneof({ weight: 6, arbitrary: list(tie('condition'), 1) }, { weight: 1, arbitrary: tie('condition') }),
    ),
    1,
    2,
  ),
  condition: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    { weight: 4, arbitrary: tagged },
    { weight: 6, arbitrary: qdrant },
    { weight: 1, arbitrary: tie('clauses') },
    { weight: 1, arbitrary: fields(['filter', tie('filter')]) },
    { weight: 1, arbitrary: fields(['key', word('__nested__')], ['filter', tie('filter')]) },
    { weight: 1, arbitrary: fields(['type', word('nested')], ['filter', tie('filter')]) },
  ),
}));

async function post(path: string, body: string): Promise<unknown> {
  const response = await fetch(`${gateway.vectorizerUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = await response.text();
  expect({ path, body, status: response.status, answer }).toMatchObject({ status: 200 });
  return JSON.parse(answer);
}

/** A collection of its own with these payloads; what a record's id is says nothing of its place. */
async function load(payloads: readonly string[]): Promise<{ readonly name: string; readonly records: readonly ModelRecord[] }> {
  collections += 1;
  const name = `filters_${String(collections)}`;
  await post('/collections', JSON.stringify({ name, dimension: 1, metric: 'euclidean' }));
  const records = payloads.map((text, index): ModelRecord => ({
    id: index < 4 ? String(index) : `r${String(index)}`,
    payload: asObject(parseJson(text)),
  }));
  const vectors = payloads.map((text, index) => `{"id":"${records[index]?.id ?? ''}","embedding":[1],"payload":${text}}`);
  expect(await post('/insert_vectors', `{"collection":"${name}","vectors":[${vectors.join(',')}]}`)).toMatchObject({
    inserted: payloads.length,
  });
  return { name, records };
}

async function found(collection: string, filterText: string): Promise<readonly string[]> {
  const body = await post(`/collections/${collection}/search`, `{"query":"","limit":10000,"filter":${filterText}}`);
  return (body as { results: readonly { readonly id: string }[] }).results.map(({ id }) => id);
}

async function holdToModel(payloads: readonly string[], filters: readonly string[]): Promise<void> {
  const { name, records } = await load(payloads);
  for (const filterText of filters) {
    const parsed: Json = parseJson(filterText);
    const expected = records.filter((record) => matches(parsed, record)).map(({ id }) => id);
    const actual = await found(name, filterText);
    const differing = records.filter(({ id }) => expected.includes(id) !== actual.includes(id));
    const told = differing.map(({ id }) => `${id}: ${payloads[records.findIndex((record) => record.id === id)] ?? ''}`);
    expect({ filterText, told, ids: actual }).toEqual({ filterText, told: [], ids: expected });
    counted.filters += 1;
    counted.pairs += records.length;
    counted.splitting += Number(expected.length > 0 && expected.length < records.length);
  }
}

describe(`filters, held to the model (TEST_SEED=${String(SEED)})`, () => {
  it('match what the documents say', async () => {
    const payloads = fc.array(payload, { minLength: 30, maxLength: 40, size: 'max' });
    const filters = fc.array(filter, { minLength: 25, maxLength: 30, size: 'max' });
    await fc.assert(fc.asyncProperty(payloads, filters, holdToModel), {
      seed: SEED,
      numRuns: byEffort({ quick: 8, full: 30 }),
    });
    expect(counted.pairs).toBeGreaterThanOrEqual(byEffort({ quick: 5_000, full: 20_000 }));
    expect(counted.splitting / counted.filters).toBeGreaterThanOrEqual(1 / 4);
  });
});

describe('filters on values that are told apart with care', () => {
  const select = async (payloads: readonly string[], filterText: string): Promise<readonly string[]> => {
    const { name, records } = await load(payloads);
    const ids = await found(name, filterText);
    return payloads.filter((_, index) => ids.includes(records[index]?.id ?? ''));
  };

  it('strings are in the order of their code points, not of a language', async () => {
    const payloads = ['{"k":"Z"}', '{"k":"a"}', '{"k":"é"}', '{"k":"\uffff"}', '{"k":"🦄"}'];
    expect(await select(payloads, '{"k":{"$lt":"a"}}')).toEqual(['{"k":"Z"}']);
    expect(await select(payloads, '{"k":{"$gt":"a","$lte":"é"}}')).toEqual(['{"k":"é"}']);
    expect(await select(payloads, '{"must":[{"type":"range","key":"k","range":{"gt":"\uffff"}}]}')).toEqual(['{"k":"🦄"}']);
  });

  it('integers that one float64 would stand for are different', async () => {
    const payloads = ['{"k":9007199254740992}', '{"k":9007199254740993}', '{"k":9007199254740993.0}'];
    expect(await select(payloads, '{"k":9007199254740993}')).toEqual(payloads.slice(1));
    expect(await select(payloads, '{"k":{"$lt":9007199254740993}}')).toEqual(payloads.slice(0, 1));
  });

  it('null is a value, and a missing field has none', async () => {
    const payloads = ['{"k":null}', '{}', '{"k":[null]}', '{"k":"null"}', '{"k":[]}'];
    expect(await select(payloads, '{"k":null}')).toEqual(['{"k":null}']);
    expect(await select(payloads, '{"k":{"$exists":false}}')).toEqual(['{}']);
    expect(await select(payloads, '{"must":[{"is_empty":{"key":"k"}}]}')).toEqual(['{"k":null}', '{}', '{"k":[]}']);
    expect(await select(payloads, '{"must":[{"type":"match","key":"k","match_value":null}]}')).toEqual(payloads.slice(2));
  });

  it('a path leads through objects only, and not past a key of its whole name', async () => {
    const payloads = ['{"a.b":1}', '{"a":{"b":1}}', '{"a.b":2,"a":{"b":1}}', '{"a":[{"b":1}]}', '{"a":{"b":[1]}}'];
    expect(await select(payloads, '{"a.b":1}')).toEqual(['{"a.b":1}', '{"a":{"b":1}}', '{"a":{"b":[1]}}']);
    expect(await select(['{"a":[1]}', '{"a":{"0":1}}'], '{"a.0":1}')).toEqual(['{"a":{"0":1}}']);
  });

  it('a number too close to 0 for a float64 is a latitude', async () => {
    const circle = '{"must":[{"key":"k","geo_radius":{"center":{"lat":0,"lon":180},"radius":0}}]}';
    expect(await select(['{"k":[1e-400,-180]}', '{"k":[1,180]}'], circle)).toEqual(['{"k":[1e-400,-180]}']);
  });
});

describe('filters on values that no request can write', () => {
  const HUGE = [
    '{"k":1e400}',
    '{"k":-1e400}',
    '{"k":[1e400,0]}',
    '{"k":[0,-1e400]}',
    '{"k":{"lat":1e400,"lon":1e-400}}',
    '{"k":[1e-400,1]}',
  ];
  const CIRCLE = '{"must":{"key":"k","geo_radius":{"center":{"lat":0,"lon":0},"radius":1e308}}}';
  const BOX = '{"must":{"key":"k","geo_bounding_box":{"top_right":{"lat":90,"lon":180},"bottom_left":{"lat":-90,"lon":-180}}}}';

  it.each<[string, readonly string[]]>([
    [CIRCLE, ['{"k":[1e-400,1]}']],
    [BOX, ['{"k":[1e-400,1]}']],
    [`{"$not":${CIRCLE}}`, HUGE.slice(0, 5)],
    ['{"k":{"$gt":1e308}}', ['{"k":1e400}']],
    ['{"k":{"$lte":-1e308}}', ['{"k":-1e400}']],
    ['{"must":{"key":"k","values_count":{"gte":2}}}', HUGE.slice(2)],
  ])('answer true or false: %s', async (filterText, expected) => {
    const condition = compile(parseFilter(parseJson(filterText)) ?? and());
    const rows = await database.query<{ text: string; answer: string | null }>(sql`
      SELECT r.text, (${condition})::text AS answer
      FROM (SELECT u.text, u.text::jsonb AS metadata FROM unnest(${HUGE}::text[]) AS u (text)) AS r`);
    expect(rows.filter(({ answer }) => answer !== 'false')).toEqual(expected.map((text) => ({ text, answer: 'true' })));
  });
});

function asObject(sent: Json): JsonObject {
  if (isJsonObject(sent)) return sent;
  throw new Error('no object');
}
