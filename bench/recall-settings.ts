import pg from 'pg';
import { type DatasetSource } from './datasets/datasets.js';
import { startBeside, startServer } from './engines.js';
import { cellOf } from './measure.js';
import { attributesOf, filterCases, matcher } from './recall-filters.js';
import { RecallSession } from './recall-session.js';
import { judge, truths } from './recall-truth.js';

/** What one value of `POLYVEC_RECALL` has shown on one data set, by queries without a filter. */
export interface SettingRow {
  readonly dataset: string;
  readonly asked: number;
  /** What searches used: their plan, as the gateway tells it. */
  readonly plan: string;
  readonly measured: number;
  readonly milliseconds: readonly number[];
}

export const ASKED = [0.95, 0.98, 0.995];
/** So much less than asked is the sample's own error. */
const TOLERANCE = 0.01;
/** Small data sets are indexed, too. */
const SETTINGS = {
  POLYVEC_INDEX_MEMORY_MB: '4096',
  POLYVEC_DEDICATED_MIN_FLOATS: '1000000',
  POLYVEC_INDEX_MIN_FLOATS: '1000000',
};
const WARM_UP = 5;
const MAX_WAIT_MS = 600_000;
const POLL_MS = 500;

export function isKept({ asked, measured }: SettingRow): boolean {
  return measured >= asked - TOLERANCE;
}

/** Loads the data set once, waits until recall was measured, and asks gateways of each setting for the neighbours of `count` queries. */
export async function measureSettings(
  source: DatasetSource,
  server: string,
  signal: AbortSignal,
  count: number,
): Promise<readonly SettingRow[]> {
  const dataset = await source.make();
  const attributes = attributesOf(dataset);
  const [unfiltered] = filterCases(dataset);
  if (unfiltered === undefined) return [];
  const [expected = []] = await truths(dataset, attributes, [unfiltered], count);
  const engine = await startServer(server, signal, SETTINGS);
  const session = new RecallSession(engine.url, engine.databaseUrl, dataset, attributes);
  const rows: SettingRow[] = [];
  try {
    await session.load();
    await session.built(signal);
    await measurement(engine.databaseUrl, signal);
    for (const asked of ASKED) {
      const beside = await startBeside(engine.databaseUrl, signal, { ...SETTINGS, POLYVEC_RECALL: String(asked) });
      const own = session.at(beside.url);
      try {
        for (let extra = 0; extra < WARM_UP; extra += 1) await own.query(count + extra, undefined);
        const recalls: number[] = [];
        const milliseconds: number[] = [];
        let plan = '';
        for (const [query, truth] of expected.entries()) {
          const answer = await own.query(query, undefined);
          recalls.push(judge(dataset, truth, query, answer.rows, matcher(attributes, {})).recall ?? 1);
          milliseconds.push(answer.milliseconds);
          plan = answer.wholePlan ?? '';
        }
        const measured = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
        rows.push({ dataset: dataset.name, asked, plan, measured, milliseconds });
      } finally {
        own.close();
        await beside.stop();
      }
    }
    return rows;
  } finally {
    session.close();
    await engine.stop();
  }
}

/** Waits until there is a measurement. */
async function measurement(databaseUrl: string, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const start = performance.now(); performance.now() - start < MAX_WAIT_MS;) {
      signal.throwIfAborted();
      const { rowCount } = await client.query('SELECT FROM polyvec.recall_measurements');
      if (rowCount !== 0) return;
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
    throw new Error('recall was not measured');
  } finally {
    await client.end();
  }
}

/** A Markdown table. */
export function settingsTable(rows: readonly SettingRow[]): string {
  const lines = rows.map((row) => {
    const { p50, p95 } = cellOf(row.milliseconds, 1);
    const shown = isKept(row) ? row.measured.toFixed(3) : `**${row.measured.toFixed(3)}**`;
    const ef = /ef=(\d+); reason=([^;]+)/.exec(row.plan);
    const effort = ef === null ? row.plan.split(';', 2).join(',') || '-' : `${ef[1] ?? ''}, ${ef[2] ?? ''}`;
    return `| ${[row.dataset, String(row.asked), shown, effort, p50.toFixed(1), p95.toFixed(1)].join(' | ')} |`;
  });
  return [
    '| data | asked | recall@10 | ef_search, reason | p50 ms | p95 ms |',
    '| --- | ---: | ---: | --- | ---: | ---: |',
    ...lines,
  ].join('\n');
}
