import pg from 'pg';
import type { Dataset } from './datasets/dataset.js';
import type { DatasetSource } from './datasets/datasets.js';
import { type Engine, startServer } from './engines.js';
import { type Attributes, attributesOf, filterCases, matcher } from './recall-filters.js';
import { RecallSession } from './recall-session.js';
import { judge, type Truth, truths } from './recall-truth.js';

/** Values of `POLYVEC_RECALL` that are measured. */
export const ASKED = [0.95, 0.98, 0.995];
/** So much less than asked is the sample's own error. */
const TOLERANCE = 0.01;
/** Small data sets are indexed, too. */
export const INDEX_SETTINGS = {
  POLYVEC_INDEX_MEMORY_MB: '4096',
  POLYVEC_DEDICATED_MIN_FLOATS: '1000000',
  POLYVEC_INDEX_MIN_FLOATS: '1000000',
};
const MAX_WAIT_MS = 20 * 60_000;
const POLL_MS = 500;

/** A data set, and the exact answers to its first queries, without a filter. */
export interface Questions {
  readonly dataset: Dataset;
  readonly attributes: Attributes;
  readonly truths: readonly Truth[];
}

/** What answers to all questions, one at a time, were like. */
export interface Found {
  /** The mean over the queries. */
  readonly recall: number;
  readonly milliseconds: readonly number[];
  /** Of the last query, with its figures; empty of Chroma's server. */
  readonly plan: string;
}

export function isKept(asked: number, measured: number): boolean {
  return measured >= asked - TOLERANCE;
}

/** The data set, with the truth of its first `count` queries. */
export async function questionsOf(source: DatasetSource, count: number): Promise<Questions> {
  const dataset = await source.make();
  const attributes = attributesOf(dataset);
  const [unfiltered] = filterCases(dataset);
  if (unfiltered === undefined) throw new Error('every data set has queries without a filter');
  const [expected = []] = await truths(dataset, attributes, [unfiltered], count);
  return { dataset, attributes, truths: expected };
}

/**
 * Polyvec with the data set loaded and indexed for the largest recall that is asked for, so that no gateway beside it builds another
 * index, and the recall measured. `work` is done with it, then it ends.
 */
export async function withMeasured<Result>(
  { dataset, attributes }: Questions,
  server: string,
  signal: AbortSignal,
  work: (engine: Engine & { readonly databaseUrl: string }, session: RecallSession) => Promise<Result>,
): Promise<Result> {
  const engine = await startServer(server, signal, { ...INDEX_SETTINGS, POLYVEC_RECALL: String(Math.max(...ASKED)) });
  const session = new RecallSession(engine.url, engine.databaseUrl, dataset, attributes);
  try {
    await session.load();
    await session.built(signal);
    await measured(session, engine.databaseUrl, signal);
    return await work(engine, session);
  } finally {
    session.close();
    await engine.stop();
  }
}

/** Asks all questions, after `warmUp` of the queries behind them. */
export async function findAll(session: RecallSession, questions: Questions, warmUp: number): Promise<Found> {
  const { dataset, attributes, truths: expected } = questions;
  for (let extra = 0; extra < warmUp; extra += 1) await session.query(expected.length + extra, undefined);
  const recalls: number[] = [];
  const milliseconds: number[] = [];
  let plan = '';
  for (const [query, truth] of expected.entries()) {
    const answer = await session.query(query, undefined);
    recalls.push(judge(dataset, truth, query, answer.rows, matcher(attributes, {})).recall ?? 1);
    milliseconds.push(answer.milliseconds);
    plan = answer.wholePlan ?? '';
  }
  return { recall: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length, milliseconds, plan };
}

/** Waits until the recall of the indexes that there are was measured, and nothing has come of it: another form of index, for example. */
async function measured(session: RecallSession, databaseUrl: string, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const start = performance.now(); performance.now() - start < MAX_WAIT_MS;) {
      signal.throwIfAborted();
      if (await isMeasured(client)) {
        await session.built(signal);
        if (await isMeasured(client)) return;
      }
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
    throw new Error('recall was not measured');
  } finally {
    await client.end();
  }
}

/** A look at what an index may hold comes before the index, and has no points. */
async function isMeasured(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM polyvec.recall_measurements m WHERE json_array_length(m.points) > 0 AND NOT EXISTS (
       SELECT FROM polyvec.vector_indexes v WHERE v.collection_id = m.collection_id AND v.id::text <> ALL (m.indexes))`,
  );
  return rowCount !== 0;
}
