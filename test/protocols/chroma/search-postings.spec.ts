import { eventually } from '../../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi } from '../../support/clients/chroma-api.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const SCORES = { select: { keys: ['#score'] } };

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_MAINTENANCE_INTERVAL_MS: '3600000' } });
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** A sparse vector of values by their indices, which are ascending. */
function vector(values: Readonly<Record<number, number>>): {
  readonly indices: readonly number[];
  readonly values: readonly number[];
} {
  return { indices: Object.keys(values).map(Number), values: Object.values(values) };
}

/** What a create sends for sparse indexes on these keys, with these configurations. */
function schemaOf(keys: Readonly<Record<string, object>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(keys).map(([key, config]) => [
    key,
    { sparse_vector: { sparse_vector_index: { enabled: true, config } } },
  ]);
  return { schema: { defaults: {}, keys: Object.fromEntries(entries) as object } };
}

function sparse(key: string, values: Readonly<Record<number, number>>, inside: object = {}): object {
  return { $knn: { query: vector(values), key, ...inside } };
}

type Scored = readonly (readonly [id: string, score: number | null])[];

async function ranked(collection: CollectionApi, rank: object, inside: object = {}): Promise<Scored> {
  const [status, body] = await collection.outcome('search', { searches: [{ rank, ...SCORES, ...inside }] });
  expect([status, body]).toMatchObject([200, {}]);
  const { ids, scores } = body as { ids: string[][]; scores: (number | null)[][] };
  return (ids[0] ?? []).map((id, place) => [id, scores[0]?.[place] ?? null]);
}

describe('a sparse rank by postings', () => {
  const COUNT = 500;
  const QUERY = { 1: 1, 2: 0.5, 4294967295: 2 };
  const RANKS = ['s', 'w'].map((key) => sparse(key, QUERY, { limit: 1_000 }));
  /** Enough to be worth postings: of two keys, one weighted by BM25. */
  let posted: CollectionApi;
  /** The same records, written alike, in a gateway that builds none. */
  let plain: CollectionApi;
  let quick: TestGateway;

  function random(at: number): Record<string, unknown> {
    const s = vector({ [1 + (at % 3)]: 1 + (at % 7), [10 + (at % 50)]: 2, 4294967295: (at % 11) - 5 });
    return { s, w: s, part: at % 4 };
  }

  async function both(action: string, body: object): Promise<void> {
    for (const collection of [posted, plain]) expect((await collection.outcome(action, body))[0]).toBeLessThan(300);
  }

  async function planOf(collection: CollectionApi): Promise<string> {
    const body = { searches: [{ rank: sparse('s', QUERY) }, { rank: sparse('w', QUERY) }] };
    const answer = await collection.api.call(`${collection.path}/search`, { body, headers: { 'x-polyvec-explain': '1' } });
    return answer.headers.get('x-polyvec-plan') ?? '';
  }

  /** What searches with and without a filter, among some ids and for few results find. */
  async function found(collection: CollectionApi): Promise<readonly Scored[]> {
    const insides = [
      {},
      { filter: { part: 1 } },
      { filter: { '#id': { $in: ['r1', 'r2', 'r401', 'n5'] } } },
      { limit: { limit: 3 } },
    ];
    const lists: Scored[] = [];
    for (const rank of RANKS) for (const inside of insides) lists.push(await ranked(collection, rank, inside));
    return lists;
  }

  async function agree(): Promise<void> {
    expect(await found(posted)).toEqual(await found(plain));
  }

  const settled = async (pattern: RegExp): Promise<string> =>
    eventually(
      () => planOf(posted),
      (plan) => pattern.test(plan),
    );

  beforeAll(async () => {
    quick = await startGateway({ env: { POLYVEC_MAINTENANCE_INTERVAL_MS: '50', POLYVEC_DEDICATED_MIN_FLOATS: '100000000' } });
    const ids = Array.from({ length: COUNT }, (_, at) => `r${String(at)}`);
    const all = { ids, embeddings: ids.map(() => [1]), metadatas: ids.map((_, at) => random(at)) };
    posted = await new ChromaApi(quick.chromaUrl).filled(all, schemaOf({ s: {}, w: { bm25: true } }));
    plain = await chroma.filled(all, schemaOf({ s: {}, w: { bm25: true } }));
    await settled(/^sparse; postings; pending=0; found=\d+, sparse; postings; pending=0;/);
  });

  afterAll(async () => {
    await quick.stop();
  });

  it('finds what a search of the records finds', async () => {
    expect(await planOf(posted)).toMatch(/^sparse; postings; pending=0; .*, sparse; postings; pending=0;/);
    expect(await planOf(plain)).toMatch(/^sparse; index on metadata;/);
    await agree();
  });

  it('follows adds, updates, upserts and deletes by ids and by filter at once', async () => {
    await both('add', { ids: ['n1', 'n2'], embeddings: [[1], [1]], metadatas: [random(1), random(5)] });
    await both('update', {
      ids: ['r1', 'r2'],
      metadatas: [
        { s: vector({ 1: 100 }), w: null },
        { s: null, w: vector({ 2: 50 }) },
      ],
    });
    await both('upsert', { ids: ['r3', 'n5'], embeddings: [[1], [1]], metadatas: [{ s: vector({ 1: 7 }) }, random(9)] });
    await both('delete', { ids: ['r4'] });
    await both('delete', { where: { $and: [{ part: 3 }, { '#id': { $in: ['r7', 'r11', 'r15'] } }] } });
    await both('delete', { where: { part: 2 }, limit: 5 });
    expect(await planOf(posted)).toMatch(/^sparse; postings; pending=1\d;/);
    await agree();
  });

  it('finds the same when what has changed is among the postings', async () => {
    const ids = Array.from({ length: 120 }, (_, at) => `r${String(at * 2)}`);
    await both('update', { ids, metadatas: ids.map((_, at) => random(at * 13)) });
    const more = Array.from({ length: 250 }, (_, at) => `m${String(at)}`);
    await both('add', { ids: more, embeddings: more.map(() => [1]), metadatas: more.map((_, at) => random(at * 5)) });
    await agree();
    expect(await settled(/postings; pending=\d?\d;/)).toMatch(/postings; pending=\d?\d;/);
    await agree();
  });

  it('finds the same in a restored backup, which has none yet (case 89)', async () => {
    const control = new PineconeApi(quick.pineconeUrl);
    const { body: backup } = await control.call(`/indexes/${posted.name}/backups`, { body: { name: 'saved' } });
    const { backup_id: id } = backup as { backup_id: string };
    expect((await control.call(`/backups/${id}/create-index`, { body: { name: 'restored' } })).status).toBe(202);
    const [, body] = await posted.api.outcome(`${posted.collections}/restored`);
    const restored = new CollectionApi(posted.api, (body as { id: string }).id, 'restored');
    expect(await planOf(restored)).toMatch(/^sparse; index on metadata;/);
    expect(await found(restored)).toEqual(await found(plain));
  });

  it('finds the same in a fork, which has none yet (case 81)', async () => {
    expect((await posted.outcome('fork', { new_name: 'forked' }))[0]).toBe(200);
    const [, body] = await posted.api.outcome(`${posted.collections}/forked`);
    const fork = new CollectionApi(posted.api, (body as { id: string }).id, 'forked');
    expect(await planOf(fork)).toMatch(/^sparse; index on metadata;/);
    expect(await found(fork)).toEqual(await found(plain));
    await posted.outcome('delete', { where: { part: 1 } });
    expect(await found(fork)).toEqual(await found(plain));
    await plain.outcome('delete', { where: { part: 1 } });
    await agree();
  });
});
