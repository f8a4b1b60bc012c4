import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type ChromaAnswer, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';

const onServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
/** More than one page, so that reading them takes a transaction. */
const COUNT = 4_000;
const BREAKS = 6;

let storage: ProcessStorage;
let gateway: GatewayProcess;
let uuid: string;

beforeAll(async () => {
  storage = await createProcessStorage();
  gateway = await storage.start();
  uuid = await createCollection(gateway.chromaUrl);
  const ids = Array.from({ length: COUNT }, (_, index) => String(index));
  await records(uuid, 'add', { ids, embeddings: ids.map((_, index) => [index, 1]), documents: ids.map(() => 'x'.repeat(200)) });
});

afterAll(async () => {
  await storage.remove();
});

/** Status 0: the gateway did not answer. */
function records(collection: string, call: string, body: object): Promise<ChromaAnswer> {
  return ask(gateway.chromaUrl, `${COLLECTIONS}/${collection}/${call}`, body).catch((error: unknown) => ({
    status: 0,
    text: String(error),
  }));
}

/** The engine may just be between two lives: then the next one is ended. */
async function killEngine(): Promise<void> {
  for (let isKilled = false; !isKilled; await new Promise((wake) => setTimeout(wake, 50))) {
    try {
      isKilled = process.kill(await storage.enginePid(), 'SIGKILL');
    } catch {
      isKilled = false;
    }
  }
}

/** Ends every connection of the gateway at once: as a server that restarts, or an engine that dies. */
const breakConnections: () => Promise<void> = onServer
  ? async (): Promise<void> => {
      const client = await storage.connect();
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'polyvec%'`);
      await client.end();
    }
  : async (): Promise<void> => {
      await killEngine();
    };

/** Sends requests one after the other, until told to stop or left without an answer, and returns what came back. */
async function keepAsking(isOver: () => boolean, request: () => Promise<ChromaAnswer>): Promise<readonly ChromaAnswer[]> {
  const answers: ChromaAnswer[] = [];
  while (!isOver() && answers.at(-1)?.status !== 0) answers.push(await request());
  return answers;
}

describe('a gateway whose database connections break', () => {
  it('answers 503 to some requests, and goes on', async () => {
    let over = false;
    const isOver = (): boolean => over;
    const kinds = [
      // one transaction each: a read of several pages, and a first write
      (): Promise<ChromaAnswer> => records(uuid, 'get', { include: ['embeddings', 'documents'] }),
      async (): Promise<ChromaAnswer> => {
        const fresh = await createCollection(gateway.chromaUrl).catch(() => uuid);
        return records(fresh, 'add', { ids: ['a'], embeddings: [[1, 2]] });
      },
      (): Promise<ChromaAnswer> => records(uuid, 'query', { query_embeddings: [[1, 2]] }),
      (): Promise<ChromaAnswer> =>
        records(uuid, 'upsert', {
          ids: ['1', '2'],
          embeddings: [
            [1, 2],
            [3, 4],
          ],
        }),
    ];
    const streams = [...kinds, ...kinds].map((kind) => keepAsking(isOver, kind));
    try {
      for (let round = 0; round < BREAKS; round += 1) {
        await sleep(300);
        await breakConnections();
        // answers again before the next break
        await records(uuid, 'get', { limit: 1 });
      }
    } finally {
      over = true;
    }
    const statuses = new Set((await Promise.all(streams)).flat().map(({ status }) => status));
    expect(gateway.process.exitCode).toBeNull();
    expect([...statuses].sort()).toEqual([200, 201, 503]);
    const { ids } = JSON.parse((await records(uuid, 'get', { include: [] })).text) as { ids: unknown[] };
    expect(ids.length).toBeGreaterThanOrEqual(COUNT);
  });
});
