import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestStorage } from '../../support/gateway/gateway.js';
import { startFleet } from '../../support/gateway/gateway-fleet.js';
import { randomFrom } from '../promotion/promotion-writer.js';
import { createSoakLoad, Refusal, type SoakLoad } from './soak-load.js';

/** What the gateway was like at a moment. */
export interface Sample {
  readonly minute: number;
  readonly megabytes: number;
  /** Open files and sockets. */
  readonly handles: number;
  /** Connections to Postgres. */
  readonly connections: number;
}

export interface SoakFigures {
  requests: number;
  /** Requests that were due and not sent, because too many were under way. */
  late: number;
  /** Answers that say when to come again. */
  refused: number;
  /** What came back instead of a success or a refusal. */
  errors: number;
  /** The first of them. */
  readonly shown: string[];
  readonly samples: Sample[];
}

/** How often requests become due, and how many are under way at most. */
const BEAT_MS = 20;
const MOST_AT_A_TIME = 64;
const MAX_SHOWN = 10;

/** One gateway in a process of its own on this storage, with so many requests a second. */
export async function runSoak(
  storage: TestStorage,
  options: {
    readonly minutes: number;
    readonly rate: number;
    readonly seed: number;
    readonly sampleMs: number;
    readonly onSample?: (sample: Sample) => void;
  },
): Promise<SoakFigures> {
  const figures: SoakFigures = { requests: 0, late: 0, refused: 0, errors: 0, shown: [], samples: [] };
  const fleet = await startFleet(storage.environment, 1);
  try {
    const [member] = fleet.members;
    if (member === undefined) throw new Error('no gateway');
    const load = await createSoakLoad(member.instance, randomFrom(options.seed));
    const started = performance.now();
    const minute = (): number => (performance.now() - started) / 60_000;
    const isOver = (): boolean => minute() >= options.minutes;
    const watching = watch(member.process, storage, { ...options, minute, isOver }, figures);
    await send(load, options.rate, isOver, figures);
    await watching;
    load.close();
  } finally {
    await fleet.stop();
  }
  return figures;
}

/** Requests as they become due, whether those before have been answered or not. */
async function send(load: SoakLoad, rate: number, isOver: () => boolean, figures: SoakFigures): Promise<void> {
  const started = performance.now();
  const underWay = new Set<Promise<void>>();
  let due = 0;
  while (!isOver()) {
    for (const wanted = ((performance.now() - started) / 1_000) * rate; due < wanted; due += 1) {
      if (underWay.size >= MOST_AT_A_TIME) {
        figures.late += 1;
        continue;
      }
      const request: Promise<void> = one(load, figures).finally(() => underWay.delete(request));
      underWay.add(request);
    }
    await sleep(BEAT_MS);
  }
  await Promise.all(underWay);
}

async function one(load: SoakLoad, figures: SoakFigures): Promise<void> {
  figures.requests += 1;
  try {
    await load.one();
  } catch (error) {
    if (error instanceof Refusal) {
      figures.refused += 1;
      return;
    }
    figures.errors += 1;
    if (figures.shown.length < MAX_SHOWN) figures.shown.push(String(error));
  }
}

async function watch(
  gateway: ChildProcess,
  storage: TestStorage,
  times: {
    readonly sampleMs: number;
    readonly onSample?: (sample: Sample) => void;
    readonly minute: () => number;
    readonly isOver: () => boolean;
  },
  figures: SoakFigures,
): Promise<void> {
  while (!times.isOver()) {
    await sleep(times.sampleMs);
    const pid = String(gateway.pid);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const sample: Sample = {
      minute: times.minute(),
      megabytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / 1024,
      handles: (await readdir(`/proc/${pid}/fd`)).length,
      connections: await connectionsTo(storage.environment['DATABASE_URL']),
    };
    figures.samples.push(sample);
    times.onSample?.(sample);
  }
}

/** Those of gateways; 0 for the embedded engine, which takes them in its own process. */
async function connectionsTo(url: string | undefined): Promise<number> {
  if (url === undefined) return 0;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'polyvec%'`,
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

/** The growth of a figure per minute, by least squares over the samples from this minute on. */
export function slopeOf(samples: readonly Sample[], figure: 'megabytes' | 'handles', fromMinute: number): number {
  const points = samples.filter(({ minute }) => minute >= fromMinute);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ minute }) => minute)), mean(points.map((point) => point[figure]))];
  const covariance = points.reduce((sum, point) => sum + (point.minute - x) * (point[figure] - y), 0);
  return covariance / points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
}

/** Of each minute the sample with the least of a figure: garbage and connections come and go with the load, what is kept stays. */
export function leastOfMinutes(samples: readonly Sample[], figure: 'megabytes' | 'handles'): readonly Sample[] {
  const byMinute = new Map<number, Sample>();
  for (const sample of samples) {
    const minute = Math.floor(sample.minute);
    const known = byMinute.get(minute);
    if (known === undefined || sample[figure] < known[figure]) byMinute.set(minute, sample);
  }
  return [...byMinute.values()];
}
