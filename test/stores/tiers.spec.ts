import { randomUUID } from 'node:crypto';
import { hasVectorIndex, indexed, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { distanceOf, type Metric, type Stored } from '../chaos/promotion/promotion-model.js';
import {
  chromaTransport,
  pineconeTransport,
  type ReadTransport,
  type Target,
  vectorizerTransport,
  type WriteTransport,
} from '../chaos/promotion/promotion-transports.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import {
  CHROMA,
  columns,
  newCollection,
  newIndex,
  newTextCollection,
  PINECONE,
  RECORDS,
  SPARSE,
  TEXTS,
  VECTORIZER,
  ZERO,
} from '../support/tiers/tier-operations.js';
import { type Request, send, startTierGateway, type TierGateway, type Twin } from '../support/tiers/tier-twins.js';

/** Everything that clients do goes on in a collection with tables and an index of its own as it does in the pool. */

const METRICS: readonly Metric[] = ['l2', 'cosine', 'ip'];

/** Thresholds are small. Graphs of bits, which the embedded engine prefers, would find nearly all of what exact answers have. */
const DEDICATED = { ...SMALL_TIERS, POLYVEC_INDEX_QUANTIZATION: 'off' };

let dedicated: TierGateway;
/** They are as they come: nothing here leaves the pool. */
let pooled: TierGateway;

beforeAll(async () => {
  [dedicated, pooled] = await Promise.all([startTierGateway(DEDICATED), startTierGateway({})]);
});

afterAll(async () => {
  await Promise.all([dedicated.stop(), pooled.stop()]);
});

interface Twins {
  readonly dedicated: Twin;
  readonly pooled: Twin;
}

/** The same requests to both, the first of which creates a collection of that name. */
async function twinsFrom(requests: readonly Request[], name = `t-${randomUUID()}`): Promise<Twins> {
  const [moved, stayed] = await Promise.all([dedicated, pooled].map((gateway) => twinFrom(gateway, name, requests)));
  if (moved === undefined || stayed === undefined) throw new Error('there are two');
  await settled(moved);
  expect(await promoted(pooled.tables, stayed.uuid, 0)).toBe(false);
  return { dedicated: moved, pooled: stayed };
}

/** Until it has tables and an index of its own. */
async function settled({ gateway, uuid }: Twin): Promise<void> {
  expect(await promoted(gateway.tables, uuid)).toBe(true);
  expect(await indexed(gateway.chromaUrl, uuid)).toMatchObject({ op_indexing_progress: 1, num_unindexed_ops: 0 });
  expect(await hasVectorIndex(gateway.tables, uuid)).toBe(true);
}

/** @throws Error with the answer when a request is refused */
async function twinFrom(gateway: TierGateway, name: string, [first, ...others]: readonly Request[]): Promise<Twin> {
  if (first === undefined) throw new Error('nothing creates the collection');
  await succeed({ gateway, name, uuid: '' }, first);
  const { id } = (await new ChromaApi(gateway.chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  const twin = { gateway, name, uuid: id };
  for (const request of others) await succeed(twin, request);
  return twin;
}

async function succeed(twin: Twin, request: Request): Promise<void> {
  const { status, text } = await send(twin, request);
  if (status > 299) throw new Error(`${request.slice(0, 3).join(' ')}: ${String(status)} ${text}`);
}

/** Both answer the same, which is no refusal. */
async function agree(twins: Twins, requests: readonly Request[]): Promise<void> {
  for (const request of requests) {
    const expected = await send(twins.pooled, request);
    expect([request, expected.status < 300, expected.text]).toEqual([request, true, expected.text]);
    expect([request, await send(twins.dedicated, request)]).toEqual([request, expected]);
  }
}

describe.each(METRICS)('a collection with tables of its own, by %s', (metric) => {
  describe.each([
    ['Chroma', CHROMA],
    ['Pinecone', PINECONE],
    ['Vectorizer', VECTORIZER],
  ] as const)('answers as one in the pool through %s', (_protocol, operations) => {
    let twins: Twins;

    beforeAll(async () => {
      twins = await twinsFrom([newCollection(metric), ['POST', 'chroma', '/add', columns(RECORDS)]]);
    });

    it.each(operations)('%s', async (_name, ...requests) => {
      await agree(twins, requests as readonly Request[]);
    });
  });
});

describe('a collection with tables of its own', () => {
  it.each([
    ['with sparse vectors beside dense ones', newIndex(), SPARSE],
    ['with texts that are embedded', newTextCollection(), TEXTS],
  ])('%s answers as one in the pool', async (_name, creation, operations) => {
    const twins = await twinsFrom(creation);
    for (const [, ...requests] of operations) await agree(twins, requests);
  });
});

describe.each(METRICS)('a search of a collection with an index, by %s', (metric) => {
  let target: Target;
  let transports: readonly ReadTransport[];
  let writers: readonly WriteTransport[];

  beforeAll(async () => {
    const { name, uuid } = (await twinsFrom([newCollection(metric), ['POST', 'chroma', '/add', columns(RECORDS)]])).dedicated;
    target = { name, uuid, metric, renames: 0 };
    const [chroma, pinecone] = [chromaTransport(dedicated, target), pineconeTransport(dedicated, target, '')];
    transports = [chroma, pinecone, vectorizerTransport(dedicated, target)];
    writers = [chroma, pinecone];
  });

  /** What each protocol finds first. */
  async function firstOf(embedding: readonly number[]): Promise<readonly (string | undefined)[]> {
    return Promise.all(transports.map(async (transport) => (await transport.nearest(embedding, {}, 1))[0]?.id));
  }

  it('finds what an exact search finds, all but a few in a hundred', async () => {
    const random = randomFrom(7);
    let found = 0;
    for (let query = 0; query < 50; query += 1) {
      const to = newVector(random);
      const best = new Set(ranked(metric, RECORDS, to).slice(0, 10));
      const seen = await chromaTransport(dedicated, target).nearest(to, {}, 10);
      expect(seen).toHaveLength(10);
      found += seen.filter(({ id }) => best.has(id)).length;
    }
    expect(found).toBeGreaterThanOrEqual(0.95 * 500);
  });

  it('finds all, zeros in their place, when more are wanted than there are', async () => {
    const to = newVector(randomFrom(8));
    for (const transport of transports) {
      const seen = await transport.nearest(to, {}, 5_000);
      expect([transport.name, seen.map(({ id }) => id)]).toEqual([
        transport.name,
        ranked(metric, asListed(transport, RECORDS), to),
      ]);
    }
  });

  it('finds all twins of one vector', async () => {
    const twins = RECORDS.filter(({ embedding }) => embedding === RECORDS[7]?.embedding);
    const others = RECORDS.filter(({ embedding }) => embedding !== RECORDS[7]?.embedding);
    // by the inner product others may be nearer
    const nearer = others.filter(
      ({ embedding }) => distanceOf(metric, embedding, RECORDS[7]?.embedding ?? []) < selfDistance(metric),
    ).length;
    for (const transport of transports) {
      const seen = await transport.nearest(RECORDS[7]?.embedding ?? [], {}, nearer + twins.length);
      expect(seen.slice(nearer).map(({ id }) => id)).toEqual(asListed(transport, twins).map(({ id }) => id));
    }
  });

  it('finds an embedding that was written a moment ago, in its new place and not in the old one', async () => {
    const random = randomFrom(9);
    for (let turn = 0; turn < 10; turn += 1) {
      const record = { ...(RECORDS[20 + turn] ?? RECORDS[0]), embedding: farOut(random) } as Stored;
      const writer = writers[turn % writers.length];
      await writer?.update([record], 'embedding');
      expect(await firstOf(record.embedding)).toEqual(transports.map(() => record.id));
    }
  });

  it('finds a new record at once, and no longer once it is deleted', async () => {
    const random = randomFrom(10);
    for (const writer of writers) {
      const record = { id: `new/${randomUUID()}`, embedding: farOut(random), metadata: { owner: 'new' }, document: undefined };
      const before = await firstOf(record.embedding);
      await writer.upsert([record]);
      expect(await firstOf(record.embedding)).toEqual(transports.map(() => record.id));
      await writer.remove([record.id]);
      expect(await firstOf(record.embedding)).toEqual(before);
    }
  });

  it('by zeros finds as many as are wanted', async () => {
    expect(await chromaTransport(dedicated, target).nearest(ZERO, {}, 25)).toHaveLength(25);
  });

  /** Longer than any other, so that it is nearest to itself by any metric. */
  function farOut(random: (below: number) => number): readonly number[] {
    length += 10;
    return newVector(random).map((component) => Math.fround(component * length));
  }
  let length = 10;

  function selfDistance(by: Metric): number {
    const embedding = RECORDS[7]?.embedding ?? [];
    return distanceOf(by, embedding, embedding) - 1e-6;
  }
});

describe.each([2_500, 4_500])('a collection of %d dimensions', (dimension) => {
  it.each(METRICS)('is searched with its index, and ranks exactly: %s', async (metric) => {
    const random = randomFrom(dimension);
    const records = Array.from({ length: 30 }, (_, index) => ({
      ...{ id: String(index), metadata: { owner: 'x' }, document: undefined },
      embedding: newVector(random, dimension),
    }));
    const twin = await twinFrom(dedicated, `t-${randomUUID()}`, [
      newCollection(metric),
      ['POST', 'chroma', '/add', { ids: records.map(({ id }) => id), embeddings: records.map(({ embedding }) => embedding) }],
    ]);
    await settled(twin);
    const transport = chromaTransport(dedicated, { ...twin, metric, renames: 0 });
    for (const limit of [1, 5, 30, 100]) {
      const to = newVector(random, dimension);
      const seen = await transport.nearest(to, {}, limit);
      expect(seen.map(({ id }) => id)).toEqual(ranked(metric, records, to).slice(0, limit));
    }
  });
});

function newVector(random: (below: number) => number, dimension = 8): readonly number[] {
  return Array.from({ length: dimension }, () => Math.fround((random(20_001) - 10_000) / 10_000));
}

/** In the order that equals have: that of insert, but for Pinecone that of ids. */
function asListed(transport: ReadTransport, records: readonly Stored[]): readonly Stored[] {
  return transport.inOrder ? records : records.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/** All ids, the nearest first, equals as they are here. */
function ranked(metric: Metric, records: readonly Stored[], to: readonly number[]): readonly string[] {
  return records
    .map(({ id, embedding }, index) => ({ id, index, distance: Math.fround(distanceOf(metric, to, embedding)) }))
    .sort((left, right) => left.distance - right.distance || left.index - right.index)
    .map(({ id }) => id);
}
