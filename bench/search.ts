/**
 * `npm run bench -- search`: what is asked of search and writes at size: Polyvec through Chroma's API on a Postgres server, beside the same
 * SQL sent by `pg` to the same tables and beside Chroma's server, and on the embedded engine beside Chroma's server; with recall, and
 * whether each aim is met. `--quick`: a tenth of the data, one round. `--write`: the tables go into docs/benchmarks.md, the plot
 * into docs/search.svg. Method: docs/benchmarks.md.
 */
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { type Engine, startChroma, startEmbedded, startServer } from './engines.js';
import { CLIENTS } from './measure.js';
import { writeTable } from './report.js';
import { run } from './run.js';
import { type EmbeddedOptions, measureEmbedded } from './search-embedded.js';
import { p95Plot } from './search-plot.js';
import { meetsAims, searchCpuTable, type SearchRow, searchTable } from './search-report.js';
import { measureServer, type ServerOptions } from './search-server.js';

const quick = process.argv.includes('--quick');
/** Of so few records none would get an index. */
const QUICK_COMPONENTS = 1_000_000;
const SETTINGS: Readonly<Record<string, string>> = quick
  ? {
      POLYVEC_DEDICATED_MIN_FLOATS: String(QUICK_COMPONENTS),
      POLYVEC_INDEX_MIN_FLOATS: String(QUICK_COMPONENTS),
      POLYVEC_MAINTENANCE_INTERVAL_MS: '500',
    }
  : {};
const SERVER: ServerOptions = quick
  ? {
      count: 10_000,
      rounds: 1,
      cellMs: 300,
      warmUp: 4,
      batches: 3,
      deletes: 10,
      restMs: 1_000,
      upkeepMs: 3_000,
      upkeepClients: [1],
      quietMs: { afterLoad: 2_500, betweenCells: 1_000 },
      chromaSettleMs: 1_000,
      recallQueries: { plain: 100, filtered: 10 },
    }
  : {
      count: 100_000,
      rounds: 3,
      cellMs: 1_200,
      warmUp: 5,
      batches: 12,
      deletes: 40,
      restMs: 5_000,
      upkeepMs: 20_000,
      upkeepClients: [1, CLIENTS],
      quietMs: { afterLoad: 6_000, betweenCells: 2_500 },
      chromaSettleMs: 5_000,
      recallQueries: { plain: 100, filtered: 20 },
    };
const EMBEDDED: EmbeddedOptions = quick
  ? { count: 3_000, rounds: 1, cellMs: 300, warmUp: 5, deletes: 10, chromaSettleMs: 1_000 }
  : { count: 20_000, rounds: 3, cellMs: 2_000, warmUp: 20, deletes: 100, chromaSettleMs: 5_000 };
const AIM_MS = 15;

/** With two engines that end with it. */
async function beside<T extends Engine>(
  start: () => Promise<T>,
  signal: AbortSignal,
  measure: (polyvec: T, chroma: Engine) => Promise<readonly SearchRow[]>,
): Promise<readonly SearchRow[]> {
  const polyvec = await start();
  try {
    const chroma = await startChroma(signal);
    try {
      return await measure(polyvec, chroma);
    } finally {
      await chroma.stop();
    }
  } finally {
    await polyvec.stop();
  }
}

function plot(rows: readonly SearchRow[]): string {
  const points = (side: 'polyvec' | 'chroma'): { readonly percent: number; readonly p95: number }[] =>
    rows.flatMap(({ percent, clients, ...sides }) => {
      const p95 = sides[side]?.cell.p95;
      return percent === undefined || clients !== 1 || p95 === undefined ? [] : [{ percent, p95 }];
    });
  const title = `A filtered query among ${SERVER.count.toLocaleString('en')} vectors of 384 dimensions, one client`;
  return p95Plot(
    title,
    [
      { name: 'Polyvec', points: points('polyvec') },
      { name: 'Chroma 1.5.9', points: points('chroma') },
    ],
    AIM_MS,
  );
}

async function main(signal: AbortSignal): Promise<void> {
  const address = process.env['DATABASE_URL'] ?? '';
  if (address === '') throw new Error('this needs a Postgres server: npm run db:up, or DATABASE_URL');
  const server = await beside(
    () => startServer(address, signal, SETTINGS),
    signal,
    (polyvec, chroma) => measureServer(polyvec, chroma, SERVER, signal),
  );
  const embedded = await beside(
    () => startEmbedded(signal, SETTINGS),
    signal,
    (polyvec, chroma) => measureEmbedded(polyvec, chroma, EMBEDDED),
  );
  const conditions = { records: SERVER.count, embeddedRecords: EMBEDDED.count, rounds: SERVER.rounds, quick };
  const result = { server, embedded, conditions };
  const tables = [searchTable(result), searchCpuTable(result)] as const;
  console.log(tables.join('\n\n'));
  const rows = [...server, ...embedded];
  console.log(`\n${String(rows.filter(meetsAims).length)} of ${String(rows.length)} rows meet their aims.`);
  if (!process.argv.includes('--write')) return;
  await writeTable('docs/benchmarks.md', 'bench-search', tables[0]);
  await writeTable('docs/benchmarks.md', 'cpu-search', tables[1]);
  await writeFile('docs/search.svg', plot(server));
}

await run(main);
