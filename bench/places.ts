/**
 * `npm run bench -- places`: what a place of its own costs a collection's requests. Two collections of the same records with tables
 * and an index of their own, one of them in the shared schema, get the same requests in turn; the table has the ratio of the CPU time
 * a request takes, place to shared, with the interval that holds nineteen of twenty such medians. `--quick`: fewer rounds.
 * `--write`: the table goes into docs/benchmarks.md.
 */
import 'reflect-metadata';
import pg from 'pg';
import { withCpu } from './contender.js';
import { type Engine, startServer } from './engines.js';
import { CLIENTS, inParallel, median } from './measure.js';
import { markdownTable, provenance, writeTable } from './report.js';
import { run } from './run.js';

const DIMENSION = 128;
const RECORDS = 20_000;
const BATCH = 1_000;
const ROUNDS = process.argv.includes('--quick') ? 4 : 16;
const REQUESTS = 400;
const RESAMPLES = 2_000;
const LIMIT_MS = 180_000;

type Body = Readonly<Record<string, unknown>>;

interface Subject {
  readonly url: string;
  post(path: string, body: Body): Promise<unknown>;
}

interface Work {
  readonly name: string;
  send(subject: Subject, index: number): Promise<unknown>;
}

interface Ratios {
  readonly name: string;
  readonly gateway: readonly number[];
  readonly postgres: readonly number[];
}

function embeddingOf(seed: number): readonly number[] {
  // a linear congruence: the same on every run
  let state = (seed * 2_654_435_761) >>> 0;
  return Array.from({ length: DIMENSION }, () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

function recordsFrom(first: number, count: number): Body {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  return {
    ids: numbers.map((number) => `r${String(number)}`),
    embeddings: numbers.map(embeddingOf),
    metadatas: numbers.map((number) => ({ number, group: number % 20 })),
    documents: numbers.map((number) => `document ${String(number)}`),
  };
}

const idsFrom = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `r${String((first + index) % RECORDS)}`);
const query = (index: number): Body => ({ query_embeddings: [embeddingOf(index + 500_000)], n_results: 10 });

const WORKS: readonly Work[] = [
  { name: 'count', send: (subject) => answer(fetch(`${subject.url}/count`)) },
  { name: 'get of ten ids', send: (subject, index) => subject.post('/get', { ids: idsFrom(index * 13, 10) }) },
  { name: 'get by metadata, 10', send: (subject, index) => subject.post('/get', { where: { group: index % 20 }, limit: 10 }) },
  { name: 'query', send: (subject, index) => subject.post('/query', query(index)) },
  {
    name: 'query with a filter',
    send: (subject, index) => subject.post('/query', { ...query(index), where: { group: index % 20 } }),
  },
  { name: 'upsert of 20', send: (subject, index) => subject.post('/upsert', recordsFrom((index * 20) % RECORDS, 20)) },
  {
    name: 'delete of 20 that are not there',
    send: (subject, index) => subject.post('/delete', { ids: idsFrom(index * 20, 20).map((id) => `no ${id}`) }),
  },
];

async function answer(sent: Promise<Response>): Promise<unknown> {
  const response = await sent;
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${String(response.status)} ${JSON.stringify(body)}`);
  return body;
}

async function post(url: string, body: Body): Promise<unknown> {
  return answer(fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }));
}

/** A collection that has come to rest: it has its tables, in this kind of place, and an index. */
async function filled(engine: Engine, tables: pg.Client, name: string, isShared: boolean): Promise<Subject> {
  const collections = `${engine.url}/api/v2/tenants/default_tenant/databases/default_database/collections`;
  const { id } = (await post(collections, { name })) as { readonly id: string };
  const url = `${collections}/${id}`;
  for (let first = 0; first < RECORDS; first += BATCH) await post(`${url}/add`, recordsFrom(first, BATCH));
  const isReady = async (): Promise<boolean> => {
    const { rows } = await tables.query<{ place: string }>(
      `SELECT c.place FROM polyvec.collections c JOIN polyvec.vector_indexes i ON i.collection_id = c.id AND i.state = 'ready'
       WHERE c.uuid = $1 AND c.record_table <> 'pool_records'`,
      [id],
    );
    return rows.length > 0 && rows.every(({ place }) => (place === 'polyvec') === isShared);
  };
  const end = performance.now() + LIMIT_MS;
  while (!(await isReady())) {
    if (performance.now() > end) throw new Error(`${name} has not come to rest`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return { url, post: (path, body) => post(`${url}${path}`, body) };
}

async function compared(engine: Engine, shared: Subject, placed: Subject): Promise<readonly Ratios[]> {
  const ratios = WORKS.map(({ name }) => ({ name, gateway: [] as number[], postgres: [] as number[] }));
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [at, work] of WORKS.entries()) {
      const measured = new Map<Subject, Awaited<ReturnType<typeof withCpu>>>();
      // whoever is first meets another machine: the order changes with each round
      for (const subject of round % 2 === 0 ? [shared, placed] : [placed, shared]) {
        const send = (index: number): Promise<unknown> => work.send(subject, index + round * REQUESTS + REQUESTS);
        measured.set(subject, await withCpu(engine, () => inParallel(REQUESTS, send, CLIENTS)));
      }
      const [before, after] = [measured.get(shared), measured.get(placed)];
      if (round < 0 || before === undefined || after === undefined) continue;
      ratios[at]?.gateway.push(after.serverCpuMs / before.serverCpuMs);
      ratios[at]?.postgres.push(after.postgresCpuMs / before.postgresCpuMs);
    }
    console.error(`round ${String(round + 1)} of ${String(ROUNDS)}`);
  }
  return ratios;
}

/** The median, and the interval of the medians of samples drawn from these values. */
function interval(values: readonly number[]): string {
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(Math.random() * values.length)] ?? 1)),
  ).sort((left, right) => left - right);
  const at = (share: number): string => (medians[Math.floor(share * (RESAMPLES - 1))] ?? 1).toFixed(2);
  return `${median(values).toFixed(2)} (${at(0.025)} to ${at(0.975)})`;
}

await run(async (signal) => {
  const engine = await startServer(process.env['DATABASE_URL'] ?? '', signal, {
    POLYVEC_DEDICATED_MIN_FLOATS: '500000',
    POLYVEC_INDEX_MIN_FLOATS: '500000',
  });
  const tables = new pg.Client({ connectionString: engine.databaseUrl });
  // an instance of an earlier version, to the others: while it is connected, tables stay in the shared schema
  const older = new pg.Client({ connectionString: engine.databaseUrl, application_name: 'polyvec' });
  try {
    await tables.connect();
    const placed = await filled(engine, tables, 'placed', false);
    await older.connect();
    const shared = await filled(engine, tables, 'shared', true);
    const ratios = await compared(engine, shared, placed);
    const table = [
      `${RECORDS.toLocaleString('en')} records × ${String(DIMENSION)} dimensions, ${String(CLIENTS)} clients, ${String(ROUNDS)} rounds of ` +
        `${String(REQUESTS)} requests in turn: CPU time with a place, as a multiple of that in the shared schema: median (95 % interval). ` +
        provenance('npm run bench -- places'),
      '',
      ...markdownTable(
        ['gateway', 'Postgres'],
        ratios.map(({ name, gateway, postgres }) => [name, interval(gateway), interval(postgres)]),
      ),
    ].join('\n');
    console.log(table);
    if (process.argv.includes('--write')) await writeTable('docs/benchmarks.md', 'places', table);
  } finally {
    await Promise.all([tables.end(), older.end()]);
    await engine.stop();
  }
});
