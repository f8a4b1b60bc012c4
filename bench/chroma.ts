/**
 * `npm run bench`: Polyvec on its two engines beside the real Chroma server, in one run: the same requests, data, machine and
 * number of clients; the engines take turns within each row. `--quick`: a fifth of the data, one round. `--write`: the tables
 * go into docs/benchmarks.md, which has the method, too.
 */
import { engineContender, load, sqlContender } from './chroma-contender.js';
import { measureRow, middle } from './contender.js';
import { records } from './data.js';
import { type Engine, startChroma, startEmbedded, startServer } from './engines.js';
import { cpuTable, type Measured, rateTable, type Row, writeTable } from './report.js';
import { run } from './run.js';
import { SameSql } from './same-sql.js';
import { BATCH, READS, Session, WRITES } from './workload.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 4_000 : 20_000;
const TIMING = quick
  ? { rounds: 1, cellMs: 1_000, warmUp: 20, deletes: 40 }
  : { rounds: 3, cellMs: 2_500, warmUp: 20, deletes: 150 };
/** What a server does on its own after a load comes to an end. */
const SETTLE_MS = quick ? 1_000 : 5_000;

async function measureAll(engines: readonly Engine[], databaseUrl: string | undefined): Promise<readonly Row[]> {
  const all = records(COUNT);
  const sessions = engines.map((engine) => new Session(engine, all));
  const contenders = sessions.map((session) => engineContender(session, TIMING));
  const loads: Measured[][] = [];
  const last = sessions.at(-1);
  let sql: SameSql | undefined;
  try {
    await load(sessions, loads);
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    // the first is the real server, and only the last one's database can be asked
    for (const session of sessions.slice(1)) await session.indexed({ databaseUrl: session === last ? databaseUrl : undefined });
    if (databaseUrl !== undefined && last !== undefined) {
      sql = await SameSql.open(databaseUrl, last.name);
      contenders.push(sqlContender(sql, last.engine, last, TIMING));
    }
    const rows: Row[] = [];
    for (const work of [...READS, ...WRITES]) rows.push(await measureRow(work, contenders, TIMING.rounds));
    // at the end, so that all other rows are measured beside one collection
    for (let round = 1; round < TIMING.rounds; round += 1) await load(sessions, loads);
    return [{ name: `add, rows (${String(BATCH)} a request)`, cells: loads.map(middle) }, ...rows];
  } finally {
    await sql?.close();
    for (const session of sessions) session.close();
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? '';
  const engines: Engine[] = [];
  try {
    engines.push(await startChroma(signal));
    engines.push(await startEmbedded(signal));
    const onServer = server === '' ? undefined : await startServer(server, signal);
    if (onServer !== undefined) engines.push(onServer);
    const rows = await measureAll(engines, onServer?.databaseUrl);
    const tables = [rateTable(engines, rows, { records: COUNT, rounds: TIMING.rounds }), cpuTable(engines, rows)] as const;
    console.log(tables.join('\n\n'));
    if (process.argv.includes('--write')) {
      await writeTable('docs/benchmarks.md', 'bench', tables[0]);
      await writeTable('docs/benchmarks.md', 'cpu', tables[1]);
    }
  } finally {
    for (const engine of engines) await engine.stop();
  }
}

await run(main);
