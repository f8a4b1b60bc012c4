import type { DatasetSource } from './datasets/datasets.js';
import { startBeside } from './engines.js';
import { cellOf } from './measure.js';
import { ASKED, findAll, type Found, INDEX_SETTINGS, isKept, questionsOf, withMeasured } from './recall-loaded.js';
import { markdownTable, provenance } from './report.js';

/** What one value of `POLYVEC_RECALL` has shown on one data set, by queries without a filter. */
export interface SettingRow extends Found {
  readonly dataset: string;
  readonly asked: number;
}

const WARM_UP = 5;

/** Loads the data set once, waits until recall was measured, and asks gateways of each setting for the neighbours of `count` queries. */
export async function measureSettings(
  source: DatasetSource,
  server: string,
  signal: AbortSignal,
  count: number,
): Promise<readonly SettingRow[]> {
  const questions = await questionsOf(source, count);
  return withMeasured(questions, server, signal, async ({ databaseUrl }, session) => {
    const rows: SettingRow[] = [];
    for (const asked of ASKED) {
      const beside = await startBeside(databaseUrl, signal, { ...INDEX_SETTINGS, POLYVEC_RECALL: String(asked) });
      const own = session.at(beside.url);
      try {
        rows.push({ dataset: questions.dataset.name, asked, ...(await findAll(own, questions, WARM_UP)) });
      } finally {
        own.close();
        await beside.stop();
      }
    }
    return rows;
  });
}

/** How far searches have looked, and why, as the gateway tells it. */
export function effortOf(plan: string): string {
  const ef = /ef=(\d+); reason=([^;]+)/.exec(plan);
  return ef === null ? plan.split(';', 2).join(',') || '-' : `${ef[1] ?? ''}, ${ef[2] ?? ''}`;
}

/** A Markdown table of asked, measured and cost, behind what it was measured by. */
export function settingsTable(rows: readonly SettingRow[], queries: number): string {
  const introduction =
    `recall@10 of ${String(queries)} queries without a filter, one at a time; in bold where it is more than 0.01 below what was ` +
    `asked for. ${provenance('npm run bench -- recall --settings')}`;
  return [
    introduction,
    '',
    ...markdownTable(['asked', 'recall@10', 'ef_search, reason', 'p50 ms', 'p95 ms'], rows.map(line)),
  ].join('\n');
}

function line({ dataset, asked, recall, plan, milliseconds }: SettingRow): readonly string[] {
  const { p50, p95 } = cellOf(milliseconds, 1);
  const shown = isKept(asked, recall) ? recall.toFixed(3) : `**${recall.toFixed(3)}**`;
  return [dataset, String(asked), shown, effortOf(plan), p50.toFixed(1), p95.toFixed(1)];
}
