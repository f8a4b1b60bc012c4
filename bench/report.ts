import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Engine } from './engines.js';
import { type Cell, CLIENTS } from './measure.js';

/** A cell with the CPU time per request, in milliseconds: of the server and its children, and of its Postgres sessions. */
export interface Measured extends Cell {
  readonly serverCpuMs: number;
  readonly postgresCpuMs: number;
}

/** One kind of work: a cell per engine in their order, the first of them the one to compare with; then the same SQL. */
export interface Row {
  readonly name: string;
  /** Absent: `CLIENTS`. */
  readonly clients?: number;
  readonly cells: readonly (Measured | undefined)[];
}

const RAW = 'the same SQL';
const COLUMNS = 100;
/** What stands in a cell without a figure. */
export const NOTHING = '—';

/** Rates, latencies and ratios, as Markdown. */
export function rateTable(
  engines: readonly Engine[],
  rows: readonly Row[],
  conditions: { readonly records: number; readonly rounds: number },
): string {
  const titles = titlesOf(engines, rows);
  const starts = [
    ['start to first answer, fresh', 'fresh'],
    ['start to first answer, again', 'again'],
  ] as const;
  const lines = [
    ...rows.map(({ name, cells }) => [name, ...titles.map((_, at) => rateCell(cells, at, engines.length))]),
    ...starts.map(([name, key]) => [name, ...titles.map((_, at) => seconds(engines[at]?.startMs[key]))]),
  ];
  return [introduction(conditions, titles.includes(RAW)), '', ...markdownTable(titles, lines)].join('\n');
}

function titlesOf(engines: readonly Engine[], rows: readonly Row[]): readonly string[] {
  const hasRaw = rows.some((row) => row.cells.length > engines.length);
  return [...engines.map((engine) => engine.name), ...(hasRaw ? [RAW] : [])];
}

function introduction({ records, rounds }: { readonly records: number; readonly rounds: number }, hasRaw: boolean): string {
  const raw = hasRaw
    ? " The same SQL: sent by `pg` to the server engine's tables, and what share of that rate Polyvec reaches."
    : '';
  return (
    `${records.toLocaleString('en')} records × 384 dimensions, ${String(CLIENTS)} clients; requests a second (p50 / p95 / p99 in ms), ` +
    `**how many times Chroma's rate**; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}.${raw} ` +
    provenance('npm run bench')
  );
}

/** Where, when and by which command something was measured: a sentence. */
export function provenance(command: string): string {
  const machine = `${String(cpus().length)} shared cores (${cpus()[0]?.model ?? 'unknown'}), ${String(Math.round(totalmem() / 2 ** 30))} GiB`;
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `Measured on ${machine}, load ${load} at the end, on ${new Date().toISOString().slice(0, 10)} by \`${command}\`.`;
}

/** Milliseconds: p50 / p95 / p99. */
export function latencies({ p50, p95, p99 }: Cell): string {
  return [p50, p95, p99].map((milliseconds) => milliseconds.toFixed(1)).join(' / ');
}

function rateCell(cells: readonly (Measured | undefined)[], at: number, engineCount: number): string {
  const cell = cells[at];
  if (cell === undefined) return NOTHING;
  const text = `${number(cell.perSecond)} (${latencies(cell)})`;
  if (at === engineCount) return `${text}, ${percent(cells[at - 1], cell)}`;
  const base = cells[0];
  return at === 0 || base === undefined ? text : `${text}, **${(cell.perSecond / base.perSecond).toFixed(1)} ×**`;
}

function percent(part: Cell | undefined, whole: Cell): string {
  return part === undefined ? NOTHING : `${((100 * part.perSecond) / whole.perSecond).toFixed(0)} %`;
}

/** CPU time per request, as Markdown: of the server's own processes, and where there is a Postgres server, `+` of its sessions. */
export function cpuTable(engines: readonly Engine[], rows: readonly Row[]): string {
  const titles = titlesOf(engines, rows);
  const lines = rows.map(({ name, cells }) => [name, ...titles.map((_, at) => cpuCell(cells[at], at === engines.length))]);
  return ['CPU milliseconds per request; on a Postgres server: gateway + Postgres.', '', ...markdownTable(titles, lines)].join(
    '\n',
  );
}

function cpuCell(cell: Measured | undefined, isRaw: boolean): string {
  if (cell === undefined) return NOTHING;
  if (isRaw) return cell.postgresCpuMs.toFixed(2);
  return cell.postgresCpuMs > 0
    ? `${cell.serverCpuMs.toFixed(2)} + ${cell.postgresCpuMs.toFixed(2)}`
    : cell.serverCpuMs.toFixed(2);
}

/** The lines of a table: each row begins with its name; the other columns have titles, and figures. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [line(['', ...titles]), `| --- |${' ---: |'.repeat(titles.length)}`, ...rows.map(line)];
}

/** With a decimal when it is small. */
export function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? NOTHING : `${(ms / 1_000).toFixed(1)} s`;
}

/** Prose in lines of at most 100 columns, as pages have them; code is not broken, and rows of tables are left. */
export function wrapped(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('|') || line.length <= COLUMNS ? [line] : brokenLine(line)))
    .join('\n');
}

function brokenLine(line: string): readonly string[] {
  const lines: string[] = [];
  for (const [word] of line.matchAll(/(?:`[^`]*`|\S)+/g)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Puts a table between `<!-- name:begin -->` and `<!-- name:end -->`. A page without them, or no page, is told and left. */
export async function writeTable(file: string, name: string, table: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const between = new RegExp(`(<!-- ${name}:begin -->\n)[^]*?(<!-- ${name}:end -->)`);
  if (!between.test(text)) {
    console.error(`${file} has no place for the table: <!-- ${name}:begin --> and <!-- ${name}:end -->`);
    return;
  }
  await writeFile(
    file,
    text.replace(between, (_, begin: string, end: string) => `${begin}${wrapped(table)}\n${end}`),
  );
}
