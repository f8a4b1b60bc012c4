/**
 * `npm run bench -- vectorizer`: the page on deleting vectors at size: Vectorizer's API on a Postgres server and on the embedded
 * engine, beside the same SQL sent by `pg` to the server's tables. `--quick`: a fifth of the data, one round. `--write`: the tables go
 * into docs/benchmarks.md. There is no real server to compare with: its deletes need data that a fresh one cannot embed.
 */
import 'reflect-metadata';
import { measurePrepared, middle, Turns, type Way, withCpu } from './contender.js';
import { type BenchRecord, DIMENSION, records } from './data.js';
import { type Engine, freePort, startEmbedded, startServer } from './engines.js';
import { type Row, writeTable } from './report.js';
import { run } from './run.js';
import { SameSql } from './same-sql.js';
import { untilNamedIsIndexed } from './settle.js';
import { cpuTable, rateTable } from './sql-report.js';
import { BATCH, type Prepared, Session, works } from './vectorizer-workload.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 20_000 : 100_000;
const TIMING = quick ? { rounds: 1, cellMs: 1_000, warmUp: 5 } : { rounds: 3, cellMs: 2_500, warmUp: 5 };
const TITLES = ['the same SQL', 'server Postgres', 'embedded'];

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
    await untilNamedIsIndexed(server.url, 'bench', { databaseUrl: server.databaseUrl });
    await untilNamedIsIndexed(embedded.url, 'bench', {});
    const same = (sql = await SameSql.open(server.databaseUrl, 'bench'));
    const turns = new Turns();
    const way = (
      name: string,
      engine: Engine,
      session: Session,
      send: (request: Prepared) => Promise<unknown> = (request) => session.send(request),
    ): Way<Prepared> => ({ name, engine, turns, send, restore: (count) => session.restore(count) });
    const ways = [
      {
        ...way('SQL', server, sessions.server, (request) => same.send(request.sql)),
        isCurrent: () => same.isCurrent(),
      },
      way('server', server, sessions.server),
      way('embedded', embedded, sessions.embedded),
    ];
    const rows = await measurePrepared(works(same, all), ways, TIMING);
    return [{ name: `load, vectors (${String(BATCH)} a request)`, cells: [undefined, ...loads] }, ...rows];
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
      const conditions = { records: COUNT, rounds: TIMING.rounds, command: 'npm run bench -- vectorizer', titles: TITLES };
      const tables = [rateTable(rows, conditions), cpuTable(rows, TITLES)] as const;
      console.log(tables.join('\n\n'));
      if (process.argv.includes('--write')) {
        await writeTable('docs/benchmarks.md', 'bench-vectorizer', tables[0]);
        await writeTable('docs/benchmarks.md', 'cpu-vectorizer', tables[1]);
      }
    } finally {
      await embedded.stop();
    }
  } finally {
    await server.stop();
  }
}

await run(main);
