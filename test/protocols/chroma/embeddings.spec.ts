import { parseJson, stringifyJson } from '../../../src/http/json.js';
import { ChromaApi, type CollectionApi, invalid, mistyped } from '../../support/chroma-api.js';
import { base64Of } from '../../support/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const WRITES = ['add', 'upsert', 'update'] as const;
const UNTAGGED = 'embeddings: data did not match any variant of untagged enum';

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

const base64 = (...components: readonly number[]): string => base64Of(new Float32Array(components));

/** The embeddings of all records as they are written in the answer, without spaces. */
async function written(collection: CollectionApi): Promise<string> {
  const { text } = await collection.post('get', { include: ['embeddings'] });
  const fields = parseJson(text);
  return stringifyJson(fields instanceof Map ? ((fields as Map<string, never>).get('embeddings') ?? null) : null);
}

const dimensionOf = async (collection: CollectionApi): Promise<unknown> => (await collection.shown())['dimension'];

describe('embeddings', () => {
  it('come back as the shortest decimals of float32, whole numbers with a fraction', async () => {
    const numbers = '[0.1,1,-2.5,0,16777217,3.4e38,1e-45,0.30000001192092896,123456.789]';
    const collection = await chroma.filled(`{"ids":["a"],"embeddings":[${numbers}]}`);
    const shortest = [0.1, 1, -2.5, 0, 16_777_216, 3.4e38, 1e-45, 0.3, 123_456.79];
    const text = await written(collection);
    expect(JSON.parse(text)).toEqual([shortest]);
    expect(text).toMatch(/^\[\[0\.1,1\.0,-2\.5,0\.0,/);
  });

  it.each(WRITES)('of different lengths in one %s are 400', async (action) => {
    const collection = await chroma.createCollection();
    expect(await collection.outcome(action, { ids: ['a', 'b'], embeddings: [[1, 2], [1]] })).toEqual(
      invalid('Inconsistent dimensions in provided embeddings'),
    );
    expect(await dimensionOf(collection)).toBeNull();
  });

  it.each(WRITES)('without components are 400 to %s', async (action) => {
    const collection = await chroma.createCollection();
    expect(await collection.outcome(action, { ids: ['a'], embeddings: [[]] })).toEqual(
      invalid('Validation error: embeddings: Each embedding must have at least 1 dimension'),
    );
  });

  it.each(WRITES)('beyond float32 are 400 to %s, and nothing is written', async (action) => {
    const collection = await chroma.createCollection();
    for (const number of ['1e39', '-1e39', '3.5e38']) {
      expect(await collection.outcome(action, `{"ids":["a","b"],"embeddings":[[1],[${number}]]}`)).toEqual(
        invalid('Validation error: embeddings: Embeddings must not contain NaN or Infinity values'),
      );
    }
    expect(await collection.ids()).toEqual([]);
    expect(await dimensionOf(collection)).toBeNull();
  });

  it.each(['[["a"]]', '[[null]]', '[[true]]', '[[[1]]]', '[1]', '"AAAA"', '{}', '[{}]'])('that are %s are 422', async (text) => {
    for (const action of WRITES) {
      const collection = await chroma.createCollection();
      expect(await collection.outcome(action, `{"ids":["a"],"embeddings":${text}}`)).toMatchObject([
        422,
        { error: 'ChromaError' },
      ]);
    }
  });

  it.each(['add', 'upsert'])('must be there for %s', async (action) => {
    const collection = await chroma.createCollection();
    expect(await collection.outcome(action, { ids: ['a'] })).toEqual(mistyped('missing field `embeddings`'));
    expect((await collection.post(action, { ids: ['a'], embeddings: null })).status).toBe(422);
    expect(await collection.outcome(action, { ids: ['a'], embeddings: [null] })).toEqual(
      mistyped(`${UNTAGGED} EmbeddingsPayload`),
    );
  });

  it('take as many dimensions as are common, and more', async () => {
    for (const dimension of [1, 2, 384, 1_536, 3_072, 4_096, 16_000]) {
      const collection = await chroma.filled({ ids: ['a'], embeddings: [Array.from({ length: dimension }, (_, at) => at % 7)] });
      expect(await dimensionOf(collection)).toBe(dimension);
    }
  });
});

describe('base64 embeddings', () => {
  it('are little-endian float32', async () => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: ['AADAPwAAIEAAAGBA'] });
    expect(await written(collection)).toBe('[[1.5,2.5,3.5]]');
  });

  it('are taken by add, upsert and update, which keeps those that are null', async () => {
    const collection = await chroma.filled({ ids: ['a', 'b'], embeddings: [base64(1, 2), base64(3, 4)] });
    expect(await collection.outcome('upsert', { ids: ['b', 'c'], embeddings: [base64(5, 6), base64(7, 8)] })).toEqual([200, {}]);
    expect(await collection.outcome('update', { ids: ['a', 'b'], embeddings: [null, base64(9, 9)] })).toEqual([200, {}]);
    expect(await written(collection)).toBe('[[1.0,2.0],[9.0,9.0],[7.0,8.0]]');
  });

  it('keep every bit', async () => {
    const components = new Float32Array([0.1, 1 / 3, 1e-45, 3.402_823_4e38, -1.175_494_4e-38, Math.PI, 16_777_217]);
    const collection = await chroma.filled({ ids: ['a'], embeddings: [base64Of(components)] });
    const [read] = JSON.parse(await written(collection)) as number[][];
    expect(new Float32Array(read ?? [])).toEqual(components);
  });

  it.each(WRITES)('that are none are 400 to %s: alphabet, length, NaN, Infinity', async (action) => {
    const collection = await chroma.createCollection();
    const sent = async (embedding: string): Promise<unknown> =>
      collection.outcome(action, { ids: ['a'], embeddings: [embedding] });
    expect(await sent('!!!!')).toEqual(invalid('Invalid base64 string: Invalid symbol 33, offset 0.'));
    expect(await sent('AAAA')).toEqual(
      invalid('Invalid byte length: 3 bytes cannot be converted to f32 values (must be divisible by 4)'),
    );
    expect(await sent(base64(NaN))).toEqual(invalid('Non-finite float value at embedding index 0: NaN'));
    expect(await sent(base64(1, Infinity))).toEqual(invalid('Non-finite float value at embedding index 1: inf'));
    expect(await dimensionOf(collection)).toBeNull();
  });

  it.each([
    ['add', 'EmbeddingsPayload'],
    ['upsert', 'EmbeddingsPayload'],
    ['update', 'UpdateEmbeddingsPayload'],
  ])('are not mixed with lists in one %s', async (action, payload) => {
    const collection = await chroma.createCollection();
    for (const embeddings of [
      [base64(1), [1]],
      [[1], base64(1)],
    ]) {
      expect(await collection.outcome(action, { ids: ['a', 'b'], embeddings })).toEqual(mistyped(`${UNTAGGED} ${payload}`));
    }
  });

  it('are no query', async () => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1]] });
    expect((await collection.post('query', { query_embeddings: [base64(1)] })).status).toBe(422);
  });
});

describe('the dimension', () => {
  const MISMATCH = 'Collection expecting embedding with dimension of 3, got 2';

  it.each([
    ['add', 'a'],
    ['upsert', 'a'],
    ['update', 'not there'],
  ])('is fixed by the first %s', async (action, id) => {
    const collection = await chroma.createCollection();
    await collection.post(action, { ids: [id], embeddings: [[1, 2, 3]] });
    expect(await dimensionOf(collection)).toBe(3);
    expect(await collection.outcome('add', { ids: ['b'], embeddings: [[1, 2]] })).toEqual(invalid(MISMATCH));
  });

  it('is demanded by every call', async () => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1, 2, 3]] });
    for (const action of WRITES) {
      expect(await collection.outcome(action, { ids: ['a'], embeddings: [[1, 2]] })).toEqual(invalid(MISMATCH));
      expect(await collection.outcome(action, { ids: ['a'], embeddings: [base64(1, 2)] })).toEqual(invalid(MISMATCH));
    }
    expect(await collection.outcome('query', { query_embeddings: [[1, 2]] })).toEqual(invalid(MISMATCH));
    expect(await written(collection)).toBe('[[1.0,2.0,3.0]]');
  });

  it('outlives all records', async () => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1, 2, 3]] });
    expect(await collection.outcome('delete', { ids: ['a'] })).toEqual([200, { deleted: 1 }]);
    expect(await dimensionOf(collection)).toBe(3);
    expect(await collection.outcome('add', { ids: ['b'], embeddings: [[1, 2]] })).toEqual(invalid(MISMATCH));
  });

  it('is the same for all of many first writers, who each send another', async () => {
    const collection = await chroma.createCollection();
    const lengths = Array.from({ length: 12 }, (_, at) => (at % 3) + 1);
    const answers = await Promise.all(
      lengths.map(async (length, at) =>
        collection.post('add', { ids: [String(at)], embeddings: [Array.from({ length }, () => 1)] }),
      ),
    );
    const dimension = await dimensionOf(collection);
    const expected = lengths.map((length) => (length === dimension ? 201 : 400));
    expect(answers.map(({ status }) => status)).toEqual(expected);
    expect([...(await collection.ids())].sort((a, b) => Number(a) - Number(b))).toEqual(
      lengths.flatMap((length, at) => (length === dimension ? [String(at)] : [])),
    );
  });
});
