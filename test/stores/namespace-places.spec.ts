import { randomUUID } from 'node:crypto';
import type { CollectionDetail } from '../../src/console/api/contract/collections.js';
import { eventually, hasVectorIndex, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { DIMENSION, randomEmbedding, randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { byEffort } from '../support/setup/effort.js';
import { type Request, send, startTierGateway, type TierGateway, type Twin } from '../support/tiers/tier-twins.js';

/** An index whose large namespaces have places of their own answers as one that is in the pool. */

const SEED = Number(process.env['TEST_SEED']);
/** More records of eight components than this, and a namespace gets a place. */
const LARGE = 60;
const SPREAD = {
  ...SMALL_TIERS,
  POLYVEC_INDEX_MIN_FLOATS: String(100 * DIMENSION),
  POLYVEC_NAMESPACE_PLACE_FLOATS: String(LARGE * DIMENSION),
};
const METRICS = ['dotproduct', 'cosine', 'euclidean'].slice(0, byEffort({ quick: 1, full: 3 }));
const NAMESPACES = ['', 'a', 'b', 'small', 'c+d'];
const SPEC = { serverless: { cloud: 'aws', region: 'us-east-1' } };

/** Namespaces get places as soon as they are large. */
let spread: TierGateway;
/** Everything stays in the pool. */
let plain: TierGateway;

beforeAll(async () => {
  [spread, plain] = await Promise.all([startTierGateway(SPREAD), startTierGateway({})]);
});

afterAll(async () => {
  await Promise.all([spread.stop(), plain.stop()]);
});

interface Twins {
  readonly spread: Twin;
  readonly plain: Twin;
}

async function newTwins(metric: string): Promise<Twins> {
  const name = `i-${randomUUID()}`;
  const make = async (gateway: TierGateway): Promise<Twin> => {
    const { status, text } = await send({ gateway, name, uuid: '' }, [
      'POST',
      'control',
      '/indexes',
      { name, dimension: DIMENSION, metric, spec: SPEC },
    ]);
    if (status !== 201) throw new Error(text);
    return { gateway, name, uuid: await uuidOf(gateway, name) };
  };
  return { spread: await make(spread), plain: await make(plain) };
}

async function uuidOf(gateway: TierGateway, name: string): Promise<string> {
  return ((await new ChromaApi(gateway.chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string }).id;
}

/** Both answer the same; how many of them were no refusals. */
async function agree(twins: Twins, requests: readonly Request[]): Promise<number> {
  let succeeded = 0;
  for (const request of requests) {
    const expected = await send(twins.plain, request);
    expect([request, await send(twins.spread, request)]).toEqual([request, expected]);
    if (expected.status < 300) succeeded += 1;
  }
  return succeeded;
}

/** The namespaces of the index that have places, once they are these. */
async function spreadTo(twin: Twin, wanted: readonly string[]): Promise<readonly string[]> {
  return eventually(
    () => placesOf(twin),
    (found) => found.join() === wanted.join(),
  );
}

/** What the index says of itself once no index is being built for it any more. */
async function settledState({ gateway, name }: Twin): Promise<string> {
  const state = async (): Promise<string> => {
    const answer = await fetch(`${gateway.pineconeUrl}/indexes/${name}`, { headers: { 'x-pinecone-api-version': '2025-10' } });
    return ((await answer.json()) as { readonly status: { readonly state: string } }).status.state;
  };
  return eventually(state, (found) => found === 'Ready');
}

async function placesOf({ gateway, uuid }: Twin): Promise<readonly string[]> {
  const { rows } = await gateway.tables.query<{ namespace: string }>(
    `SELECT k.namespace FROM polyvec.collections k JOIN polyvec.collections c ON c.id = k.parent_id
     WHERE c.uuid = $1 AND k.place = 'polyvec_' || k.id ORDER BY k.namespace`,
    [uuid],
  );
  return rows.map(({ namespace }) => namespace);
}

function vectors(prefix: string, count: number, seed: number, isSparse = false): readonly object[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, number) => ({
    id: `${prefix}${String(number)}`,
    values: randomEmbedding(random),
    metadata: { marker: number % 5, owner: `owner ${String(number % 3)}`, tags: ['x', `y${String(number % 2)}`] },
    ...(isSparse && { sparseValues: { indices: [number % 7, 100 + (number % 11)], values: [1, number / 10 + 0.5] } }),
  }));
}

function upsert(namespace: string, records: readonly object[]): Request {
  return ['POST', 'pinecone', '/vectors/upsert', { namespace, vectors: records }];
}

/** What clients ask of an index as a whole. */
const WHOLE: readonly Request[] = [
  ['POST', 'pinecone', '/describe_index_stats', {}],
  ['POST', 'pinecone', '/describe_index_stats', { filter: { marker: 1 } }],
  ['GET', 'pinecone', '/namespaces'],
  ['GET', 'pinecone', '/namespaces?limit=2'],
  ['GET', 'pinecone', '/namespaces?prefix=a'],
  ['GET', 'pinecone', '/namespaces?prefix=b&limit=1'],
  ['GET', 'control', '/indexes/{name}'],
  ['GET', 'chroma', '/count'],
  ['POST', 'chroma', '/get', { include: ['embeddings', 'metadatas'] }],
];

/** What they ask of a namespace. */
function reads(namespace: string): readonly Request[] {
  const vector = randomEmbedding(randomFrom(7));
  const query = encodeURIComponent(namespace);
  return [
    ['POST', 'pinecone', '/query', { namespace, vector, topK: 10, includeValues: true, includeMetadata: true }],
    ['POST', 'pinecone', '/query', { namespace, vector, topK: 1_000 }],
    ['POST', 'pinecone', '/query', { namespace, vector, topK: 9, filter: { tags: 'y1', marker: { $ne: 3 } } }],
    ['POST', 'pinecone', '/query', { namespace, id: 'r1', topK: 5 }],
    ['GET', 'pinecone', `/vectors/fetch?ids=r1&ids=nobody&ids=r7&namespace=${query}`],
    ['POST', 'pinecone', '/vectors/fetch_by_metadata', { namespace, filter: { marker: { $in: [1, 2] } }, limit: 50 }],
    ['GET', 'pinecone', `/vectors/list?limit=30&namespace=${query}`],
    ['GET', 'pinecone', `/vectors/list?prefix=r2&namespace=${query}`],
    ...(namespace === '' ? [] : ([['GET', 'pinecone', `/namespaces/${query}`]] as const)),
  ];
}

const everything = (): readonly Request[] => [...WHOLE, ...NAMESPACES.flatMap(reads)];

describe.each(METRICS)('an index whose namespaces have places of their own, by %s', (metric) => {
  const isSparse = metric === 'dotproduct';
  let twins: Twins;

  beforeAll(async () => {
    twins = await newTwins(metric);
  });

  it('has answered as one in the pool before they had', async () => {
    await agree(twins, [
      upsert('', vectors('r', 90, 1)),
      upsert('a', vectors('r', 90, 2, isSparse)),
      upsert('small', vectors('r', 9, 3, isSparse)),
      ['POST', 'pinecone', '/namespaces', { name: 'empty' }],
    ]);
    expect(await promoted(spread.tables, twins.spread.uuid, 0)).toBe(false);
    await agree(twins, everything());
  });

  it('answers so when one has moved out, and when another has', async () => {
    await agree(twins, [upsert('small', vectors('s', 15, 4))]);
    expect(await promoted(spread.tables, twins.spread.uuid)).toBe(true);
    expect(await spreadTo(twins.spread, ['a'])).toEqual(['a']);
    await agree(twins, everything());
    await agree(twins, [upsert('c+d', vectors('r', 150, 5, isSparse)), upsert('b', vectors('r', 70, 6))]);
    expect(await spreadTo(twins.spread, ['a', 'b', 'c+d'])).toEqual(['a', 'b', 'c+d']);
    await agree(twins, everything());
    const { rows } = await spread.tables.query<{ uuid: string }>(
      `SELECT uuid FROM polyvec.collections WHERE namespace = 'c+d' AND parent_id = (SELECT id FROM polyvec.collections WHERE uuid = $1)`,
      [twins.spread.uuid],
    );
    expect(await hasVectorIndex(spread.tables, rows[0]?.uuid ?? '')).toBe(true);
    await agree(twins, reads('c+d'));
    const details = [twins.plain, twins.spread].map(async ({ gateway, uuid }) => {
      const detail = await new ConsoleApi(gateway.consoleUrl).get<CollectionDetail>(`/collections/${uuid}`);
      return { records: detail.records, namespaces: detail.namespaces, list: detail.namespaceList };
    });
    const [expected, found] = await Promise.all(details);
    expect(found).toEqual(expected);
    expect(found).toMatchObject({ records: 90 + 90 + 24 + 150 + 70, namespaces: 6 });
  });

  it('takes writes as it does', async () => {
    const write = (namespace: string): readonly Request[] => [
      upsert(namespace, [
        ...vectors('r', 3, 8, isSparse),
        { id: 'new', values: randomEmbedding(randomFrom(9)), metadata: { fresh: true } },
      ]),
      ['POST', 'pinecone', '/vectors/update', { namespace, id: 'r4', values: randomEmbedding(randomFrom(10)) }],
      ['POST', 'pinecone', '/vectors/update', { namespace, id: 'r5', setMetadata: { marker: 88, [`only ${namespace}`]: 1 } }],
      ['POST', 'pinecone', '/vectors/update', { namespace, filter: { marker: 2 }, setMetadata: { marker: 99 } }],
      ['POST', 'pinecone', '/vectors/delete', { namespace, ids: ['r6', 'nobody'] }],
      ['POST', 'pinecone', '/vectors/delete', { namespace, filter: { marker: 88 } }],
      ['POST', 'pinecone', '/namespaces', { name: namespace }],
      ['POST', 'pinecone', '/query', { namespace, vector: randomEmbedding(randomFrom(3)), topK: 20, filter: { fresh: true } }],
    ];
    await agree(twins, NAMESPACES.flatMap(write));
    await agree(twins, everything());
    // a namespace in a place may be the first with sparse vectors
    if (isSparse) await agree(twins, [upsert('b', vectors('q', 5, 20, true)), ...everything()]);
  });

  it('is copied whole by a backup and a fork, and what is restored spreads again', async () => {
    const restored = `restored-${randomUUID()}`;
    const forked = `fork-${randomUUID()}`;
    const copies: Twin[][] = [];
    const sizes: unknown[] = [];
    for (const { gateway, name, uuid } of [twins.plain, twins.spread]) {
      const twin = { gateway, name, uuid };
      const backup = await fetch(`${gateway.pineconeUrl}/indexes/${name}/backups`, {
        method: 'POST',
        headers: { 'x-pinecone-api-version': '2025-10', 'content-type': 'application/json' },
        body: '{"name": "whole"}',
      });
      const {
        backup_id: id,
        record_count,
        namespace_count,
        size_bytes,
      } = (await backup.json()) as Readonly<Record<string, unknown>>;
      sizes.push({ record_count, namespace_count, size_bytes });
      const answer = await send(twin, ['POST', 'control', `/backups/${String(id)}/create-index`, { name: restored }]);
      expect(answer.status).toBe(202);
      const fork = await send(twin, ['POST', 'chroma', '/fork', { new_name: forked }]);
      expect(fork.status).toBe(200);
      copies.push(
        await Promise.all([restored, forked].map(async (copy) => ({ gateway, name: copy, uuid: await uuidOf(gateway, copy) }))),
      );
    }
    expect(sizes[1]).toEqual({ ...(sizes[0] as object), namespace_count: 6 });
    for (const [at] of [restored, forked].entries()) {
      const [a, b] = [copies[0]?.[at], copies[1]?.[at]];
      if (a === undefined || b === undefined) throw new Error('there are two');
      await agree({ plain: a, spread: b }, everything());
      expect(await spreadTo(b, ['a', 'b', 'c+d'])).toEqual(['a', 'b', 'c+d']);
      await agree({ plain: a, spread: b }, everything());
      expect(await settledState(b)).toBe('Ready');
    }
  });

  it('deletes a namespace with its place, and takes the name anew', async () => {
    await agree(twins, [['DELETE', 'pinecone', '/namespaces/a'], ['DELETE', 'pinecone', '/namespaces/a'], ...everything()]);
    expect(await spreadTo(twins.spread, ['b', 'c+d'])).toEqual(['b', 'c+d']);
    await agree(twins, [
      upsert('a', vectors('r', 5, 11)),
      ['POST', 'pinecone', '/vectors/delete', { namespace: 'b', deleteAll: true }],
    ]);
    await agree(twins, everything());
    await agree(twins, [upsert('a', vectors('r', 80, 12)), upsert('b', vectors('r', 80, 13))]);
    expect(await spreadTo(twins.spread, ['a', 'b', 'c+d'])).toEqual(['a', 'b', 'c+d']);
    await agree(twins, everything());
  });

  it('is one collection in every list, and its places go with it', async () => {
    const { gateway, uuid, name } = twins.spread;
    const places = await gateway.tables.query<{ place: string; uuid: string }>(
      `SELECT place, uuid FROM polyvec.collections WHERE parent_id = (SELECT id FROM polyvec.collections WHERE uuid = $1)`,
      [uuid],
    );
    expect(places.rows).toHaveLength(3);
    const listed = (await new ChromaApi(gateway.chromaUrl).call(COLLECTIONS)).body as readonly {
      readonly id: string;
      readonly name: string;
    }[];
    expect(listed.filter((one) => one.id === uuid || one.name === name)).toHaveLength(1);
    expect(listed.every((one) => typeof one.name === 'string')).toBe(true);
    for (const { uuid: child } of places.rows) {
      expect((await send({ ...twins.spread, uuid: child }, ['GET', 'chroma', '/count'])).status).toBe(404);
      expect((await fetch(`${gateway.chromaUrl}/api/v1/collections/${child}/count`)).status).not.toBe(200);
    }
    await agree(twins, [['DELETE', 'control', '/indexes/{name}']]);
    const schemas = async (): Promise<number | null> =>
      (await gateway.tables.query('SELECT FROM pg_namespace WHERE nspname = ANY ($1)', [places.rows.map(({ place }) => place)]))
        .rowCount;
    expect(await eventually(schemas, (count) => count === 0)).toBe(0);
  });
});

describe('any sequence of requests', () => {
  it('is answered as by an index in the pool, while namespaces move out', async () => {
    for (let round = 0; round < byEffort({ quick: 1, full: 12 }); round += 1) {
      const twins = await newTwins('dotproduct');
      const random = randomFrom(SEED + round);
      const moved = new Set<string>();
      for (let step = 0; step < 60; step += 1) {
        await agree(twins, [someRequest(random, step)]);
        if (step % 20 < 19) continue;
        await agree(twins, everything());
        const places = await eventually(
          () => placesOf(twins.spread),
          (found) => found.length > 0,
          2_000,
        );
        for (const namespace of places) moved.add(namespace);
      }
      expect([SEED + round, moved.size > 0]).toEqual([SEED + round, true]);
    }
  });
});

function someRequest(random: (below: number) => number, step: number): Request {
  const namespace = NAMESPACES[random(NAMESPACES.length)] ?? '';
  const id = `r${String(random(60))}`;
  switch (random(9)) {
    case 0:
      return ['POST', 'pinecone', '/vectors/delete', { namespace, ids: [id, `r${String(random(60))}`] }];
    case 1:
      return ['POST', 'pinecone', '/vectors/delete', { namespace, filter: { marker: random(40) } }];
    case 2:
      return [
        'POST',
        'pinecone',
        '/vectors/update',
        { namespace, id, setMetadata: { marker: random(9), [`f${String(step)}`]: 1 } },
      ];
    case 3:
      return random(3) === 0
        ? ['DELETE', 'pinecone', `/namespaces/${encodeURIComponent(namespace === '' ? '__default__' : namespace)}`]
        : ['POST', 'pinecone', '/namespaces', { name: namespace }];
    default:
      return upsert(namespace, vectors('r', 20 + random(80), step, step % 2 === 0));
  }
}
