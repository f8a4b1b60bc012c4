import fc from 'fast-check';
import { createIndex, type IndexApi, type NamespaceApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { matches, type ModelFilter, type ModelMetadata } from '../../support/models/pinecone-filter-model.js';
import { byEffort } from '../../support/setup/effort.js';

/** Repeat a failure with the seed that it tells: `TEST_SEED=… npm test -- test/protocols/pinecone/filter-model`. */
const SEED = Number(process.env['TEST_SEED'] ?? '20261121');

let gateway: TestGateway;
let index: IndexApi;
/** Filters that were tried on records: how many pairs, how many filters, and how many of those matched some and not all. */
const counted = { pairs: 0, filters: 0, splitting: 0 };

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
});

afterAll(async () => {
  await gateway.stop();
});

// Everything is made as JSON text: a number is spelt in more than one way, and what it means is the float64 that it is read as.
type Text = fc.Arbitrary<string>;

const KEYS = ['k', 'k', 'k', 'k', 'n', 'n', 'n', 'a.b', 'ключ.с.точкой', '漢', '__proto__', '', ' ', '"\\', "k'; --"];
const STRINGS = ['', 'a', 'b', 'A', '1', 'true', 'null', 'é', '漢', '🦄', '\uffff', '%', '\\', '"', '\n', '[]'];
const NUMBERS = [
  ...['0', '-0', '-0.0', '0e5', '1', '1.0', '10e-1', '1.5', '15E-1', '-1', '2', '0.1', '1e-7', '5e-324'],
  ...[
    '1e21',
    '1000000000000000000000',
    '9007199254740992',
    '9007199254740993',
    '9007199254740994',
    '-9007199254740993',
    '1.7976931348623157e308',
  ],
];

const key: Text = fc.constantFrom(...KEYS).map((name) => JSON.stringify(name));
const string: Text = fc.constantFrom('a', 'b', ...STRINGS).map((value) => JSON.stringify(value));
const number: Text = fc.constantFrom(...NUMBERS);
const boolean: Text = fc.constantFrom('true', 'false');
const scalar: Text = fc.oneof(string, number, boolean);
const list = (item: Text, minLength = 0): Text =>
  fc.array(item, { minLength, maxLength: 4, size: 'max' }).map((items) => `[${items.join(',')}]`);
const object = (member: fc.Arbitrary<readonly [string, string]>, minLength: number, maxLength: number): Text =>
  fc
    .uniqueArray(member, { minLength, maxLength, size: 'max', selector: ([name]) => name })
    .map((members) => `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`);

const metadata = object(fc.tuple(key, fc.oneof(string, number, number, boolean, list(string))), 1, 6);

/** An operator and its operand. */
const condition: fc.Arbitrary<readonly [string, string]> = fc
  .oneof(
    fc.tuple(fc.constantFrom('$eq', '$ne'), scalar),
    fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), number),
    fc.tuple(fc.constantFrom('$in', '$nin'), list(scalar)),
    fc.tuple(fc.constant('$exists'), boolean),
  )
  .map(([operator, operand]) => [JSON.stringify(operator), operand]);
const negated = object(condition, 1, 2).map((operators): readonly [string, string] => ['"$not"', operators]);
const operators = object(fc.oneof({ weight: 8, arbitrary: condition }, { weight: 1, arbitrary: negated }), 1, 2);
const field = fc.tuple(key, fc.oneof({ weight: 1, arbitrary: scalar }, { weight: 4, arbitrary: operators }));

const filter = fc.letrec<{ filter: string; member: readonly [string, string] }>((tie) => ({
  filter: object(tie('member'), 1, 2),
  member: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: field },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('"$and"', '"$or"'), list(tie('filter'), 1)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('"$not"'), tie('filter')) },
  ),
})).filter;

const READS = ['fetch_by_metadata', 'query'] as const;

/** The ids of the records that match, by the gateway. */
async function found(space: NamespaceApi, read: (typeof READS)[number], filterText: string): Promise<readonly string[]> {
  const start = `{"namespace":"${space.name}","filter":${filterText}`;
  if (read === 'query') {
    const body = succeeded(await index.call('/query', { body: `${start},"topK":10000,"vector":[1]}` }));
    return (body as { matches: readonly { readonly id: string }[] }).matches.map(({ id }) => id);
  }
  const body = succeeded(await index.call('/vectors/fetch_by_metadata', { body: `${start},"limit":10000}` }));
  return Object.keys((body as { vectors: object }).vectors);
}

async function holdToModel(
  records: readonly string[],
  filters: readonly (readonly [string, (typeof READS)[number]])[],
): Promise<void> {
  const space = index.namespace();
  const vectors = records.map((text, place) => `{"id":"r${String(place)}","values":[1],"metadata":${text}}`);
  succeeded(await index.call('/vectors/upsert', { body: `{"namespace":"${space.name}","vectors":[${vectors.join(',')}]}` }));
  const stored = records.map((text) => JSON.parse(text) as ModelMetadata);
  for (const [text, read] of filters) {
    const parsed = JSON.parse(text) as ModelFilter;
    const expected = stored.flatMap((record, place) => (matches(parsed, record) ? [`r${String(place)}`] : []));
    expect({ text, ids: [...(await found(space, read, text))].sort() }).toEqual({ text, ids: [...expected].sort() });
    counted.filters += 1;
    counted.pairs += records.length;
    counted.splitting += Number(expected.length > 0 && expected.length < records.length);
  }
}

describe(`filters, held to the model (TEST_SEED=${String(SEED)})`, () => {
  it('match what the documents say', async () => {
    const records = fc.array(metadata, { minLength: 20, maxLength: 30, size: 'max' });
    const filters = fc.array(fc.tuple(filter, fc.constantFrom(...READS)), { minLength: 15, maxLength: 20, size: 'max' });
    await fc.assert(fc.asyncProperty(records, filters, holdToModel), {
      seed: SEED,
      numRuns: byEffort({ quick: 10, full: 30 }),
    });
    expect(counted.pairs).toBeGreaterThanOrEqual(byEffort({ quick: 3_000, full: 9_000 }));
    expect(counted.splitting / counted.filters).toBeGreaterThanOrEqual(1 / 3);
  });
});
