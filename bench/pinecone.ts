/**
 * `npm run bench -- pinecone`: Pinecone's REST and gRPC through Polyvec on a Postgres server, beside the same SQL sent by `pg`
 * to the same tables: the same requests, data, machine and number of clients; the ways take turns within each row. `--quick`:
 * a fifth of the data, one round. `--write`: the tables go into docs/benchmarks.md, which has the method, too.
 */
import 'reflect-metadata';
import { measurePrepared, middle, Turns, type Way, withCpu } from './contender.js';
import { DIMENSION, records } from './data.js';
import { type Engine, freePort, startServer } from './engines.js';
import { BATCH, type Prepared, Session, works } from './pinecone-workload.js';
import { type Measured, type Row, writeTable } from './report.js';
import { run } from './run.js';
import { SameSql } from './same-sql.js';
import { untilNamedIsIndexed } from './settle.js';
import { cpuTable, rateTable } from './sql-report.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 4_000 : 20_000;
const TIMING = quick ? { rounds: 1, cellMs: 1_000, warmUp: 20 } : { rounds: 3, cellMs: 2_500, warmUp: 20 };

async function createIndex(controlUrl: string, name: string): Promise<void> {
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const answer = await fetch(`${controlUrl}/indexes`, {
    method: 'POST',
    headers: { 'x-pinecone-api-version': '2025-10' },
    body: JSON.stringify({ name, dimension: DIMENSION, metric: 'cosine', spec }),
  });
  if (!answer.ok) throw new Error(`the index is not created: ${await answer.text()}`);
}

async function measureAll(
  engine: Engine,
  databaseUrl: string,
  ports: { readonly control: number; readonly index: number },
): Promise<readonly Row[]> {
  const all = records(COUNT);
  await createIndex(`http://127.0.0.1:${String(ports.control)}`, 'bench');
  const session = new Session(ports.index, all);
  const turns = new Turns();
  let sql: SameSql | undefined;
  try {
    const load = await withCpu(engine, () => session.load());
    const loaded = { ...load, perSecond: load.perSecond * BATCH };
    await untilNamedIsIndexed(engine.url, 'bench', { databaseUrl });
    const same = (sql = await SameSql.open(databaseUrl, 'bench'));
    const way = (name: string, send: (request: Prepared) => Promise<unknown>): Way<Prepared> => ({
      name,
      engine,
      turns,
      send,
      restore: (count) => session.restore(count),
    });
    const ways = [
      { ...way('SQL', (request) => same.send(request.sql)), isCurrent: () => same.isCurrent() },
      way('REST', (request) => session.sendRest(request.rest)),
      way('gRPC', (request) => session.sendGrpc(request.grpc)),
    ];
    const rows = await measurePrepared(works(same, all, COUNT / 20_000), ways, TIMING);
    return [
      {
        name: `load, records (${String(BATCH)} a request)`,
        cells: [undefined, undefined, middle([loaded] satisfies Measured[])],
      },
      ...rows,
    ];
  } finally {
    await sql?.close();
    session.close();
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? '';
  if (server === '') throw new Error('this needs a Postgres server: npm run db:up, or DATABASE_URL');
  const ports = { control: await freePort(), index: await freePort() };
  const engine = await startServer(server, signal, {
    POLYVEC_PINECONE_PORT: String(ports.control),
    POLYVEC_VECTORIZER_PORT: 'off',
    POLYVEC_PINECONE_INDEX_PORTS: `${String(ports.index)}-${String(ports.index)}`,
  });
  try {
    const rows = await measureAll(engine, engine.databaseUrl, ports);
    const tables = [
      rateTable(rows, { records: COUNT, rounds: TIMING.rounds, command: 'npm run bench -- pinecone' }),
      cpuTable(rows),
    ] as const;
    console.log(tables.join('\n\n'));
    if (process.argv.includes('--write')) {
      await writeTable('docs/benchmarks.md', 'bench-pinecone', tables[0]);
      await writeTable('docs/benchmarks.md', 'cpu-pinecone', tables[1]);
    }
  } finally {
    await engine.stop();
  }
}

await run(main);
