/**
 * `npm run bench -- copy`: records in a second from every kind of source into a Postgres server (`DATABASE_URL`) and into the embedded
 * engine, what share that is of what a gateway on it takes by Chroma's `add`, and of what the engine takes of records in memory, and the
 * most memory that the command had. Then the latency of somebody else's searches while a copy runs, with and without `--rate`. `--records 100000` is the default.
 */
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addRate, bulkRate } from './copy/bulk.js';
import { command } from './copy/command.js';
import { type BenchSource, fileSources, tableSource } from './copy/sources.js';
import { DIMENSION, vectorSource } from './data.js';
import { type Engine, freePort, startEmbedded, startServer } from './engines.js';
import { markdownTable, number, provenance } from './report.js';
import { run } from './run.js';

const SLOW = 500;
const PLACE = 'default_tenant/default_database';

const { values } = parseArgs({ options: { records: { type: 'string', default: '100000' } }, allowPositionals: true });
const RECORDS = Number(values.records);

type Environment = Readonly<Record<string, string>>;

/** From each source into one engine. */
async function throughput(
  engine: string,
  env: Environment,
  sources: readonly BenchSource[],
  added: number,
): Promise<readonly (readonly string[])[]> {
  const bulk = await bulkRate(env, RECORDS, DIMENSION);
  console.log(
    `${engine}: ${number(bulk)} records/s of records in memory, ${number(added)} by add, load ${number(loadavg()[0] ?? 0)}`,
  );
  const rows: (readonly string[])[] = [];
  for (const [index, { kind, from, env: own = {} }] of sources.entries()) {
    const to = `polyvec:${PLACE}/copy-${String(index)}`;
    const { copying, seconds, mebibytes } = await command(['copy', from, to, '--metric', 'cosine'], { ...env, ...own });
    const rate = RECORDS / copying;
    rows.push([
      kind,
      engine,
      number(rate),
      (rate / added).toFixed(2),
      (rate / bulk).toFixed(2),
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

async function beside(engine: Engine, env: Environment, from: string): Promise<void> {
  const path = await collectionPath(engine);
  for (const rate of [undefined, String(SLOW)]) {
    const name = `beside-${rate ?? 'all'}`;
    const words = ['copy', from, `polyvec:${PLACE}/${name}`, '--metric', 'cosine', '--limit', String(Math.min(RECORDS, 20_000))];
    const work = command([...words, ...(rate === undefined ? [] : ['--rate', rate])], env);
    console.log(
      `p99 of searches beside a copy, --rate ${rate ?? 'absent'}: ${number(await latencyDuring(engine, path, work))} ms`,
    );
  }
}

async function collectionPath(engine: Engine): Promise<string> {
  const collections = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  const { id } = (await (await fetch(`${engine.url}${collections}/copy-0`)).json()) as { id: string };
  return `${collections}/${id}`;
}

async function onServer(
  server: string,
  files: readonly BenchSource[],
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const pineconePort = await freePort();
  const engine = await startServer(server, signal, { POLYVEC_PINECONE_PORT: String(pineconePort) });
  try {
    const env = { DATABASE_URL: engine.databaseUrl };
    const added = await addRate(engine.url, RECORDS);
    const sources = [...files, await tableSource(engine.databaseUrl, RECORDS), ...serverSources(engine, pineconePort)];
    const rows = await throughput('server', env, sources, added);
    await beside(engine, env, files[0]?.from ?? '');
    return rows;
  } finally {
    await engine.stop();
  }
}

async function addedEmbedded(signal: AbortSignal): Promise<number> {
  const engine = await startEmbedded(signal);
  try {
    return await addRate(engine.url, RECORDS);
  } finally {
    await engine.stop();
  }
}

await run(async (signal) => {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-copy-'));
  const server = process.env['DATABASE_URL'];
  try {
    const files = await fileSources(directory, RECORDS);
    const embedded = await throughput(
      'embedded',
      { POLYVEC_DATA_DIR: join(directory, 'data') },
      files,
      await addedEmbedded(signal),
    );
    const rows = server === undefined || server === '' ? [] : await onServer(server, files, signal);
    console.log(
      `${provenance('npm run bench -- copy')}\n${number(RECORDS)} records × ${String(DIMENSION)}, load ${number(loadavg()[0] ?? 0)}`,
    );
    const titles = [
      'into',
      'records/s',
      'share of add',
      'share of records in memory',
      'records/s with start and comparison',
      'memory, MiB',
    ];
    console.log(markdownTable(titles, [...rows, ...embedded]).join('\n'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
