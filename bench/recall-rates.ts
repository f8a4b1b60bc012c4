import type { DatasetSource } from './datasets/datasets.js';
import { type RestartableEngine, startBeside, startChroma } from './engines.js';
import { HttpClient } from './http-client.js';
import { CLIENTS, forMilliseconds, inParallel, median } from './measure.js';
import { ASKED, findAll, type Found, INDEX_SETTINGS, type Questions, questionsOf, withMeasured } from './recall-loaded.js';
import { RecallSession } from './recall-session.js';

/** How much is measured. */
export interface RateOptions {
  readonly queries: number;
  readonly rounds: number;
  readonly cellMs: number;
  /** Requests before each cell that do not count. */
  readonly warmUp: number;
  /** Chroma's `ef_search`, ascending. */
  readonly efSearches: readonly number[];
}

/** Rate and latency of so many clients: the medians of the rounds. */
export interface RateCell {
  readonly clients: number;
  readonly perSecond: number;
  readonly p50: number;
}

/** What one setting of one engine has shown. */
export interface RatePoint extends Found {
  readonly engine: 'Polyvec' | 'Chroma';
  /** `POLYVEC_RECALL`, or `ef_search`. */
  readonly setting: number;
  readonly cells: readonly RateCell[];
}

/** All points of a data set. */
export interface RateSet {
  readonly questions: Questions;
  readonly points: readonly RatePoint[];
}

/** One setting of one engine. */
interface Contender {
  readonly engine: RatePoint['engine'];
  readonly setting: number;
  readonly session: RecallSession;
  readonly url: string;
  /** Makes the engine answer by the setting. */
  readonly enter: () => Promise<void>;
}

export const CLIENT_COUNTS = [1, CLIENTS];
const SETTLE_MS = 2_000;
const MAX_SETTLES = 100;

/** Loads the data set into both engines, and measures recall and rates of each of their settings, in turn. */
export async function measureRates(
  source: DatasetSource,
  server: string,
  signal: AbortSignal,
  options: RateOptions,
): Promise<RateSet> {
  const questions = await stage(`${source.name}: data and truth`, () => questionsOf(source, options.queries));
  signal.throwIfAborted();
  const closes: (() => unknown)[] = [];
  const loading = performance.now();
  const points = await withMeasured(questions, server, signal, async ({ databaseUrl }, session) => {
    console.error(`${source.name}: Polyvec loaded, indexed and measured: ${secondsSince(loading)}`);
    try {
      const polyvec = await polyvecContenders(databaseUrl, session, signal, closes);
      const chroma = await stage(`${source.name}: Chroma loaded and indexed`, () =>
        chromaContenders(questions, options, signal, closes),
      );
      // gateways look for work when they start
      await stage(`${source.name}: gateways at rest`, () => session.built(signal));
      return await stage(`${source.name}: measured`, () => measureAll([...polyvec, ...chroma], questions, options, signal));
    } finally {
      for (const close of closes.reverse()) await Promise.resolve(close()).catch(console.error);
    }
  });
  return { questions, points };
}

/** Polyvec with each setting, on the database that the session's gateway has filled. */
async function polyvecContenders(
  databaseUrl: string,
  filled: RecallSession,
  signal: AbortSignal,
  closes: (() => unknown)[],
): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  for (const setting of ASKED) {
    const beside = await startBeside(databaseUrl, signal, { ...INDEX_SETTINGS, POLYVEC_RECALL: String(setting) });
    closes.push(() => beside.stop());
    const session = filled.at(beside.url);
    closes.push(() => {
      session.close();
    });
    contenders.push({ engine: 'Polyvec', setting, session, url: beside.url, enter: () => Promise.resolve() });
  }
  return contenders;
}

/** Chroma's server, filled, with each `ef_search`: it keeps the one that it has opened an index with, until it is started again. */
async function chromaContenders(
  questions: Questions,
  { efSearches }: RateOptions,
  signal: AbortSignal,
  closes: (() => unknown)[],
): Promise<readonly Contender[]> {
  const server = await startChroma(signal);
  closes.push(() => server.stop());
  const session = new RecallSession(server.url, undefined, questions.dataset, questions.attributes);
  closes.push(() => {
    session.close();
  });
  await session.load();
  await settled(session, questions, signal);
  return efSearches.map((setting) => ({
    engine: 'Chroma',
    setting,
    session,
    url: server.url,
    enter: () => configured(server, session, setting),
  }));
}

async function configured(server: RestartableEngine, session: RecallSession, efSearch: number): Promise<void> {
  await session.configure({ ef_search: efSearch });
  await server.restart();
}

/** Waits until recall does not rise any more: Chroma's server does not tell what it has indexed. */
async function settled(session: RecallSession, questions: Questions, signal: AbortSignal): Promise<void> {
  let known = -1;
  for (let look = 0; look < MAX_SETTLES; look += 1) {
    const { recall } = await findAll(session, questions, 0);
    if (recall <= known) return;
    known = recall;
    await new Promise((wake) => setTimeout(wake, SETTLE_MS));
    signal.throwIfAborted();
  }
  throw new Error("Chroma's recall rises and rises");
}

/** Rates of all contenders in turn, round by round; their recall before the first of these. */
async function measureAll(
  contenders: readonly Contender[],
  questions: Questions,
  options: RateOptions,
  signal: AbortSignal,
): Promise<readonly RatePoint[]> {
  const found = new Map<Contender, Found>();
  const rounds = new Map<Contender, RateCell[]>();
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contender of contenders) {
      signal.throwIfAborted();
      await contender.enter();
      if (round === 0) found.set(contender, await findAll(contender.session, questions, 0));
      rounds.set(contender, [...(rounds.get(contender) ?? []), ...(await measureTurn(contender, options))]);
    }
  }
  return contenders.map((contender) => {
    const { engine, setting } = contender;
    const cells = rounds.get(contender) ?? [];
    const recalled = found.get(contender) ?? { recall: 0, milliseconds: [], plan: '' };
    return { engine, setting, ...recalled, cells: CLIENT_COUNTS.map((clients) => middle(clients, cells)) };
  });
}

/** A cell for each number of clients, by the same queries as recall. */
async function measureTurn(
  { engine, setting, session, url }: Contender,
  { queries, warmUp, cellMs }: RateOptions,
): Promise<RateCell[]> {
  const requests = Array.from({ length: queries }, (_, query) => session.queryRequest(query, undefined));
  const http = new HttpClient(url);
  let turn = 0;
  const next = async (): Promise<void> => {
    const request = requests[turn++ % requests.length];
    if (request !== undefined) await http.send(request);
  };
  try {
    const cells: RateCell[] = [];
    for (const clients of CLIENT_COUNTS) {
      await inParallel(warmUp, next, clients);
      cells.push({ ...(await forMilliseconds(cellMs, next, clients)), clients });
    }
    console.error(`${engine} ${String(setting)}: ${cells.map(({ perSecond }) => perSecond.toFixed(0)).join(' / ')}`);
    return cells;
  } finally {
    http.close();
  }
}

function middle(clients: number, cells: readonly RateCell[]): RateCell {
  const own = cells.filter((cell) => cell.clients === clients);
  return { clients, perSecond: median(own.map((cell) => cell.perSecond)), p50: median(own.map((cell) => cell.p50)) };
}

async function stage<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const before = performance.now();
  const result = await work();
  console.error(`${what}: ${secondsSince(before)}`);
  return result;
}

function secondsSince(before: number): string {
  return `${((performance.now() - before) / 1_000).toFixed(1)} s`;
}
