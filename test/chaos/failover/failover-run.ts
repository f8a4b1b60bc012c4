import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet } from '../../support/gateway/gateway-fleet.js';
import type { Instance } from '../promotion/promotion-transports.js';
import { createTarget, lostOf, startWriters, type Writers } from './failover-writers.js';
import { type PatroniCluster, startPatroniCluster } from './patroni-cluster.js';

/** What was done and found. */
export interface FailoverFigures {
  readonly failovers: Record<Cause, number>;
  /** Writes, of all protocols. */
  acknowledged: number;
  /** Answers that asked to come again. */
  refused: number;
  readonly lost: readonly string[];
  readonly unexplained: readonly string[];
  /** From the fault to the moment at which every protocol had written again, in seconds, in the order of the failovers. */
  readonly outages: number[];
}

export type Cause = 'Postgres killed' | 'node killed' | 'node frozen' | 'switchover';

const CAUSES: readonly Cause[] = ['Postgres killed', 'node killed', 'node frozen', 'switchover'];
/** Between failovers, every writer writes at least so many records. */
const WRITES_BETWEEN = 50;
/** As an orchestrator asks. */
const PROBE_MS = 1_000;
const RECOVERY_LIMIT_MS = 180_000;

/** Lets the primary fail again and again, for one reason after the other, while clients of all protocols write. */
export async function runFailovers(options: {
  readonly failovers: number;
  readonly instances: number;
  readonly front: 'hosts' | 'haproxy';
  readonly onProgress?: (text: string) => void;
}): Promise<FailoverFigures> {
  const failovers: Record<Cause, number> = { 'Postgres killed': 0, 'node killed': 0, 'node frozen': 0, switchover: 0 };
  const outages: number[] = [];
  const cluster = await startPatroniCluster(options.front);
  try {
    const fleet = await startFleet({ DATABASE_URL: cluster.url }, options.instances);
    const instances = fleet.members.map(({ instance }) => instance);
    const [instance] = instances;
    if (instance === undefined) throw new Error('no gateway runs');
    const probes = startProbes(instances);
    try {
      const target = await createTarget(instance, 'failover');
      const writers = startWriters(instances, target);
      try {
        let lost: readonly string[] = [];
        for (let number = 0; number < options.failovers && lost.length + unexplainedOf(writers).length === 0; number += 1) {
          const cause = CAUSES[number % CAUSES.length] ?? 'switchover';
          outages.push(await failOver(cluster, writers, cause));
          failovers[cause] += 1;
          options.onProgress?.(`${String(number + 1)}: ${cause}, ${outages.at(-1)?.toFixed(1) ?? ''} s`);
          lost = await lostOf(writers.written, instance, target);
        }
      } finally {
        await writers.stop();
      }
      const { written } = writers;
      return {
        failovers,
        acknowledged: written.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
        refused: written.reduce((sum, { refused }) => sum + refused, 0),
        lost: await lostOf(written, instance, target),
        unexplained: unexplainedOf(writers),
        outages,
      };
    } finally {
      await probes.stop();
      await fleet.stop();
    }
  } finally {
    await cluster.stop();
  }
}

/** The seconds until every protocol had written again. */
async function failOver(cluster: PatroniCluster, writers: Writers, cause: Cause): Promise<number> {
  const leader = await cluster.settled();
  await written(writers, WRITES_BETWEEN);
  const started = performance.now();
  await strike(cluster, cause, leader);
  await cluster.leader(leader);
  await written(writers, 1);
  const seconds = (performance.now() - started) / 1_000;
  await written(writers, WRITES_BETWEEN);
  // as its watchdog would: one that woke up would take the lead back, Patroni alone does not prevent it
  if (cause === 'node frozen') await cluster.killNode(leader);
  if (cause === 'node killed' || cause === 'node frozen') await cluster.restore(leader);
  return seconds;
}

async function strike(cluster: PatroniCluster, cause: Cause, leader: string): Promise<void> {
  switch (cause) {
    case 'Postgres killed':
      return cluster.killPostgres(leader);
    case 'node killed':
      return cluster.killNode(leader);
    case 'node frozen':
      return cluster.freeze(leader);
    case 'switchover':
      return cluster.switchOver(leader);
  }
}

/** Resolves when every writer has written so many more, or has found what is unexplained. */
async function written({ written: all }: Writers, more: number): Promise<void> {
  const before = all.map(({ acknowledged }) => acknowledged.length);
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  while (performance.now() < deadline) {
    if (all.every(({ acknowledged }, index) => acknowledged.length >= (before[index] ?? 0) + more)) return;
    if (all.some(({ unexplained }) => unexplained.length > 0)) return;
    await sleep(20);
  }
  throw new Error(`not everybody writes again: ${JSON.stringify(all.map(({ acknowledged }) => acknowledged.length))}`);
}

function unexplainedOf({ written: all }: Writers): readonly string[] {
  return all.flatMap(({ unexplained }) => unexplained);
}

/** Asks every instance whether it is ready, whatever it says. */
function startProbes(instances: readonly Instance[]): { stop(): Promise<void> } {
  let isOver = false;
  const loops = instances.map(async ({ consoleUrl }) => {
    while (!isOver) {
      await fetch(`${consoleUrl}/readyz`).then(
        (answer) => answer.text(),
        () => undefined,
      );
      await sleep(PROBE_MS);
    }
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
