/**
 * `npm run bench -- forks`: how long a fork of 100,000 records takes, and the first searches of it, on a Postgres server and on the
 * embedded engine. `--quick`: a tenth. `--server`, `--embedded`: on that one alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaApi, CollectionApi } from '../test/support/clients/chroma-api.js';
import { randomNumbers } from './data.js';
import { type Engine, startEmbedded, startServer } from './engines.js';
import { markdownTable, provenance } from './report.js';
import { run } from './run.js';

const RECORDS = process.argv.includes('--quick') ? 10_000 : 100_000;
const DIMENSION = 384;
const BATCH = 1_000;
const FORKS = 5;
/** For whatever the maintenance still does. */
const SETTLED_MS = 5_000;
const LIMIT_MS = process.argv.includes('--quick') ? 10_000 : 240_000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function filled(chroma: ChromaApi): Promise<CollectionApi> {
  const random = randomNumbers(1);
  const collection = await chroma.createCollection();
  for (let from = 0; from < RECORDS; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, at) => from + at);
    await collection.fill({
      ids: numbers.map((number) => `record-${String(number)}`),
      embeddings: numbers.map(() => Array.from({ length: DIMENSION }, () => Math.fround(random() - 0.5))),
      documents: numbers.map((number) => `The text of the record ${String(number)}`),
      metadatas: numbers.map((number) => ({ part: number % 100, kind: `kind ${String(number % 7)}`, share: number / RECORDS })),
    });
  }
  return collection;
}

/** Until a search is by an index: then the source has tables of its own, and nothing is built any more. A small one never has. */
async function settled({ api, path }: CollectionApi): Promise<void> {
  const body = { query_embeddings: [Array.from({ length: DIMENSION }, () => 0.1)], n_results: 5 };
  const limit = Date.now() + LIMIT_MS;
  let plan = '';
  while (!plan.startsWith('hnsw') && Date.now() < limit) {
    await sleep(1_000);
    const { headers } = await api.call(`${path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
    plan = headers.get('x-polyvec-plan') ?? '';
  }
  await sleep(SETTLED_MS);
}

async function measure(engine: Engine): Promise<readonly (readonly string[])[]> {
  const source = await filled(new ChromaApi(engine.url));
  await settled(source);
  const times: Record<'fork' | 'get' | 'query', number[]> = { fork: [], get: [], query: [] };
  for (let at = 0; at < FORKS; at += 1) {
    let id = '';
    const name = `fork-${String(at)}`;
    const fork = async (): Promise<void> => {
      const { status, text, body } = await source.post('fork', { new_name: name });
      if (status !== 200) throw new Error(`fork: ${String(status)} ${text}`);
      ({ id } = body as { id: string });
    };
    times.fork.push(await timed(fork));
    const made = new CollectionApi(source.api, id, name);
    times.get.push(await timed(() => made.post('get', { where: { part: 7 }, limit: 10 })));
    const query = Array.from({ length: DIMENSION }, () => 0.1);
    times.query.push(await timed(() => made.post('query', { query_embeddings: [query], where: { part: 7 }, n_results: 10 })));
    await made.api.outcome(`${made.collections}/${name}`, undefined, 'DELETE');
  }
  return Object.entries(times).map(([what, list]) => {
    const sorted = [...list].sort((one, other) => one - other).map((time) => time.toFixed(0));
    return [`${engine.name}: ${what}`, sorted[0] ?? '', sorted[Math.floor(FORKS / 2)] ?? '', sorted[FORKS - 1] ?? ''];
  });
}

async function main(signal: AbortSignal): Promise<void> {
  const rows: (readonly string[])[] = [];
  const starts = [
    ...(process.argv.includes('--embedded') ? [] : [() => startServer(process.env['DATABASE_URL'] ?? '', signal)]),
    ...(process.argv.includes('--server') ? [] : [() => startEmbedded(signal)]),
  ];
  for (const start of starts) {
    const engine = await start();
    try {
      rows.push(...(await measure(engine)));
    } finally {
      await engine.stop();
    }
  }
  console.log(markdownTable(['least, ms', 'median, ms', 'most, ms'], rows).join('\n'));
  console.log(provenance('npm run bench -- forks'));
}

await run(main);
