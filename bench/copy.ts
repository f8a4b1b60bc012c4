/**
 * `npm run bench -- copy`: records in a second from every kind of source into a Postgres server (`DATABASE_URL`) and into the embedded
 * engine, what share that is of what a gateway on it takes by Chroma's `add`, and of what the engine takes of records in memory, and the
 * most memory that the command had. Then the latency of somebody else's searches while a copy runs, with and without `--rate`.
 * `--records 100000` is the default. `--write`: the table goes into docs/benchmarks.md.
 */
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addRate, bulkRate } from './copy/bulk.js';
import { command } from './copy/command.js';
import { type BenchSource, fileSources, tableSource } from './copy/sources.js';
import { DIMENSION, vectorSource } from './data.js';
import { type Engine, freePort, startEmbedded, startServer } from './engines.js';
import { markdownTable, number, provenance, writeTable } from './report.js';
import { run } from './run.js';

const SLOW = 500;
/** Records in memory are so many times fewer. */
const PARTS = 5;
const PLACE = 'default_tenant/default_database';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '100000' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const RECORDS = Number(values.records);

type Environment = Readonly<Record<string, string>>;

/** Rows of the table, and what else is to be said. */
interface Measured {
  readonly rows: readonly (readonly string[])[];
  readonly said: readonly string[];
}

/** From each source into one engine. */
async function throughput(
  engine: string,
  env: Environment,
  sources: readonly BenchSource[],
  added: number,
): Promise<readonly (readonly string[])[]> {
  // others' work on the machine comes and goes: measured before and behind each copy
  let before = await bulkRate(env, RECORDS / PARTS, DIMENSION);
  const rows: (readonly string[])[] = [];
  for (const [index, { kind, from, env: own = {} }] of sources.entries()) {
    const to = `polyvec:${PLACE}/copy-${String(index)}`;
    const { copying, seconds, mebibytes } = await command(['copy', from, to, '--metric', 'cosine'], { ...env, ...own });
    const rate = RECORDS / copying;
    const after = await bulkRate(env, RECORDS / PARTS, DIMENSION);
    const bulk = (before + after) / 2;
    before = after;
    rows.push([
      kind,
      engine,
      number(rate),
      number(bulk),
      (rate / bulk).toFixed(2),
      (rate / added).toFixed(2),
      number(RECORDS / seconds),
      number(mebibytes),
    ]);
    console.log(rows.at(-1)?.join(' | '));
  }
  return rows;
}

/** A gateway that has the data, by both of its protocols that can be copied from. */
function serverSources({ url }: Engine, pineconePort: number): readonly BenchSource[] {
  return [
    { kind: 'Chroma server (a gateway)', from: `chroma://${new URL(url).host}/${PLACE}/copy-0` },
    { kind: 'Pinecone (a gateway)', from: `pinecone+http://127.0.0.1:${String(pineconePort)}/copy-0` },
  ];
}

/** The 99th percentile of searches, in milliseconds, while `work` runs. */
async function latencyDuring(engine: Engine, path: string, work: Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const next = vectorSource(2);
  const running = { is: true };
  const ended = work.finally(() => (running.is = false));
  while (running.is) {
    const start = performance.now();
    const body = JSON.stringify({ query_embeddings: [[...next()]], n_results: 10 });
    await (
      await fetch(`${engine.url}${path}/query`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    ).text();
    times.push(performance.now() - start);
  }
  await ended;
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
}

/** Sentences. */
async function beside(engine: Engine, env: Environment, from: string): Promise<readonly string[]> {
  const said: string[] = [];
  const path = await collectionPath(engine);
  for (const rate of [undefined, String(SLOW)]) {
    const name = `beside-${rate ?? 'all'}`;
    const words = ['copy', from, `polyvec:${PLACE}/${name}`, '--metric', 'cosine', '--limit', String(Math.min(RECORDS, 20_000))];
    const work = command([...words, ...(rate === undefined ? [] : ['--rate', rate])], env);
    said.push(
      `99 of 100 of one client's searches beside a copy ${rate === undefined ? 'without `--rate`' : `with \`--rate ${rate}\``} took less than ${number(await latencyDuring(engine, path, work))} ms.`,
    );
    console.log(said.at(-1));
  }
  return said;
}

async function collectionPath(engine: Engine): Promise<string> {
  const collections = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  const { id } = (await (await fetch(`${engine.url}${collections}/copy-0`)).json()) as { id: string };
  return `${collections}/${id}`;
}

/** Into both engines: the server is also what is copied from. */
async function onServer(
  server: string,
  files: readonly BenchSource[],
  directory: string,
  signal: AbortSignal,
): Promise<Measured> {
  const pineconePort = await freePort();
  const engine = await startServer(server, signal, { POLYVEC_PINECONE_PORT: String(pineconePort) });
  try {
    const env = { DATABASE_URL: engine.databaseUrl };
    const added = await addRate(engine.url, RECORDS);
    const sources = [...files, await tableSource(engine.databaseUrl, RECORDS), ...serverSources(engine, pineconePort)];
    const rows = await throughput('server', env, sources, added);
    const said = await beside(engine, env, files[0]?.from ?? '');
    return { rows: [...rows, ...(await embedded(sources, directory, signal))], said };
  } finally {
    await engine.stop();
  }
}

async function embedded(
  sources: readonly BenchSource[],
  directory: string,
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const engine = await startEmbedded(signal);
  const added = await addRate(engine.url, RECORDS).finally(() => engine.stop());
  return throughput('embedded', { POLYVEC_DATA_DIR: join(directory, 'data') }, sources, added);
}

function report({ rows, said }: Measured): string {
  const titles = ['into', 'records/s', 'in memory', 'share', 'of add', 'with start and comparison', 'memory, MiB'];
  const conditions = `${number(RECORDS)} records × ${String(DIMENSION)}, with a document and metadata, a thousand in a batch.`;
  return [conditions, ...said, provenance('npm run bench -- copy'), '', ...markdownTable(titles, rows)].join('\n');
}

await run(async (signal) => {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-copy-'));
  const server = process.env['DATABASE_URL'];
  try {
    const files = await fileSources(directory, RECORDS);
    const measured =
      server === undefined || server === ''
        ? { rows: await embedded(files, directory, signal), said: [] }
        : await onServer(server, files, directory, signal);
    const table = report(measured);
    console.log(table);
    if (values.write === true) await writeTable('docs/benchmarks.md', 'copy', table);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
