import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { ask, type ChromaAnswer, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';

let storage: ProcessStorage;
let gateway: GatewayProcess;
/** Sees the tables as they are. */
let tables: pg.Client;

beforeAll(async () => {
  storage = await createProcessStorage({ POLYVEC_CHROMA_ALLOW_RESET: 'true' });
  gateway = await storage.start();
  tables = await storage.connect();
});

afterAll(async () => {
  await tables.end();
  await storage.remove();
});

function post(path: string, body: object): Promise<ChromaAnswer> {
  return ask(gateway.chromaUrl, path, body);
}

function records(uuid: string, call: string, body: object): Promise<ChromaAnswer> {
  return post(`${COLLECTIONS}/${uuid}/${call}`, body);
}

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

/** How often each status occurs. */
function tally(answers: readonly ChromaAnswer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([left], [right]) => left - right)
    .map(([, item]) => item);
}

async function rowsOf(condition: string): Promise<{ records: number; vectors: number; dropped: number }> {
  const { rows } = await tables.query<{ records: number; vectors: number; dropped: number }>(`
    SELECT (SELECT count(*)::int FROM polyvec.pool_records WHERE ${condition}) AS records,
      (SELECT count(*)::int FROM polyvec.pool_vectors WHERE ${condition}) AS vectors,
      (SELECT count(*)::int FROM polyvec.dropped_collections) AS dropped`);
  return rows[0] ?? { records: -1, vectors: -1, dropped: -1 };
}

/** Deadlocks that the engine had to break; a client does not see them, because the loser is sent again. */
async function deadlocks(): Promise<number> {
  const { rows } = await tables.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]?.deadlocks ?? -1;
}

const NOTHING = { records: 0, vectors: 0, dropped: 0 };
/** Rows of collections that the catalog does not know. */
const ORPHANED = 'collection_id NOT IN (SELECT id FROM polyvec.collections)';

/** What `look` sees when it is what is expected, or else what it saw last, some seconds later. */
async function eventually<T>(look: () => Promise<T>, expected: T): Promise<T> {
  let seen = await look();
  for (let attempt = 0; attempt < 100 && JSON.stringify(seen) !== JSON.stringify(expected); attempt += 1) {
    await sleep(100);
    seen = await look();
  }
  return seen;
}

describe('of requests at the same moment', () => {
  it('fifty get_or_create get one collection', async () => {
    const answers = await times(50, () => post(COLLECTIONS, { name: 'shared', get_or_create: true }));
    expect(tally(answers)).toEqual({ 200: 50 });
    expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id)).size).toBe(1);
  });

  it('one of many plain creates wins, the others are 409', async () => {
    expect(tally(await times(2, () => post(COLLECTIONS, { name: 'plain' })))).toEqual({ 200: 1, 409: 1 });
    expect(tally(await times(20, () => post(COLLECTIONS, { name: 'plainer' })))).toEqual({ 200: 1, 409: 19 });
  });

  it('first writes of different dimensions agree on one, and the others are 400', async () => {
    const uuid = await createCollection(gateway.chromaUrl, 'dimensions');
    const calls = ['add', 'upsert', 'update'];
    const answers = await times(24, (index) =>
      records(uuid, calls[index % 3] ?? 'add', {
        ids: [`id ${String(index)}`],
        embeddings: [new Array(1 + (index % 4)).fill(1)],
      }),
    );
    const collection = JSON.parse((await ask(gateway.chromaUrl, `${COLLECTIONS}/dimensions`)).text) as { dimension: number };
    const isWinner = (index: number): boolean => 1 + (index % 4) === collection.dimension;
    expect(answers.map(({ status }, index) => ({ isWinner: isWinner(index), accepted: status < 300 }))).toEqual(
      answers.map((_, index) => ({ isWinner: isWinner(index), accepted: isWinner(index) })),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(18);
    const stored = JSON.parse((await records(uuid, 'get', { include: ['embeddings'] })).text) as { embeddings: number[][] };
    expect(new Set(stored.embeddings.map((embedding) => embedding.length))).toEqual(new Set([collection.dimension]));
  });

  it('upserts of the same ids in any order all succeed, and each leaves its records whole', async () => {
    const uuid = await createCollection(gateway.chromaUrl);
    const ids = Array.from({ length: 200 }, (_, index) => `id ${String(index)}`);
    const answers = await times(8, async (writer) => {
      const statuses: ChromaAnswer[] = [];
      for (let round = 0; round < 5; round += 1) {
        const order = shuffled(ids);
        const value = writer * 10 + round;
        statuses.push(
          await records(uuid, ['upsert', 'update'][round % 2] ?? '', {
            ids: order,
            embeddings: order.map(() => [value, value]),
            metadatas: order.map(() => ({ value })),
            documents: order.map(() => String(value)),
          }),
        );
      }
      return statuses;
    });
    expect(tally(answers.flat())).toEqual({ 200: 40 });
    expect(await deadlocks()).toBe(0);
    const { embeddings, metadatas, documents } = JSON.parse(
      (await records(uuid, 'get', { include: ['embeddings', 'metadatas', 'documents'] })).text,
    ) as { embeddings: [number, number][]; metadatas: { value: number }[]; documents: string[] };
    expect(documents).toHaveLength(ids.length);
    expect(documents).toEqual(metadatas.map(({ value }) => String(value)));
    expect(embeddings).toEqual(metadatas.map(({ value }) => [value, value]));
  });

  it('upserts of the same records beside deletes all succeed', async () => {
    const uuid = await createCollection(gateway.chromaUrl);
    const ids = Array.from({ length: 100 }, (_, index) => `id ${String(index)}`);
    const body = (): object => {
      const order = shuffled(ids);
      return { ids: order, embeddings: order.map(() => [1]), metadatas: order.map((_, index) => ({ half: index % 2 })) };
    };
    const answers = await times(30, (index) =>
      index % 3 === 0
        ? records(uuid, 'delete', { ids: shuffled(ids) })
        : index % 3 === 1
          ? records(uuid, 'delete', { where: { half: 1 }, limit: 40 })
          : records(uuid, 'upsert', body()),
    );
    expect(tally(answers)).toEqual({ 200: 30 });
    const left = JSON.parse((await records(uuid, 'get', { include: ['embeddings'] })).text) as {
      ids: string[];
      embeddings: unknown[];
    };
    expect(left.embeddings).toEqual(left.ids.map(() => [1]));
    expect(await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/count`)).toEqual({ status: 200, text: String(left.ids.length) });
  });

  it('writes to a collection whose settings change without a pause all succeed', async () => {
    const uuid = await createCollection(gateway.chromaUrl);
    let writing = true;
    const changers = times(4, async (changer) => {
      const answers: ChromaAnswer[] = [];
      while (writing) {
        const body = { new_metadata: { changer, change: answers.length } };
        answers.push(await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}`, body, 'PUT'));
      }
      return answers;
    });
    const writes = await times(4, async (writer) => {
      const answers: ChromaAnswer[] = [];
      for (let index = 0; index < 15; index += 1) {
        answers.push(await records(uuid, 'upsert', { ids: [`${String(writer)} ${String(index)}`], embeddings: [[index]] }));
      }
      return answers;
    });
    writing = false;
    const changes = tally((await changers).flat());
    expect(tally(writes.flat())).toEqual({ 200: 60 });
    expect(changes).toEqual({ 200: changes[200] });
  });
});

describe('a collection that is deleted', () => {
  it('while writers write to it leaves no row, and what comes later is 404', async () => {
    for (const name of ['doomed 1', 'doomed 2', 'doomed 3']) {
      const uuid = await createCollection(gateway.chromaUrl, name.replace(' ', '-'));
      let isDeleted = false;
      const late: number[] = [];
      const writers = times(6, async (writer) => {
        for (let index = 0; index < 25; index += 1) {
          const sentAfterwards = isDeleted;
          const ids = Array.from({ length: 20 }, (_, item) => `${String(writer)}/${String(index)}/${String(item)}`);
          const answer = await records(uuid, 'add', {
            ids,
            embeddings: ids.map(() => [1, 2]),
            metadatas: ids.map(() => ({ a: 1 })),
          });
          expect([201, 404]).toContain(answer.status);
          late.push(...(sentAfterwards ? [answer.status] : []));
        }
      });
      await sleep(30);
      const answer = await ask(gateway.chromaUrl, `${COLLECTIONS}/${name.replace(' ', '-')}`, undefined, 'DELETE');
      isDeleted = true;
      expect(answer).toEqual({ status: 200, text: '{}' });
      await writers;
      expect(late.length).toBeGreaterThan(0);
      expect(new Set(late)).toEqual(new Set([404]));
      expect(await eventually(() => rowsOf(ORPHANED), NOTHING)).toEqual(NOTHING);
    }
  });

  it('is gone at once, and its rows soon after, be they many', async () => {
    const uuid = await createCollection(gateway.chromaUrl, 'large');
    const ids = Array.from({ length: 12_000 }, (_, index) => String(index));
    expect((await records(uuid, 'add', { ids, embeddings: ids.map(() => [1, 2]) })).status).toBe(201);
    await ask(gateway.chromaUrl, `${COLLECTIONS}/large`, undefined, 'DELETE');
    expect((await records(uuid, 'get', {})).status).toBe(404);
    expect((await records(uuid, 'query', { query_embeddings: [[1, 2]] })).status).toBe(404);
    expect((await records(uuid, 'update', { ids: ['1'], documents: ['x'] })).status).toBe(404);
    expect((await records(uuid, 'delete', { ids: ['1'] })).status).toBe(404);
    expect((await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/count`)).status).toBe(404);
    expect(await eventually(() => rowsOf(ORPHANED), NOTHING)).toEqual(NOTHING);
  });

  it('and created again under its name has none of the old records', async () => {
    const old = await createCollection(gateway.chromaUrl, 'again');
    await records(old, 'add', { ids: ['a'], embeddings: [[1, 2]] });
    await ask(gateway.chromaUrl, `${COLLECTIONS}/again`, undefined, 'DELETE');
    const fresh = await createCollection(gateway.chromaUrl, 'again');
    expect((await records(fresh, 'add', { ids: ['a'], embeddings: [[1, 2, 3]] })).status).toBe(201);
    expect((await records(old, 'add', { ids: ['b'], embeddings: [[1, 2]] })).status).toBe(404);
    expect(await ask(gateway.chromaUrl, `${COLLECTIONS}/${fresh}/count`)).toEqual({ status: 200, text: '1' });
  });
});

describe('a reset', () => {
  it('amid reads and writes breaks none of them, and leaves nothing', async () => {
    const uuids = await times(4, () => createCollection(gateway.chromaUrl));
    await times(4, (index) => records(uuids[index] ?? '', 'add', { ids: ['a', 'b'], embeddings: [[1], [2]] }));
    const calls = times(60, async (index) => {
      await sleep(Math.floor(index / 4) * 5);
      const uuid = uuids[index % 4] ?? '';
      return [
        await records(uuid, 'get', {}),
        await records(uuid, 'query', { query_embeddings: [[1]] }),
        await records(uuid, 'upsert', { ids: ['a'], embeddings: [[3]] }),
      ];
    });
    await sleep(20);
    expect(await post('/api/v2/reset', {})).toEqual({ status: 200, text: 'true' });
    const statuses = new Set((await calls).flat().map(({ status }) => status));
    expect([200, 404]).toEqual(expect.arrayContaining([...statuses]));
    expect(await ask(gateway.chromaUrl, COLLECTIONS)).toEqual({ status: 200, text: '[]' });
    expect(await eventually(() => rowsOf('TRUE'), NOTHING)).toEqual(NOTHING);
  });
});
