/**
 * `npm run bench -- many`: many small sets on a Postgres server: namespaces of a Pinecone index, and Chroma collections, and the
 * same with a hundredth of them, each store in a new database. What an answer holds is checked: a record that is missing, or that
 * is another set's, ends the run with exit code 1. `--quick`: a fiftieth of it. `--write`: the tables go into docs/benchmarks.md.
 */
import 'reflect-metadata';
import { type Engine, freePort, startServer } from './engines.js';
import { Catalog } from './many-catalog.js';
import { ManyCollections } from './many-chroma.js';
import { ManyNamespaces, SET_SIZE, WRITERS } from './many-pinecone.js';
import { manyReport, type Store } from './many-report.js';
import { CLIENTS } from './measure.js';
import { writeTable } from './report.js';
import { run } from './run.js';

const quick = process.argv.includes('--quick');
const NAMESPACES = quick ? 2_000 : 100_000;
const COLLECTIONS = quick ? 400 : 20_000;
const QUERIES = quick ? 1_000 : 4_000;
const SMALLER = 100;
/** Fewer say nothing of percentiles. */
const FEWEST = 20;

interface Running {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly ports: { readonly control: number; readonly index: number };
}

/** Runs `work` on a gateway with a database of its own, which is dropped at the end. */
async function withGateway<T>(server: string, signal: AbortSignal, work: (running: Running) => Promise<T>): Promise<T> {
  const ports = { control: await freePort(), index: await freePort() };
  const engine = await startServer(server, signal, {
    POLYVEC_PINECONE_PORT: String(ports.control),
    POLYVEC_PINECONE_INDEX_PORTS: `${String(ports.index)}-${String(ports.index)}`,
  });
  try {
    const catalog = await Catalog.open(engine.databaseUrl);
    try {
      return await work({ engine, catalog, ports });
    } finally {
      await catalog.close();
    }
  } finally {
    await engine.stop();
  }
}

async function namespaces({ engine, catalog, ports }: Running, count: number): Promise<Store> {
  console.error(`${String(count)} namespaces`);
  const work = new ManyNamespaces(engine, ports);
  try {
    const deletes = Math.min(1_000, Math.floor(count / 10));
    return { count, ...(await work.run(catalog, { namespaces: count, queries: QUERIES, stats: 10, pages: 300, deletes })) };
  } finally {
    work.close();
  }
}

async function collections({ engine, catalog }: Running, count: number): Promise<Store> {
  console.error(`${String(count)} collections`);
  const work = new ManyCollections(engine);
  try {
    return { count, ...(await work.run(catalog, { collections: count, reads: QUERIES })) };
  } finally {
    work.close();
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? '';
  if (server === '') throw new Error('this needs a Postgres server: npm run db:up, or DATABASE_URL');
  const smaller = (count: number): number => Math.max(FEWEST, count / SMALLER);
  const both = async (work: (running: Running, count: number) => Promise<Store>, count: number) => ({
    small: await withGateway(server, signal, (running) => work(running, smaller(count))),
    large: await withGateway(server, signal, (running) => work(running, count)),
  });
  const parts = [
    { sets: 'namespaces', ...(await both(namespaces, NAMESPACES)) },
    { sets: 'collections', ...(await both(collections, COLLECTIONS)) },
  ];
  const conditions =
    `${String(SET_SIZE)} records × 384 dimensions in each, on a Postgres server; ${String(CLIENTS)} clients, ${String(WRITERS)} for the load of namespaces, one for ` +
    'their list and statistics. Every answer is checked.';
  const report = manyReport(parts, conditions);
  console.log(report);
  if (process.argv.includes('--write')) await writeTable('docs/benchmarks.md', 'bench-many', report);
}

await run(main);
