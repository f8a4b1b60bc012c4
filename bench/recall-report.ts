import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Dataset } from './datasets/dataset.js';
import { cellOf } from './measure.js';
import type { FilterCase } from './recall-filters.js';
import type { Built } from './recall-session.js';
import { wrapped } from './report.js';

const MINIMUM_RECALL = 0.95;
const NOTHING = '—';
const BEGIN = '<!-- recall:begin -->\n';
const END = '<!-- recall:end -->';

/** What one filter has shown on one data set. */
export interface RecallCell {
  readonly filter: FilterCase;
  /** How many records match: the mean over the queries. */
  readonly matching: number;
  /** The mean over the queries that have an answer; undefined when none has one. */
  readonly recall: number | undefined;
  /** Answers with too few rows, wrong ones, or in the wrong order. */
  readonly faulty: number;
  readonly milliseconds: readonly number[];
  /** How often each plan was taken. */
  readonly plans: ReadonlyMap<string, number>;
}

export interface RecallRun {
  readonly dataset: Dataset;
  readonly queries: number;
  readonly loadSeconds: number;
  readonly built: Built;
  readonly cells: readonly RecallCell[];
}

export function isGood({ recall, faulty }: RecallCell): boolean {
  return (recall ?? 1) >= MINIMUM_RECALL && faulty === 0;
}

/** A Markdown section: its heading is the name of the data set. */
export function recallSection(run: RecallRun): string {
  const lines = [
    `## ${run.dataset.name}`,
    '',
    wrapped(conditions(run)),
    '',
    '| filter | the matching records are | matching | recall@10 | faulty answers | p50 ms | p95 ms | plan |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...run.cells.map(cellLine),
  ];
  return lines.join('\n');
}

function conditions({ dataset, queries, loadSeconds, built }: RecallRun): string {
  const machine = `${String(cpus().length)} shared cores (${cpus()[0]?.model ?? 'unknown'}), ${String(Math.round(totalmem() / 2 ** 30))} GiB`;
  const indexes =
    built.indexes === 0
      ? 'no HNSW index'
      : `${String(built.indexes)} HNSW ${built.indexes === 1 ? 'index' : 'indexes'} of ${String(Math.round(built.indexBytes / 2 ** 20))} MiB`;
  const incomplete = built.isComplete ? '' : ' (not finished when the measurement began)';
  return (
    `${dataset.description}, distance ${dataset.space}; ${String(queries)} queries for each filter, one at a time. ` +
    `Load ${loadSeconds.toFixed(1)} s, indexing ${built.seconds.toFixed(1)} s more${incomplete}: ${indexes}, ` +
    `${built.unindexed.toLocaleString('en')} vectors outside. Measured on ${machine}, load ${loadavg()[0]?.toFixed(1) ?? '?'} at the end, ` +
    `on ${new Date().toISOString().slice(0, 10)}.`
  );
}

function cellLine(cell: RecallCell): string {
  const { filter, matching, recall, faulty, milliseconds } = cell;
  const { p50, p95 } = cellOf(milliseconds, 1);
  const shown = recall === undefined ? NOTHING : recall.toFixed(3);
  const values = [
    filter.name,
    placement(filter),
    Math.round(matching).toLocaleString('en'),
    isGood(cell) ? shown : `**${shown}**`,
    faulty === 0 ? '0' : `**${String(faulty)}**`,
    p50.toFixed(1),
    p95.toFixed(1),
    plansText(cell.plans),
  ];
  return `| ${values.join(' | ')} |`;
}

function placement({ relation }: FilterCase): string {
  switch (relation) {
    case 'none':
      return 'all';
    case 'random':
      return 'anywhere';
    case 'correlated':
      return 'near the query';
    case 'anti-correlated':
      return 'far from it';
  }
}

/** One plan by its name, several with how often each was taken, the most frequent first. */
function plansText(plans: ReadonlyMap<string, number>): string {
  const entries = [...plans].sort(([, left], [, right]) => right - left);
  if (entries.length === 0) return '-';
  return entries.length === 1
    ? (entries[0]?.[0] ?? '-')
    : entries.map(([plan, count]) => `${plan} × ${String(count)}`).join(', ');
}

/** Puts sections into the page, in place of those with the same heading; others stay. */
export async function writeSections(file: string, sections: readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${file} has no place for the tables: ${BEGIN.trim()} and ${END}`);
  await writeFile(
    file,
    `${text.slice(0, begin)}${BEGIN}${merged(text.slice(begin + BEGIN.length, end), sections)}\n${text.slice(end)}`,
  );
}

/** The sections of `existing` with new ones in their place, or behind them. */
export function merged(existing: string, sections: readonly string[]): string {
  const heading = (section: string): string => section.split('\n', 1)[0] ?? '';
  const byHeading = new Map<string, string>();
  for (const section of [...existing.split(/^(?=## )/m), ...sections]) {
    if (section.trim() !== '') byHeading.set(heading(section), section.trim());
  }
  return [...byHeading.values()].join('\n\n');
}
