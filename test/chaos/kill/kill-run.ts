import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { createFleetIndex, type Fleet, startFleet } from '../../support/gateway/gateway-fleet.js';
import { createOwnPostgres, type OwnPostgres } from '../../support/servers/own-postgres.js';
import { type Instance, pineconeTransport, vectorizerTransport } from '../promotion/promotion-transports.js';
import { oneOf, type Random, randomFrom } from '../promotion/promotion-writer.js';
import {
  type Batch,
  BatchWriter,
  DIMENSION,
  type KillTarget,
  type Protocol,
  PROTOCOLS,
  recordText,
  stateOf,
} from './kill-batches.js';

/** What was done and found. */
export interface KillFigures {
  readonly kills: Record<Victim, number>;
  /** Batches of which a request was acknowledged. */
  acknowledged: number;
  /** Batches of which one was cut off or refused: none would mean that nothing was tested. */
  unacknowledged: number;
  /** Acknowledged batches that are not as they were left. */
  lost: number;
  /** Batches of which a part is there, or parts of two versions. */
  partial: number;
  /** Batches, or counts of a protocol, that are not what everything sent again leaves. */
  diverged: number;
  readonly complaints: string[];
}

export type Victim = 'Postgres' | 'gateway' | 'backend';

const VICTIMS: readonly Victim[] = ['Postgres', 'gateway', 'backend'];
const WRITERS = 8;
/** A request for everything that was cut off is sent again so often, at any instance. */
const ATTEMPTS = 100;
/** Collections get tables of their own, and indexes, in the midst of it. */
const TIERS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '4000',
  POLYVEC_INDEX_MIN_FLOATS: '4000',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

interface Scene {
  readonly postgres: OwnPostgres;
  readonly fleet: Fleet;
  readonly figures: KillFigures;
  readonly random: Random;
}

interface Round {
  readonly target: KillTarget;
  readonly batches: Batch[];
}

/** Writes through all protocols while a gateway, Postgres or a backend of it is killed, round after round, each in a collection of its own. */
export async function runKills(options: {
  readonly rounds: number;
  readonly instances: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}): Promise<KillFigures> {
  const kills = { Postgres: 0, gateway: 0, backend: 0 };
  const figures: KillFigures = { kills, acknowledged: 0, unacknowledged: 0, lost: 0, partial: 0, diverged: 0, complaints: [] };
  const postgres = await createOwnPostgres();
  try {
    await postgres.start();
    const fleet = await startFleet({ DATABASE_URL: postgres.url }, options.instances, TIERS);
    const scene = { postgres, fleet, figures, random: randomFrom(options.seed) };
    try {
      const rounds: Round[] = [];
      for (let number = 0; number < options.rounds && figures.complaints.length === 0; number += 1) {
        rounds.push(await playRound(scene, VICTIMS[number % VICTIMS.length] ?? 'gateway'));
        if (number % 10 === 9) options.onProgress?.(`round ${String(number + 1)} of ${String(options.rounds)}`);
      }
      // what was whole after its own round must still be after all the others
      for (const round of rounds) await checkResent(scene, round);
    } finally {
      await fleet.stop();
    }
  } finally {
    await postgres.remove();
  }
  return figures;
}

async function playRound(scene: Scene, victim: Victim): Promise<Round> {
  const name = `k-${randomUUID()}`;
  const instance = anyInstance(scene);
  const { host } = await createFleetIndex(instance, { name, dimension: DIMENSION, metric: 'euclidean' });
  const { id: uuid } = (await new ChromaApi(instance.chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  const round: Round = { target: { uuid, name, host }, batches: [] };
  let isOver = false;
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    write(scene, round, PROTOCOLS[index % PROTOCOLS.length] ?? 'Chroma', () => isOver),
  );
  try {
    await sleep(300 + scene.random(700));
    await kill(scene, victim);
    await sleep(scene.random(200));
  } finally {
    isOver = true;
    await Promise.all(writers);
  }
  await checkAfterKill(scene, round);
  await resend(scene, round);
  await checkResent(scene, round);
  return round;
}

/** Batch after batch: writes it, overwrites it, deletes it; one that is cut off stays as it is. */
async function write(scene: Scene, round: Round, protocol: Protocol, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const batch: Batch = { name: randomUUID().slice(0, 13), version: 0, pending: undefined };
    round.batches.push(batch);
    const steps = 1 + scene.random(4);
    for (let step = 1; step <= steps && batch.pending === undefined; step += 1) {
      // any instance, the dead one too
      const writer = new BatchWriter(oneOf(scene.fleet.members, scene.random).instance, round.target);
      const version = step > 1 && scene.random(4) === 0 ? 0 : batch.version + step;
      batch.pending = { version, protocol };
      if (await writer.send(batch, version, protocol)) settle(batch, version);
      writer.close();
    }
    scene.figures.acknowledged += batch.version > 0 || batch.pending === undefined ? 1 : 0;
    scene.figures.unacknowledged += batch.pending === undefined ? 0 : 1;
    // those that are refused come back faster
    await sleep(batch.pending === undefined ? 5 : 20);
  }
}

function settle(batch: Batch, version: number): void {
  batch.version = version;
  batch.pending = undefined;
}

/** Kills, and brings back what was killed. */
async function kill(scene: Scene, victim: Victim): Promise<void> {
  const { fleet, postgres, figures } = scene;
  figures.kills[victim] += 1;
  switch (victim) {
    case 'Postgres':
      await postgres.kill();
      return postgres.start();
    case 'gateway': {
      const index = scene.random(fleet.members.length);
      await fleet.kill(index);
      return fleet.replace(index);
    }
    case 'backend':
      process.kill(await busyBackend(postgres.url), 'SIGKILL');
  }
}

/** One that works for a gateway, if possible just now. Its server starts all the others anew. */
async function busyBackend(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  // it is ended, too
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'polyvec%' ORDER BY state <> 'active', random() LIMIT 1`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('no gateway is connected');
    return row.pid;
  } finally {
    await client.end();
  }
}

/** Every batch is as its last acknowledged request left it, or as the one that was cut off would have. */
async function checkAfterKill({ fleet, random, figures }: Scene, { target, batches }: Round): Promise<void> {
  const found = await readBatches(oneOf(fleet.members, random).instance, target);
  for (const batch of batches) {
    const is = found.get(batch.name) ?? [];
    const allowed = [batch.version, batch.pending?.version ?? batch.version];
    if (allowed.some((version) => isSame(is, stateOf(batch, version)))) continue;
    const isWhole = Array.from({ length: 20 }, (_, version) => stateOf(batch, version)).some((state) => isSame(is, state));
    if (isWhole) figures.lost += 1;
    else figures.partial += 1;
    figures.complaints.push(`${JSON.stringify(batch)} is ${isWhole ? 'whole' : 'in parts'}: ${is.join('; ')}`);
  }
}

/** Sends everything again that was not acknowledged, until it is. */
async function resend({ fleet, figures, random }: Scene, { target, batches }: Round): Promise<void> {
  for (const batch of batches) {
    for (let attempt = 0; batch.pending !== undefined && attempt < ATTEMPTS; attempt += 1) {
      const { version, protocol } = batch.pending;
      const writer = new BatchWriter(oneOf(fleet.members, random).instance, target);
      if (await writer.send(batch, version, protocol)) settle(batch, version);
      else await sleep(100);
      writer.close();
    }
    if (batch.pending !== undefined) diverge(figures, `${batch.name} is not acknowledged after ${String(ATTEMPTS)} attempts`);
  }
}

/** Contents and counts are those of the model, at every instance. */
async function checkResent({ fleet, figures }: Scene, { target, batches }: Round): Promise<void> {
  const expected = batches.reduce((sum, batch) => sum + stateOf(batch, batch.version).length, 0);
  const named = { ...target, metric: 'l2', renames: 0 } as const;
  for (const { instance } of fleet.members) {
    const found = await readBatches(instance, target);
    for (const batch of batches) {
      const is = found.get(batch.name) ?? [];
      if (!isSame(is, stateOf(batch, batch.version))) diverge(figures, `${JSON.stringify(batch)} is ${is.join('; ')}`);
    }
    const counts = [
      [...found.values()].reduce((sum, state) => sum + state.length, 0),
      await pineconeTransport(instance, named, '').count(),
      await vectorizerTransport(instance, named).count(),
    ];
    if (counts.some((count) => count !== expected)) diverge(figures, `${String(expected)} records, counted ${counts.join(', ')}`);
  }
}

function diverge(figures: KillFigures, text: string): void {
  figures.diverged += 1;
  figures.complaints.push(text);
}

/** All records, by batch. Until the database is back the answer may be 503, which promises nothing and asks to try again. */
async function readBatches({ chromaUrl }: Instance, { uuid }: KillTarget): Promise<ReadonlyMap<string, readonly string[]>> {
  const api = new ChromaApi(chromaUrl);
  for (let attempt = 1; ; attempt += 1) {
    const body = { include: ['metadatas', 'embeddings'] };
    const answer = await api.call(`${COLLECTIONS}/${uuid}/get`, { body });
    if (answer.status === 200) return byBatch(answer.body as Columns);
    if (answer.status < 500 || attempt === ATTEMPTS) throw new Error(`get: ${String(answer.status)} ${answer.text}`);
    await sleep(200);
  }
}

interface Columns {
  readonly ids: readonly string[];
  readonly embeddings: readonly (readonly number[])[];
  readonly metadatas: readonly { readonly batch: string; readonly version: number }[];
}

function byBatch({ ids, embeddings, metadatas }: Columns): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  ids.forEach((id, index) => {
    const metadata = metadatas[index];
    if (metadata === undefined) return;
    const texts = found.get(metadata.batch) ?? [];
    found.set(metadata.batch, texts);
    texts.push(recordText(id, metadata.version, embeddings[index]));
  });
  for (const texts of found.values()) texts.sort();
  return found;
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

function anyInstance({ fleet, random }: Scene): Instance {
  return oneOf(fleet.members, random).instance;
}
