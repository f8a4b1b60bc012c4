/**
 * `npm run bench`: Polyvec on its two engines beside the real Chroma server, in one run: the same requests, data, machine and
 * number of clients; the engines take turns within each row. `--quick`: a fifth of the data, one round. `--write`: the tables
 * go into README.md and docs/benchmarks.md. Method: docs/benchmarks.md.
 */
import { measureRow, middle, withCpu, type Contender } from './contender.js';
import { records } from './data.js';
import { startChroma, startEmbedded, startServer, type Engine } from './engines.js';
import { forMilliseconds, inParallel } from './measure.js';
import { RawSql } from './raw-sql.js';
import { cpuTable, rateTable, writeTable, type Measured, type Row } from './report.js';
import { BATCH, DELETE_FILTER, DELETE_IDS, READS, Session, UPSERT, type Work } from './workload.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 4_000 : 20_000;
const ROUNDS = quick ? 1 : 3;
const CELL_MS = quick ? 1_000 : 2_500;
/** Deletes are measured by number, not by time: every record can be deleted once. */
const DELETES = quick ? 40 : 150;
const WARM_UP = 20;
/** What a server does on its own after a load comes to an end. */
const SETTLE_MS = quick ? 1_000 : 5_000;

/** An engine under a kind of load: for some time, or, for deletes, a number of times, after which all is put back. */
function engineContender(session: Session): Contender<Work> {
  const deletedRows = new Map([
    [DELETE_IDS.name, 10 * DELETES],
    [DELETE_FILTER.name, 50 * DELETES],
  ]);
  const request = (work: Work) => (): Promise<unknown> => work.request(session, session.counter++);
  return {
    name: session.engine.name,
    measure: async (work) => {
      const rows = deletedRows.get(work.name);
      if (rows === undefined) {
        await inParallel(WARM_UP, request(work));
        return withCpu(session.engine, () => forMilliseconds(CELL_MS, request(work)));
      }
      const measured = await withCpu(session.engine, () => inParallel(DELETES, (index) => work.request(session, index)));
      await session.restore(rows);
      return measured;
    },
  };
}

function rawContender(rawSql: RawSql, engine: Engine): Contender<Work> {
  let counter = 0;
  return {
    name: rawSql.name,
    measure: async (work) => {
      const operation = rawSql.operation(work.name);
      if (operation === undefined) return undefined;
      await inParallel(WARM_UP, () => operation(counter++));
      return withCpu(engine, () => forMilliseconds(CELL_MS, () => operation(counter++)));
    },
  };
}

/** Each session loads all records into a new collection. */
async function load(sessions: readonly Session[], into: Measured[][]): Promise<void> {
  for (const [at, session] of sessions.entries()) {
    await session.create();
    const measured = await withCpu(session.engine, () => session.load());
    (into[at] ??= []).push({ ...measured, perSecond: measured.perSecond * BATCH });
  }
}

async function measureAll(engines: readonly Engine[], databaseUrl: string | undefined): Promise<readonly Row[]> {
  const all = records(COUNT);
  const sessions = engines.map((engine) => new Session(engine, all));
  const contenders = sessions.map(engineContender);
  const loads: Measured[][] = [];
  const last = sessions.at(-1);
  let rawSql: RawSql | undefined;
  try {
    await load(sessions, loads);
    if (databaseUrl !== undefined && last !== undefined) {
      rawSql = await RawSql.open(databaseUrl, last.collection, COUNT);
      contenders.push(rawContender(rawSql, last.engine));
    }
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    const rows: Row[] = [];
    for (const work of [...READS, UPSERT, DELETE_IDS, DELETE_FILTER]) rows.push(await measureRow(work, contenders, ROUNDS));
    // at the end, so that all other rows are measured beside one collection
    for (let round = 1; round < ROUNDS; round += 1) await load(sessions, loads);
    return [{ name: `add, rows (${String(BATCH)} a request)`, cells: loads.map(middle) }, ...rows];
  } finally {
    await rawSql?.close();
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
    const tables = [rateTable(engines, rows, { records: COUNT, rounds: ROUNDS }), cpuTable(engines, rows)] as const;
    console.log(tables.join('\n\n'));
    if (process.argv.includes('--write')) {
      await writeTable('README.md', 'bench', tables[0]);
      await writeTable('docs/benchmarks.md', 'cpu', tables[1]);
    }
  } finally {
    for (const engine of engines) await engine.stop();
  }
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interruption.abort();
  });
}
try {
  await main(interruption.signal);
} catch (error) {
  // without its servers whatever is going on fails, and cleans up behind itself
  if (!interruption.signal.aborted) throw error;
  process.exitCode = 130;
}
