import { cpus, loadavg, totalmem } from 'node:os';
import { CLIENTS } from './measure.js';
import type { Measured, Row } from './report.js';

const PINECONE = ['the same SQL', 'REST', 'gRPC'];
const NOTHING = '—';

/** What was measured, and how. */
export interface Conditions {
  readonly records: number;
  readonly rounds: number;
  readonly command: string;
  /** Of the columns, the first one being what the others are compared with. */
  readonly titles?: readonly string[];
}

/** Rates, latencies and ratios, as Markdown. A row's cells: SQL first. */
export function rateTable(rows: readonly Row[], conditions: Conditions): string {
  const { records, rounds, command, titles = PINECONE } = conditions;
  const machine = `${String(cpus().length)} shared cores (${cpus()[0]?.model ?? 'unknown'}), ${String(Math.round(totalmem() / 2 ** 30))} GiB`;
  const introduction =
    `${records.toLocaleString('en')} records × 384 dimensions, ${String(CLIENTS)} clients; requests a second (p50 / p99 in ms), and what share of the ` +
    `rate of the same SQL Polyvec reaches; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}. Measured on ${machine}, load ` +
    `${loadavg()[0]?.toFixed(1) ?? '?'} at the end, on ${new Date().toISOString().slice(0, 10)} by \`${command}\`.`;
  return [introduction, '', ...table(rows, titles, rateCell)].join('\n');
}

/** CPU time per request, as Markdown: of the gateway, and `+` of its Postgres sessions. */
export function cpuTable(rows: readonly Row[], titles: readonly string[] = PINECONE): string {
  return ['CPU milliseconds per request: gateway + Postgres.', '', ...table(rows, titles, cpuCell)].join('\n');
}

function table(
  rows: readonly Row[],
  titles: readonly string[],
  cell: (measured: Measured, base: Measured | undefined) => string,
): readonly string[] {
  const line = (name: string, texts: readonly string[]): string => `| ${[name, ...texts].join(' | ')} |`;
  const lines = rows.map(({ name, cells }) =>
    line(
      name,
      titles.map((_title, at) => {
        const measured = cells[at];
        return measured === undefined ? NOTHING : cell(measured, at === 0 ? undefined : cells[0]);
      }),
    ),
  );
  return [line('', titles), `| --- |${' ---: |'.repeat(titles.length)}`, ...lines];
}

function rateCell({ perSecond, p50, p99 }: Measured, base: Measured | undefined): string {
  const rate = perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
  const share = base === undefined ? '' : `, **${((100 * perSecond) / base.perSecond).toFixed(0)} %**`;
  return `${rate} (${p50.toFixed(1)} / ${p99.toFixed(1)})${share}`;
}

function cpuCell({ serverCpuMs, postgresCpuMs }: Measured, base: Measured | undefined): string {
  return base === undefined ? postgresCpuMs.toFixed(2) : `${serverCpuMs.toFixed(2)} + ${postgresCpuMs.toFixed(2)}`;
}
