import { CLIENTS } from './measure.js';
import { latencies, markdownTable, type Measured, NOTHING, number, provenance, type Row } from './report.js';

const PINECONE = ['the same SQL', 'REST', 'gRPC'];

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
  const introduction =
    `${records.toLocaleString('en')} records × 384 dimensions, ${String(CLIENTS)} clients; requests a second (p50 / p95 / p99 in ms), and what share of the ` +
    `rate of the same SQL Polyvec reaches; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}. ${provenance(command)}`;
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
  const lines = rows.map(({ name, cells }) => [
    name,
    ...titles.map((_title, at) => {
      const measured = cells[at];
      return measured === undefined ? NOTHING : cell(measured, at === 0 ? undefined : cells[0]);
    }),
  ]);
  return markdownTable(titles, lines);
}

function rateCell(measured: Measured, base: Measured | undefined): string {
  const { perSecond } = measured;
  const share = base === undefined ? '' : `, **${((100 * perSecond) / base.perSecond).toFixed(0)} %**`;
  return `${number(perSecond)} (${latencies(measured)})${share}`;
}

function cpuCell({ serverCpuMs, postgresCpuMs }: Measured, base: Measured | undefined): string {
  return base === undefined ? postgresCpuMs.toFixed(2) : `${serverCpuMs.toFixed(2)} + ${postgresCpuMs.toFixed(2)}`;
}
