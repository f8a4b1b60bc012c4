import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type ChromaAnswer, COLLECTIONS, createCollection, fieldsOf } from '../support/clients/chroma-client.js';
import {
  createProcessStorage,
  endProcess,
  type GatewayProcess,
  type ProcessStorage,
} from '../support/gateway/gateway-process.js';
import { byEffort } from '../support/setup/effort.js';

type Victim = 'gateway' | 'embedded engine';

/** By turns, because an engine that dies again and again is started again later and later. A server is not ours to kill. */
const VICTIMS: readonly Victim[] =
  (process.env['TEST_DATABASE_URL'] ?? '') === '' ? ['embedded engine', 'embedded engine', 'gateway'] : ['gateway'];
const KILLS = byEffort({ quick: 4, full: 20 });
const WRITERS = 3;
const BATCH = 40;
const MAX_READS = 40;

/** Records that are only ever written and deleted together. `version` is what the last acknowledged call left; 0: nothing. */
interface Batch {
  readonly name: string;
  version: number;
  /** What a call that was never acknowledged would have left. */
  pending: number | undefined;
}

/** The gateway, and what it has acknowledged. */
interface Run {
  readonly storage: ProcessStorage;
  gateway: GatewayProcess;
  readonly uuid: string;
  readonly batches: Batch[];
}

let run: Run;

beforeAll(async () => {
  const storage = await createProcessStorage();
  const gateway = await storage.start();
  run = { storage, gateway, uuid: await createCollection(gateway.chromaUrl), batches: [] };
});

afterAll(async () => {
  await run.storage.remove();
});

function idsOf(batch: Batch): readonly string[] {
  return Array.from({ length: BATCH }, (_, index) => `${batch.name}/${String(index)}`);
}

/** One call that changes a whole batch: writes it, overwrites it, or deletes it. False when it was not acknowledged. */
async function change(batch: Batch, step: number): Promise<boolean> {
  const ids = idsOf(batch);
  const version = step % 5 === 4 ? 0 : step + 1;
  const records = {
    ids,
    embeddings: ids.map(() => [step, 1, 2]),
    metadatas: ids.map(() => ({ batch: batch.name, version })),
    documents: ids.map((id) => `${id} ${'x'.repeat(500)}`),
  };
  batch.pending = version;
  const answer = await (version === 0
    ? call('delete', { where: { batch: batch.name } })
    : call(batch.version === 0 ? 'add' : 'upsert', records));
  if (answer === undefined || answer.status >= 300) return false;
  batch.version = version;
  batch.pending = undefined;
  return true;
}

/** Undefined when the connection broke. */
async function call(name: string, body: object): Promise<ChromaAnswer | undefined> {
  return ask(run.gateway.chromaUrl, `${COLLECTIONS}/${run.uuid}/${name}`, body).catch(() => undefined);
}

/**
 * Writes batch after batch, until a call is not acknowledged, or the kill is over: a call that came between two others may wait for
 * the engine to be back, and then goes on.
 */
async function writeUntilCutOff(round: string, writer: number, killed: AbortSignal): Promise<void> {
  for (let number = 0; !killed.aborted; number += 1) {
    const batch: Batch = { name: `${round}-${String(writer)}-${String(number)}`, version: 0, pending: undefined };
    run.batches.push(batch);
    for (let step = 0; step <= number % 7; step += 1) {
      if (!(await change(batch, step))) return;
    }
  }
}

/** All records. Until the engine is back the answer may be 503, which promises nothing and asks to try again. */
async function readAll(): Promise<ChromaAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call('get', { include: ['metadatas'] });
    if ((answer !== undefined && answer.status !== 503) || attempt === MAX_READS) return answer ?? { status: 0, text: 'null' };
    await sleep(500);
  }
}

/** For every batch, the versions of its records and how many there are: both must be what one of its calls left. */
async function findDamage(): Promise<readonly object[]> {
  const found = new Map<string, number[]>();
  const metadatas = fieldsOf(await readAll()).get('metadatas') as readonly ReadonlyMap<string, unknown>[];
  for (const metadata of metadatas) {
    const name = String(metadata.get('batch'));
    found.set(name, [...(found.get(name) ?? []), Number((metadata.get('version') as { text: string }).text)]);
  }
  return run.batches.flatMap((batch) => {
    const versions = found.get(batch.name) ?? [];
    const is = { count: versions.length, versions: [...new Set(versions)] };
    const allowed = [batch.version, batch.pending ?? batch.version].map((version) => ({
      count: version === 0 ? 0 : BATCH,
      versions: version === 0 ? [] : [version],
    }));
    return allowed.some((state) => JSON.stringify(state) === JSON.stringify(is)) ? [] : [{ batch, is }];
  });
}

async function kill(victim: Victim): Promise<void> {
  if (victim === 'embedded engine') {
    process.kill(await run.storage.enginePid(), 'SIGKILL');
    return;
  }
  await endProcess(run.gateway.process, 'SIGKILL');
  run.gateway = await run.storage.start();
}

/** Writers at work, and in their midst the kill. Returns the damage that is seen after the recovery. */
async function playRound(round: number): Promise<readonly object[]> {
  const killed = new AbortController();
  const writers = Array.from({ length: WRITERS }, (_, writer) => writeUntilCutOff(String(round), writer, killed.signal));
  await sleep(100 + Math.random() * 500);
  await kill(VICTIMS[round % VICTIMS.length] ?? 'gateway');
  killed.abort();
  await Promise.all(writers);
  return findDamage();
}

/** How many calls were cut off: none would mean that nothing was tested. */
function cutOff(): number {
  return run.batches.filter((batch) => batch.pending !== undefined).length;
}

describe('nothing acknowledged is lost and no batch is half there', () => {
  it(`with the ${[...new Set(VICTIMS)].join(' and the ')} killed in the midst of writes, ${String(KILLS)} times`, async () => {
    const damage: object[] = [];
    for (let round = 0; round < KILLS && damage.length === 0; round += 1) damage.push(...(await playRound(round)));
    expect(damage).toEqual([]);
    // a kill between two statements cuts off none
    expect(cutOff()).toBeGreaterThanOrEqual(KILLS / 2);
  });

  it('and every acknowledged batch can be found by search afterwards', async () => {
    const answer = await call('query', { query_embeddings: [[0, 1, 2]], n_results: 1_000_000, include: [] });
    const [found] = fieldsOf(answer ?? { status: 0, text: 'null' }).get('ids') as readonly (readonly string[])[];
    const settled = run.batches.filter((batch) => batch.pending === undefined && batch.version > 0);
    const ids = new Set(found);
    const missing = settled.flatMap(idsOf).filter((id) => !ids.has(id));
    expect(settled.length).toBeGreaterThan(KILLS);
    expect(missing).toEqual([]);
  });
});
