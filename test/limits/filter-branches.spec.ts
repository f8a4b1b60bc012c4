import { ChromaApi } from '../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { type TransportName, TRANSPORTS, type Transports, transportsOf } from './transports.js';

/** Long enough for what a filter may cost, and far too short for one whose branches are planned one by one. */
const ENV = { POLYVEC_STATEMENT_TIMEOUT_MS: '20000' };
const BRANCHES = 5_000;
const OK = { chroma: 200, pinecone: 200, grpc: 0, vectorizer: 200 } as const;

const branches = (branch: (index: number) => object): readonly object[] =>
  Array.from({ length: BRANCHES }, (_item, index) => branch(index));
/** In the words that all filter languages share. */
const FILTERS: Readonly<Record<string, object>> = {
  'pairs of equals': { $or: branches((index) => ({ $and: [{ a: { $eq: index } }, { b: { $eq: `b${String(index)}` } }] })) },
  'pairs of an equal and a bound': {
    $or: branches((index) => ({ $and: [{ a: { $gt: index } }, { b: { $eq: `b${String(index)}` } }] })),
  },
  'pairs of bounds': { $or: branches((index) => ({ $and: [{ a: { $gte: index } }, { a: { $lt: index + 1 } }] })) },
  'pairs of an equal and its opposite': {
    $or: branches((index) => ({ $and: [{ a: { $ne: index } }, { b: { $eq: `b${String(index)}` } }] })),
  },
  'bounds, all of which hold': {
    $and: branches((index) => ({ $or: [{ a: { $gt: -index } }, { [`k${String(index)}`]: { $eq: 1 } }] })),
  },
  'opposites, all of which hold': { $and: branches((index) => ({ a: { $ne: index + 10 } })) },
  'a long list': { a: { $in: Array.from({ length: 2 * BRANCHES }, (_item, index) => index) } },
};
const CASES = TRANSPORTS.flatMap((transport) =>
  Object.keys(FILTERS).map((filter): [TransportName, string] => [transport, filter]),
);

let gateway: TestGateway;
let transports: Transports;

beforeAll(async () => {
  gateway = await startGateway({ env: ENV });
  transports = await transportsOf(gateway);
});

afterAll(async () => {
  transports.close();
  await gateway.stop();
});

async function engineRestarts(): Promise<string | undefined> {
  const metrics = await (await fetch(`${gateway.consoleUrl}/metrics`)).text();
  return /^polyvec_engine_restarts_total\S* (\d+)$/m.exec(metrics)?.[1];
}

describe(`a filter of ${String(BRANCHES)} branches`, () => {
  it.each(CASES)('is answered by %s: %s', async (name, filter) => {
    const transport = await transports.open(name);
    await transport.write([
      { id: 'match', metadata: { a: 7, b: 'b7' } },
      { id: 'other', metadata: { a: -1, b: 'x' } },
    ]);
    const [status] = await transport.select(FILTERS[filter] ?? {});
    expect(status).toBe(OK[name]);
  });

  it('selects the records that its branches mean, to read, search, change and delete', async () => {
    const api = new ChromaApi(gateway.chromaUrl);
    const collection = await api.createCollection();
    const where = FILTERS['pairs of an equal and a bound'];
    await collection.post('upsert', {
      ids: ['match', 'bound', 'equal'],
      embeddings: [[1], [2], [3]],
      metadatas: [
        { a: 9, b: 'b7' },
        { a: 9, b: 'x' },
        { a: 7, b: 'b7' },
      ],
    });
    const read = await collection.outcome('get', { where, include: [] });
    expect(read).toMatchObject([200, { ids: ['match'] }]);
    const found = await collection.outcome('query', { query_embeddings: [[3]], n_results: 3, where, include: [] });
    expect(found).toMatchObject([200, { ids: [['match']] }]);
    expect(await collection.outcome('delete', { where })).toMatchObject([200, {}]);
    expect(await collection.ids()).toEqual(['bound', 'equal']);
  });

  it('may be of texts in documents', async () => {
    const api = new ChromaApi(gateway.chromaUrl);
    const collection = await api.createCollection();
    await collection.post('upsert', { ids: ['a', 'b'], embeddings: [[1], [2]], documents: ['text 77 here', 'nothing'] });
    const where_document = { $or: Array.from({ length: 20_000 }, (_item, index) => ({ $contains: `text ${String(index)} ` })) };
    expect(await collection.outcome('get', { where_document, include: [] })).toMatchObject([200, { ids: ['a'] }]);
  });

  it('is refused when it is longer than a Postgres process should hold', async () => {
    const own = await startGateway({ env: { ...ENV, POLYVEC_MAX_VALUES_AT_ONCE: '1000000' } });
    const where = { $or: Array.from({ length: 15_000 }, (_item, index) => ({ $and: [{ a: { $gt: index } }, { b: 'x' }] })) };
    const ask = async ({ chromaUrl }: TestGateway): Promise<readonly unknown[]> => {
      const [status, body] = await (await new ChromaApi(chromaUrl).createCollection()).outcome('get', { where });
      return [status, JSON.stringify(body)];
    };
    expect(await ask(own)).toEqual([400, expect.stringContaining('too many conditions')]);
    await own.stop();
    // by default it is not even read as a whole
    expect(await ask(gateway)).toEqual([400, expect.stringContaining('POLYVEC_MAX_VALUES_AT_ONCE')]);
  });

  it('leaves the engine alone', async () => {
    expect(await engineRestarts()).toBe('0');
  });
});

describe('a filter that takes longer than a statement may', () => {
  it('is a bad request, and leaves the engine alone', async () => {
    const hurried = await startGateway({ env: { POLYVEC_STATEMENT_TIMEOUT_MS: '3000' } });
    try {
      const collection = await new ChromaApi(hurried.chromaUrl).createCollection();
      const ids = Array.from({ length: 100 }, (_item, index) => String(index));
      const documents = ids.map(() => Array.from({ length: 2_500 }, () => Math.random().toString(36).slice(2, 10)).join(' '));
      await collection.post('upsert', { ids, embeddings: ids.map(() => [1]), documents });
      const needles = Array.from({ length: 4_000 }, (_item, index) => ({ $contains: `${String(index)} is not there` }));
      const [status, body] = await collection.outcome('get', { where_document: { $or: needles } });
      expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('too many conditions for so many records')]);
      expect(await collection.outcome('get', { ids: ['7'], include: [] })).toMatchObject([200, { ids: ['7'] }]);
    } finally {
      await hurried.stop();
    }
  });
});
