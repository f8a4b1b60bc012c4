/**
 * `npm run bench -- pinecone`: Pinecone's REST and gRPC through Polyvec on a Postgres server, beside the same SQL sent by `pg`
 * to the same tables: the same requests, data, machine and number of clients; the ways take turns within each row. `--quick`:
 * a fifth of the data, one round. `--write`: the tables go into README.md and docs/benchmarks.md. Method: docs/benchmarks.md.
 */
import 'reflect-metadata';
import { measureRow, middle, withCpu, type Contender } from './contender.js';
import { DIMENSION, records } from './data.js';
import { freePort, startServer, type Engine } from './engines.js';
import { forMilliseconds, inParallel } from './measure.js';
import { SameSql } from './same-sql.js';
import { cpuTable, rateTable } from './sql-report.js';
import { BATCH, Session, works, type Prepared, type Work } from './pinecone-workload.js';
import { writeTable, type Measured, type Row } from './report.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 4_000 : 20_000;
const ROUNDS = quick ? 1 : 3;
const CELL_MS = quick ? 1_000 : 2_500;
const WARM_UP = 20;
/** What a server does on its own after a load comes to an end. */
const SETTLE_MS = quick ? 1_000 : 5_000;

/** A way to send requests, under a kind of load: for some time, or, for deletes, a number of times, after which all is put back. */
function contender(
  name: string,
  engine: Engine,
  session: Session,
  prepared: ReadonlyMap<Work, readonly Prepared[]>,
  send: (request: Prepared) => Promise<unknown>,
): Contender<Work> {
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
  let sql: SameSql | undefined;
  try {
    const load = await withCpu(engine, () => session.load());
    const loaded = { ...load, perSecond: load.perSecond * BATCH };
    const same = (sql = await SameSql.open(databaseUrl, 'bench'));
    const prepared = new Map<Work, readonly Prepared[]>();
    const contenders = [
      contender('SQL', engine, session, prepared, (request) => same.send(request.sql)),
      contender('REST', engine, session, prepared, (request) => session.sendRest(request.rest)),
      contender('gRPC', engine, session, prepared, (request) => session.sendGrpc(request.grpc)),
    ];
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    const rows: Row[] = [];
    for (const work of works(same, all, COUNT / 20_000)) {
      const ready: Prepared[] = [];
      for (let index = 0; index < work.variants; index += 1) ready.push(await work.prepare(index));
      prepared.set(work, ready);
      rows.push(await measureRow(work, contenders, ROUNDS));
      // a thousand vectors are megabytes of JSON
      prepared.delete(work);
    }
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
      rateTable(rows, { records: COUNT, rounds: ROUNDS, command: 'npm run bench -- pinecone' }),
      cpuTable(rows),
    ] as const;
    console.log(tables.join('\n\n'));
    if (process.argv.includes('--write')) {
      await writeTable('README.md', 'bench-pinecone', tables[0]);
      await writeTable('docs/benchmarks.md', 'cpu-pinecone', tables[1]);
    }
  } finally {
    await engine.stop();
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
  // without its server whatever is going on fails, and cleans up behind itself
  if (!interruption.signal.aborted) throw error;
  process.exitCode = 130;
}
