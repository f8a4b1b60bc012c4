import { type Cell, CLIENTS } from './measure.js';
import { latencies, markdownTable, type Measured, NOTHING, number, provenance } from './report.js';

/** What is asked of Polyvec in a row. */
export type Aim =
  /** Rows a second; or the share that a rate, or an answer, is of another. */
  | { readonly kind: 'rows' | 'share of SQL' | 'times Chroma' | 'recall'; readonly atLeast: number }
  /** Milliseconds. */
  | { readonly kind: 'p50' | 'p95'; readonly atMost: number }
  /** How many times what it is at rest. */
  | { readonly kind: 'growth of p95'; readonly atMost: number };

/** A figure that is `least` or more. */
export function above(kind: 'rows' | 'share of SQL' | 'times Chroma' | 'recall', atLeast: number): Aim {
  return { kind, atLeast };
}

/** What one engine did. */
export interface Side {
  readonly cell: Measured;
  /** Of 0 to 1. */
  readonly recall?: number | undefined;
  /** At rest, where the cell is not. */
  readonly before?: Cell | undefined;
}

/** One kind of work, by so many clients. */
export interface SearchRow {
  readonly name: string;
  readonly clients: number;
  readonly rowsPerRequest?: number | undefined;
  /** Of the records, how many the filter selects. */
  readonly percent?: number | undefined;
  readonly aims: readonly Aim[];
  readonly polyvec: Side;
  /** Undefined: nothing to compare with. */
  readonly sql: Side | undefined;
  readonly chroma: Side | undefined;
}

/** A table for the rows on a server, and one for the embedded engine's. */
export interface SearchResult {
  readonly server: readonly SearchRow[];
  readonly embedded: readonly SearchRow[];
  readonly conditions: {
    readonly records: number;
    readonly embeddedRecords: number;
    readonly rounds: number;
    /** Whether limits were lowered so that so few records get an index at all. */
    readonly quick: boolean;
  };
}

const MET = '✓';
const MISSED = '✗';

/** Rates, latencies, ratios, recall, and what was asked for, as Markdown. */
export function searchTable({ server, embedded, conditions }: SearchResult): string {
  const { records, embeddedRecords, rounds, quick } = conditions;
  const introduction =
    `${records.toLocaleString('en')} records × 384 dimensions on a Postgres server; requests, or rows, a second (p50 / p95 / p99 of a request in ms); ` +
    `what share of the rate of the same SQL, sent by \`pg\` to the same tables, Polyvec reaches, and how many times the rate of Chroma's server; recall against ` +
    `exact search; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}.${quick ? ' A first impression, with lowered limits.' : ''} ${provenance('npm run bench -- search')}`;
  return [
    introduction,
    '',
    ...markdownTable(['clients', 'Polyvec', 'the same SQL', 'Chroma 1.5.9', 'target'], server.map(line)),
    '',
    `Polyvec on its embedded engine, ${embeddedRecords.toLocaleString('en')} records, ${String(CLIENTS)} clients:`,
    '',
    ...markdownTable(
      ['Polyvec, embedded', 'Chroma 1.5.9', 'target'],
      embedded.map((row) => [row.name, sideText(row, row.polyvec), ratioText(row, row.chroma), verdicts(row)]),
    ),
  ].join('\n');
}

function line(row: SearchRow): readonly string[] {
  const { name, clients, polyvec, sql, chroma } = row;
  const sqlText = sql === undefined ? NOTHING : `${sideText(row, sql)}, **${percent(ratio(polyvec, sql))}**`;
  return [name, String(clients), sideText(row, polyvec), sqlText, ratioText(row, chroma), verdicts(row)];
}

function ratioText(row: SearchRow, chroma: Side | undefined): string {
  return chroma === undefined ? NOTHING : `${sideText(row, chroma)}, **${times(ratio(row.polyvec, chroma))}**`;
}

function sideText({ rowsPerRequest = 1 }: SearchRow, { cell, recall, before }: Side): string {
  const texts = [`${number(cell.perSecond * rowsPerRequest)} (${latencies(cell)})`];
  if (recall !== undefined) texts.push(`recall ${recall.toFixed(3)}`);
  if (before !== undefined) texts.push(`at rest ${number(before.perSecond)} (${latencies(before)})`);
  return texts.join(', ');
}

function ratio(side: Side, base: Side): number {
  return side.cell.perSecond / base.cell.perSecond;
}

/** Each aim, and whether it is met: by the figures as they are, not as they are rounded. */
function verdicts(row: SearchRow): string {
  return row.aims.map((aim) => `${aimText(aim)} ${isMet(aim, figure(aim, row))}`).join('; ');
}

/** Whether a row does all that is asked of it; what could not be compared counts as missed. */
export function meetsAims(row: SearchRow): boolean {
  return row.aims.every((aim) => isMet(aim, figure(aim, row)) === MET);
}

function isMet(aim: Aim, found: number | undefined): string {
  if (found === undefined) return NOTHING;
  const met = 'atLeast' in aim ? found >= aim.atLeast : found <= aim.atMost;
  return met ? MET : `${MISSED} (${figureText(aim, found)})`;
}

function figure({ kind }: Aim, { polyvec, sql, chroma, rowsPerRequest = 1 }: SearchRow): number | undefined {
  switch (kind) {
    case 'rows':
      return polyvec.cell.perSecond * rowsPerRequest;
    case 'share of SQL':
      return sql && ratio(polyvec, sql);
    case 'times Chroma':
      return chroma && ratio(polyvec, chroma);
    case 'recall':
      return polyvec.recall;
    case 'p50':
      return polyvec.cell.p50;
    case 'p95':
      return polyvec.cell.p95;
    case 'growth of p95':
      return polyvec.before && polyvec.cell.p95 / polyvec.before.p95;
  }
}

function aimText(aim: Aim): string {
  const text = figureText(aim, 'atLeast' in aim ? aim.atLeast : aim.atMost);
  const sign = 'atLeast' in aim ? '≥' : '≤';
  switch (aim.kind) {
    case 'rows':
      return `${sign} ${text}`;
    case 'share of SQL':
      return `${sign} ${text} of SQL`;
    case 'times Chroma':
      return aim.atLeast === 1 ? 'ahead of Chroma' : `${sign} ${text} Chroma`;
    case 'recall':
    case 'p50':
    case 'p95':
      return `${aim.kind} ${sign} ${text}`;
    case 'growth of p95':
      return `p95 ${sign} ${text} that at rest`;
  }
}

function figureText({ kind }: Aim, value: number): string {
  switch (kind) {
    case 'rows':
      return `${number(value)} rows/s`;
    case 'share of SQL':
      return percent(value);
    case 'times Chroma':
    case 'growth of p95':
      return times(value);
    case 'recall':
      return value.toFixed(value === Number(value.toFixed(2)) ? 2 : 3);
    case 'p50':
    case 'p95':
      return `${number(value)} ms`;
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function times(value: number): string {
  // near one, what comes after the point decides
  return `${value < 2 ? String(Number(value.toFixed(2))) : number(value)} ×`;
}

/** CPU time per request, as Markdown. */
export function searchCpuTable({ server, embedded }: SearchResult): string {
  const titles = ['clients', 'gateway + Postgres', 'the same SQL: Postgres', 'Chroma 1.5.9'];
  const rows = [...server.map((row) => cpuLine(row, row.name)), ...embedded.map((row) => cpuLine(row, `embedded: ${row.name}`))];
  return ['CPU milliseconds per request.', '', ...markdownTable(titles, rows)].join('\n');
}

function cpuLine({ clients, polyvec, sql, chroma }: SearchRow, name: string): readonly string[] {
  const { serverCpuMs, postgresCpuMs } = polyvec.cell;
  return [
    name,
    String(clients),
    `${serverCpuMs.toFixed(2)} + ${postgresCpuMs.toFixed(2)}`,
    sql?.cell.postgresCpuMs.toFixed(2) ?? NOTHING,
    chroma?.cell.serverCpuMs.toFixed(2) ?? NOTHING,
  ];
}
