/**
 * `npm run bench -- copy`: records in a second from JSONL and from Parquet into a Postgres server and into the embedded engine, with
 * the start of the command in them, and the most memory that it had. Then the latency of somebody else's searches while a copy runs,
 * with and without `--rate`. `--records 100000` is the default.
 */
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DIMENSION, vectorSource } from './data.js';
import { type Engine, startServer } from './engines.js';
import { markdownTable, number, provenance } from './report.js';
import { run } from './run.js';

const MEMORY = 'process.on("exit",()=>console.log("memory "+process.resourceUsage().maxRSS))';
const SLOW = 500;

interface Timed {
  readonly seconds: number;
  readonly mebibytes: number;
}

const { values } = parseArgs({ options: { records: { type: 'string', default: '100000' } }, allowPositionals: true });
const RECORDS = Number(values.records);

/** Runs a command to its end. @throws Error with what it wrote, unless all was equal */
async function command(words: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const start = performance.now();
  const options = `--import data:text/javascript,${encodeURIComponent(MEMORY)}`;
  const child = spawn(process.execPath, [resolve('dist/main.js'), ...words], {
    env: { PATH: process.env['PATH'] ?? '', POLYVEC_LOG_LEVEL: 'error', NODE_OPTIONS: options, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`polyvec ${words.join(' ')}: ${output}`);
  const kibibytes = Number(/^memory (\d+)$/m.exec(output)?.[1] ?? NaN);
  return { seconds: (performance.now() - start) / 1000, mebibytes: kibibytes / 1024 };
}

async function makeJsonl(file: string): Promise<void> {
  const stream = createWriteStream(file);
  const next = vectorSource(1);
  for (let at = 0; at < RECORDS; at += 1) {
    const record = { id: `r${String(at)}`, embedding: [...next()], document: `document ${String(at)}`, metadata: { at } };
    if (!stream.write(`${JSON.stringify(record)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
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

async function throughput(
  directory: string,
  jsonl: string,
  database: string | undefined,
): Promise<readonly (readonly string[])[]> {
  const place = 'polyvec:default_tenant/default_database';
  const environments = [
    ...(database === undefined ? [] : [['server', { DATABASE_URL: database }] as const]),
    ['embedded', { POLYVEC_DATA_DIR: join(directory, 'data') }] as const,
  ];
  const sources = [['JSONL', `jsonl:${jsonl}`] as const, ['Parquet', `parquet:${join(directory, 'parquet')}`] as const];
  await command(['copy', `jsonl:${jsonl}`, `parquet:${join(directory, 'parquet')}`, '--metric', 'cosine'], {});
  const rows: (readonly string[])[] = [];
  for (const [target, env] of environments) {
    for (const [source, from] of sources) {
      const to = `${place}/${source.toLowerCase()}`;
      const bare = await command(['copy', from, `${to}-bare`, '--metric', 'cosine', '--verify', 'none'], env);
      const whole = await command(['copy', from, to, '--metric', 'cosine'], env);
      rows.push([
        ...[source, target, number(RECORDS / bare.seconds), number(RECORDS / whole.seconds)],
        ...[number(Math.max(bare.mebibytes, whole.mebibytes))],
      ]);
    }
  }
  return rows;
}

await run(async (signal) => {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-copy-'));
  const server = process.env['DATABASE_URL'];
  const jsonl = join(directory, 'films.jsonl');
  try {
    await makeJsonl(jsonl);
    const engine = server === undefined || server === '' ? undefined : await startServer(server, signal);
    try {
      const rows = await throughput(directory, jsonl, engine?.databaseUrl);
      console.log(
        `${provenance('npm run bench -- copy')}\n${number(RECORDS)} records × ${String(DIMENSION)}, load ${number(loadavg()[0] ?? 0)}`,
      );
      const titles = ['into', 'records/s without comparison', 'records/s with it', 'memory, MiB'];
      console.log(markdownTable(titles, rows).join('\n'));
      if (engine === undefined) return;
      const env = { DATABASE_URL: engine.databaseUrl };
      const path = await collectionPath(engine);
      for (const rate of [undefined, String(SLOW)]) {
        const words = [
          'copy',
          `jsonl:${jsonl}`,
          `polyvec:default_tenant/default_database/beside-${rate ?? 'all'}`,
          '--metric',
          'cosine',
        ];
        const work = command([...words, ...(rate === undefined ? [] : ['--rate', rate])], env);
        console.log(
          `p99 of searches beside a copy, --rate ${rate ?? 'absent'}: ${number(await latencyDuring(engine, path, work))} ms`,
        );
      }
    } finally {
      await engine?.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

async function collectionPath(engine: Engine): Promise<string> {
  const collections = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  const { id } = (await (await fetch(`${engine.url}${collections}/jsonl`)).json()) as { id: string };
  return `${collections}/${id}`;
}
