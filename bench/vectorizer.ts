/**
 * `npm run bench -- vectorizer`: the page on deleting vectors at size: Vectorizer's API on a Postgres server and on the embedded
 * engine, beside the same SQL sent by `pg` to the server's tables. `--quick`: a fifth of the data, one round. `--write`: the tables go
 * into README.md and docs/benchmarks.md. There is no real server to compare with: its deletes need data that a fresh one cannot embed.
 */
import 'reflect-metadata';
import { measureRow, middle, withCpu, type Contender } from './contender.js';
import { DIMENSION, records, type BenchRecord } from './data.js';
import { freePort, startEmbedded, startServer, type Engine } from './engines.js';
import { forMilliseconds, inParallel } from './measure.js';
import type { Row } from './report.js';
import { writeTable } from './report.js';
import { SameSql } from './same-sql.js';
import { cpuTable, rateTable } from './sql-report.js';
import { BATCH, Session, works, type Prepared, type Work } from './vectorizer-workload.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 20_000 : 100_000;
const ROUNDS = quick ? 1 : 3;
const CELL_MS = quick ? 1_000 : 2_500;
const WARM_UP = 5;
const TITLES = ['the same SQL', 'server Postgres', 'embedded'];

interface Place {
  readonly name: string;
  readonly engine: Engine;
  readonly session: Session;
  readonly send: (request: Prepared) => Promise<unknown>;
}

function contender({ name, engine, session, send }: Place, prepared: ReadonlyMap<Work, readonly Prepared[]>): Contender<Work> {
  const request = (work: Work, index: number): Promise<unknown> => {
    const ready = prepared.get(work)?.[index];
    if (ready === undefined) throw new Error(`${work.name}: no request ${String(index)}`);
    return send(ready);
  };
  return {
    name,
    measure: async (work) => {
      const { deletes } = work;
      const next = (): Promise<unknown> => request(work, session.next(work));
      if (deletes === undefined) {
        await inParallel(WARM_UP, next);
        return withCpu(engine, () => forMilliseconds(CELL_MS, next));
      }
      const measured = await withCpu(engine, () => inParallel(deletes.requests, (index) => request(work, index)));
      await session.restore(deletes.requests * deletes.records);
      return measured;
    },
  };
}

async function measureAll(
  server: Engine & { readonly databaseUrl: string },
  embedded: Engine,
  urls: { readonly server: string; readonly embedded: string },
  all: readonly BenchRecord[],
): Promise<readonly Row[]> {
  const sessions = { server: new Session(urls.server, all), embedded: new Session(urls.embedded, all) };
  let sql: SameSql | undefined;
  try {
    const loads = [
      await withCpu(server, () => sessions.server.load(DIMENSION)),
      await withCpu(embedded, () => sessions.embedded.load(DIMENSION)),
    ].map((load) => middle([{ ...load, perSecond: load.perSecond * BATCH }]));
    const same = (sql = await SameSql.open(server.databaseUrl, 'bench'));
    const http = (session: Session) => (request: Prepared) => session.send(request.method, request.path, request.body);
    const places: readonly Place[] = [
      { name: 'SQL', engine: server, session: sessions.server, send: (request) => same.send(request.sql) },
      { name: 'server', engine: server, session: sessions.server, send: http(sessions.server) },
      { name: 'embedded', engine: embedded, session: sessions.embedded, send: http(sessions.embedded) },
    ];
    const rows: Row[] = [{ name: `load, vectors (${String(BATCH)} a request)`, cells: [undefined, ...loads] }];
    for (const work of works(same, all)) {
      const ready: Prepared[] = [];
      for (let index = 0; index < work.variants; index += 1) ready.push(await work.prepare(index));
      const prepared = new Map([[work, ready]]);
      rows.push(
        await measureRow(
          work,
          places.map((place) => contender(place, prepared)),
          ROUNDS,
        ),
      );
    }
    return rows;
  } finally {
    await sql?.close();
    sessions.server.close();
    sessions.embedded.close();
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const database = process.env['DATABASE_URL'] ?? '';
  if (database === '') throw new Error('this needs a Postgres server: npm run db:up, or DATABASE_URL');
  const [serverPort, embeddedPort] = [String(await freePort()), String(await freePort())];
  const server = await startServer(database, signal, { POLYVEC_VECTORIZER_PORT: serverPort });
  try {
    const embedded = await startEmbedded(signal, { POLYVEC_VECTORIZER_PORT: embeddedPort });
    try {
      const urls = { server: `http://127.0.0.1:${serverPort}`, embedded: `http://127.0.0.1:${embeddedPort}` };
      const rows = await measureAll(server, embedded, urls, records(COUNT));
      const conditions = { records: COUNT, rounds: ROUNDS, command: 'npm run bench -- vectorizer', titles: TITLES };
      const tables = [rateTable(rows, conditions), cpuTable(rows, TITLES)] as const;
      console.log(tables.join('\n\n'));
      if (process.argv.includes('--write')) {
        await writeTable('README.md', 'bench-vectorizer', tables[0]);
        await writeTable('docs/benchmarks.md', 'cpu-vectorizer', tables[1]);
      }
    } finally {
      await embedded.stop();
    }
  } finally {
    await server.stop();
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
