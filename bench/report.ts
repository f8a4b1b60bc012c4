import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Engine } from './engines.js';
import { CLIENTS, type Cell } from './measure.js';

/** A cell with the CPU time per request, in milliseconds: of the server and its children, and of its Postgres sessions. */
export interface Measured extends Cell {
  readonly serverCpuMs: number;
  readonly postgresCpuMs: number;
}

/** One kind of work: a cell per engine in their order, the first of them the one to compare with; then SQL by hand. */
export interface Row {
  readonly name: string;
  readonly cells: readonly (Measured | undefined)[];
}

const RAW = 'SQL by hand';
const NOTHING = '—';

/** Rates, latencies and ratios, as Markdown. */
export function rateTable(
  engines: readonly Engine[],
  rows: readonly Row[],
  conditions: { readonly records: number; readonly rounds: number },
): string {
  const hasRaw = rows.some((row) => row.cells.length > engines.length);
  const titles = [...engines.map((engine) => engine.name), ...(hasRaw ? [RAW] : [])];
  const lines = [introduction(conditions, hasRaw), '', ...head(titles)];
  for (const { name, cells } of rows)
    lines.push(
      line(
        name,
        titles.map((_, at) => rateCell(cells, at, engines.length)),
      ),
    );
  for (const [name, key] of [
    ['start to first answer, fresh', 'fresh'],
    ['start to first answer, again', 'again'],
  ] as const) {
    lines.push(
      line(
        name,
        titles.map((_, at) => seconds(engines[at]?.startMs[key])),
      ),
    );
  }
  return lines.join('\n');
}

function introduction({ records, rounds }: { readonly records: number; readonly rounds: number }, hasRaw: boolean): string {
  const machine = `${String(cpus().length)} shared cores (${cpus()[0]?.model ?? 'unknown'}), ${String(Math.round(totalmem() / 2 ** 30))} GiB`;
  const raw = hasRaw ? ` ${RAW}: the server engine's tables without Polyvec, and what share of that rate Polyvec reaches.` : '';
  return (
    `${records.toLocaleString('en')} records × 384 dimensions, ${String(CLIENTS)} clients; requests a second (p50 / p99 in ms), ` +
    `**how many times Chroma's rate**; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}.${raw} ` +
    `Measured on ${machine}, load ${loadavg()[0]?.toFixed(1) ?? '?'} at the end, on ${new Date().toISOString().slice(0, 10)} by \`npm run bench\`.`
  );
}

function rateCell(cells: readonly (Measured | undefined)[], at: number, engineCount: number): string {
  const cell = cells[at];
  if (cell === undefined) return NOTHING;
  const text = `${number(cell.perSecond)} (${cell.p50.toFixed(1)} / ${cell.p99.toFixed(1)})`;
  if (at === engineCount) return `${text}, ${percent(cells[at - 1], cell)}`;
  const base = cells[0];
  return at === 0 || base === undefined ? text : `${text}, **${(cell.perSecond / base.perSecond).toFixed(1)} ×**`;
}

function percent(part: Cell | undefined, whole: Cell): string {
  return part === undefined ? NOTHING : `${((100 * part.perSecond) / whole.perSecond).toFixed(0)} %`;
}

/** CPU time per request, as Markdown: of the server's own processes, and where there is a Postgres server, `+` of its sessions. */
export function cpuTable(engines: readonly Engine[], rows: readonly Row[]): string {
  const hasRaw = rows.some((row) => row.cells.length > engines.length);
  const titles = [...engines.map((engine) => engine.name), ...(hasRaw ? [RAW] : [])];
  const lines = ['CPU milliseconds per request; on a Postgres server: gateway + Postgres.', '', ...head(titles)];
  for (const { name, cells } of rows)
    lines.push(
      line(
        name,
        titles.map((_, at) => cpuCell(cells[at], at === engines.length)),
      ),
    );
  return lines.join('\n');
}

function cpuCell(cell: Measured | undefined, isRaw: boolean): string {
  if (cell === undefined) return NOTHING;
  if (isRaw) return cell.postgresCpuMs.toFixed(2);
  return cell.postgresCpuMs > 0
    ? `${cell.serverCpuMs.toFixed(2)} + ${cell.postgresCpuMs.toFixed(2)}`
    : cell.serverCpuMs.toFixed(2);
}

function head(titles: readonly string[]): readonly string[] {
  return [line('', titles), `| --- |${' ---: |'.repeat(titles.length)}`];
}

function line(name: string, cells: readonly string[]): string {
  return `| ${[name, ...cells].join(' | ')} |`;
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? NOTHING : `${(ms / 1_000).toFixed(1)} s`;
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
    text.replace(between, (_, begin: string, end: string) => `${begin}${table}\n${end}`),
  );
}
