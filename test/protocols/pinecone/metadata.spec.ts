import {
  createIndex,
  type IndexApi,
  invalid,
  invalidWith,
  type NamespaceApi,
  type Outcome,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UPSERT = '/vectors/upsert';
const LIMIT = 40_960;
const ACCEPTED: Outcome = [200, { upsertedCount: 1 }];

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(() => {
  space = index.namespace();
});

async function upsert(metadata: unknown): Promise<Outcome> {
  return space.outcome(UPSERT, { vectors: [{ id: 'a', values: [1], metadata }] });
}

/** Sends JSON text as metadata. */
async function upsertText(metadata: string): Promise<Outcome> {
  const body = `{"namespace":"${space.name}","vectors":[{"id":"a","values":[1],"metadata":${metadata}}]}`;
  return index.outcome(UPSERT, { body });
}

async function stored(): Promise<unknown> {
  return (await space.fetch('a'))['a'];
}

async function storedText(): Promise<string> {
  const { text } = await space.get('/vectors/fetch', { ids: 'a' });
  return /"metadata":(\{.*\})\}\},"namespace"/.exec(text)?.[1] ?? '';
}

/** Metadata whose JSON text has so many bytes. */
function sized(bytes: number): object {
  return { k: 'x'.repeat(bytes - '{"k":""}'.length) };
}

describe('metadata', () => {
  it.each([
    ['a text', 'drama'],
    ['an empty text', ''],
    ['a number', 1.5],
    ['a negative number', -3],
    ['zero', 0],
    ['a large number', 1e300],
    ['a small number', 5e-324],
    ['the largest exact integer', 9_007_199_254_740_991],
    ['true', true],
    ['false', false],
    ['a list of texts', ['b', 'a', 'b']],
    ['an empty list', []],
    ['texts beyond ASCII', 'žluťoučký 馬 🐎 "\\\n\t\u0001'],
  ])('may hold %s', async (_what, value) => {
    expect(await upsert({ key: value })).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1], metadata: { key: value } });
  });

  it.each([
    ['letters beyond ASCII', 'žánr 馬🐎'],
    ['dots', 'a.b.c'],
    ['a dollar inside', 'a$b'],
    ['nothing', ''],
    ['quotes and backslashes', `"'\\`],
    ['the name of an object property', 'constructor'],
  ])('may have a key of %s', async (_what, key) => {
    expect(await upsert({ [key]: 'x' })).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1], metadata: { [key]: 'x' } });
  });

  it.each([
    ['1.0', '1'],
    ['1e2', '100'],
    ['-0.0', '0'],
    ['0.1', '0.1'],
    ['1.50', '1.5'],
  ])('holds numbers as float64: %s comes back as %s', async (sent, shown) => {
    await upsertText(`{"n":${sent}}`);
    expect((await storedText()).replaceAll(' ', '')).toBe(`{"n":${shown}}`);
  });

  it('loses the precision of integers that float64 does not have', async () => {
    await upsertText('{"n":9007199254740993}');
    expect((await storedText()).replaceAll(' ', '')).toBe('{"n":9007199254740992}');
  });

  it.each([{}, null])('is absent from the answer when there is none: %j', async (metadata) => {
    expect(await upsert(metadata)).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1] });
  });

  it('loses keys whose value is null', async () => {
    expect(await upsert({ genre: 'drama', year: null })).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1], metadata: { genre: 'drama' } });
  });

  it('is absent when all values are null', async () => {
    expect(await upsert({ year: null })).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1] });
  });

  it('takes the last of two values of one key', async () => {
    expect(await upsertText('{"n":1,"n":2}')).toEqual(ACCEPTED);
    expect(await stored()).toMatchObject({ metadata: { n: 2 } });
  });
});

describe('a value that metadata cannot hold', () => {
  it.each([
    [{ nested: 'x' }, '{"nested":"x"}'],
    [[1, 2], '[1,2]'],
    [['a', 1], '["a",1]'],
    [['a', null], '["a",null]'],
    [[true], '[true]'],
    [[['a']], '[["a"]]'],
    [{}, '{}'],
  ])('is told with its field: %j', async (value, shown) => {
    expect(await upsert({ fine: 1, wrong: value })).toEqual(
      invalid(`Metadata value must be a string, number, boolean or list of strings, got '${shown}' for field 'wrong'`),
    );
  });

  it('is told only in part when it is long', async () => {
    const [status, body] = await upsert({ wrong: { text: 'x'.repeat(10_000) } });
    expect(status).toBe(400);
    expect((body as { message: string }).message.length).toBeLessThan(1_000);
  });

  it.each(['1e400', '-1e999'])('is a number beyond float64: %s', async (number) => {
    expect(await upsertText(`{"wrong":${number}}`)).toEqual(invalidWith('wrong'));
  });

  it.each(['text', 1, true, ['a']])('cannot stand in the place of metadata: %j', async (metadata) => {
    expect(await upsert(metadata)).toEqual(invalidWith('metadata'));
  });

  it('keeps the whole request from being stored', async () => {
    const vectors = [
      { id: 'a', values: [1] },
      { id: 'b', values: [1], metadata: { wrong: {} } },
    ];
    const [status] = await space.outcome(UPSERT, { vectors });
    expect(status).toBe(400);
    expect(await space.fetch('a')).toEqual({});
  });
});

describe('a key of metadata', () => {
  it.each(['$x', '$', '$eq'])('does not begin with a dollar: %s', async (key) => {
    expect(await upsert({ [key]: 1 })).toEqual(invalid(`Metadata field '${key}' cannot start with '$'`));
  });

  it('holds no NUL', async () => {
    expect(await upsert({ 'a\u0000b': 1 })).toEqual(invalidWith('NUL'));
  });
});

describe('the size of metadata', () => {
  it('may be 40960 bytes', async () => {
    expect(await upsert(sized(LIMIT))).toEqual(ACCEPTED);
    expect(await stored()).toEqual({ id: 'a', values: [1], metadata: sized(LIMIT) });
  });

  it('may not be 40961 bytes', async () => {
    expect(await upsert(sized(LIMIT + 1))).toEqual(
      invalid('Metadata size is 40961 bytes, which exceeds the limit of 40960 bytes per vector'),
    );
  });

  it('counts bytes, not characters', async () => {
    const metadata = { k: '馬'.repeat(13_651) };
    expect(await upsert(metadata)).toEqual(
      invalid('Metadata size is 40961 bytes, which exceeds the limit of 40960 bytes per vector'),
    );
  });

  it('counts the text without spaces', async () => {
    expect(await upsertText(`{ "k" :${' '.repeat(50_000)}"x" }`)).toEqual(ACCEPTED);
  });

  it('is one record at a time', async () => {
    const vectors = ['a', 'b', 'c'].map((id) => ({ id, values: [1], metadata: sized(LIMIT) }));
    expect(await space.outcome(UPSERT, { vectors })).toEqual([200, { upsertedCount: 3 }]);
  });

  it('is limited in updates, too', async () => {
    await upsert({ genre: 'drama' });
    expect(await space.outcome('/vectors/update', { id: 'a', setMetadata: sized(LIMIT + 1) })).toEqual(
      invalid('Metadata size is 40961 bytes, which exceeds the limit of 40960 bytes per vector'),
    );
  });
});
