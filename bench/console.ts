/**
 * `npm run bench -- console`: what the console's map of 100,000 points costs, in bytes and in time until a browser has painted it,
 * and what clients notice of a console that polls beside them: the same queries in turn with and without it. `--quick`: a tenth of the
 * records, fewer rounds. `--write`: the tables go into docs/benchmarks.md.
 */
import 'reflect-metadata';
import { chromiumPath, TestBrowser } from '../test/support/browser.js';
import { type Engine, freePort, startServer } from './engines.js';
import { type Cell, CLIENTS, inParallel, median } from './measure.js';
import { markdownTable, NOTHING, provenance, writeTable } from './report.js';
import { run } from './run.js';

const isQuick = process.argv.includes('--quick');
const RECORDS = isQuick ? 10_000 : 100_000;
const ROUNDS = isQuick ? 3 : 8;
const DIMENSION = 64;
const BATCH = 1_000;
const REQUESTS = 400;
const PLACE = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const HEADERS = { 'content-type': 'application/json', 'x-polyvec-console': '1' };
/** Faster than the page asks by itself. */
const POLL_MS = 250;

interface Subject {
  readonly url: string;
  readonly api: string;
  readonly uuid: string;
}

function embeddingOf(seed: number): readonly number[] {
  // a linear congruence: the same on every run
  let state = (seed * 2_654_435_761) >>> 0;
  return Array.from({ length: DIMENSION }, () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

async function send(url: string, body?: object, signal?: AbortSignal): Promise<Response> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(url, { headers: HEADERS, ...sent, ...(signal !== undefined && { signal }) });
  if (!answer.ok) throw new Error(`${url}: ${String(answer.status)} ${await answer.text()}`);
  return answer;
}

async function filled(engine: Engine, consoleUrl: string): Promise<Subject> {
  const made = (await (await send(engine.url + PLACE, { name: 'bench' })).json()) as { readonly id: string };
  await inParallel(RECORDS / BATCH, async (batch) => {
    const numbers = Array.from({ length: BATCH }, (_, index) => batch * BATCH + index);
    const body = {
      ids: numbers.map((number) => `r${String(number)}`),
      embeddings: numbers.map(embeddingOf),
      metadatas: numbers.map((number) => ({ group: number % 12 })),
    };
    await (await send(`${engine.url}${PLACE}/${made.id}/upsert`, body)).text();
  });
  return { url: `${engine.url}${PLACE}/${made.id}`, api: `${consoleUrl}/console/api/v1`, uuid: made.id };
}

/** A map as the page asks for it: bytes of the answer, and milliseconds until it is whole. */
async function mapAnswer({ api, uuid }: Subject): Promise<{ readonly bytes: number; readonly ms: number }> {
  const before = performance.now();
  const answer = await send(`${api}/collections/${uuid}/map`, { namespace: '', count: RECORDS, seed: 7 });
  const { byteLength } = await answer.arrayBuffer();
  return { bytes: byteLength, ms: performance.now() - before };
}

/** Milliseconds from the call of the map's address until all points are painted; undefined without a browser. */
async function firstPaint(consoleUrl: string, { uuid }: Subject): Promise<number | undefined> {
  if (chromiumPath === undefined) return undefined;
  const browser = await TestBrowser.launch(consoleUrl, true);
  try {
    const before = performance.now();
    const { page } = await browser.open(`/c/${uuid}/map?by=pca&n=${String(RECORDS)}`);
    await page.locator(`canvas[data-drawn="${String(RECORDS)}"]`).waitFor();
    return performance.now() - before;
  } finally {
    await browser.close();
  }
}

const query = async (subject: Subject, index: number): Promise<void> => {
  await (await send(`${subject.url}/query`, { query_embeddings: [embeddingOf(index + 500_000)], n_results: 10 })).text();
};

/** The work of an open console until `signal`: the feed, and its lists again and again. */
async function poll({ api, uuid }: Subject, signal: AbortSignal): Promise<void> {
  const feed = send(`${api}/requests`, undefined, signal).then((answer) => answer.text());
  const lists = async (): Promise<void> => {
    while (!signal.aborted) {
      await (await send(`${api}/collections?limit=200`, undefined, signal)).text();
      await (await send(`${api}/collections/${uuid}/records`, { namespace: '', limit: 200 }, signal)).text();
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  };
  const ends = await Promise.allSettled([feed, lists()]);
  const failed = ends.find((end) => end.status === 'rejected' && !signal.aborted);
  if (failed !== undefined) throw new Error('the console does not answer', { cause: failed });
}

async function inTurn(subject: Subject): Promise<{ readonly alone: readonly Cell[]; readonly polled: readonly Cell[] }> {
  const alone: Cell[] = [];
  const polled: Cell[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await inParallel(REQUESTS, (index) => query(subject, index)));
    const stop = new AbortController();
    const polling = poll(subject, stop.signal);
    polled.push(await inParallel(REQUESTS, (index) => query(subject, index)));
    stop.abort();
    await polling;
  }
  return { alone, polled };
}

function report(
  map: { readonly bytes: number; readonly ms: number },
  painted: number | undefined,
  cells: Awaited<ReturnType<typeof inTurn>>,
): string {
  const row = (name: string, measured: readonly Cell[]): readonly [string, ...string[]] => [
    name,
    ...[median(measured.map(({ p50 }) => p50)), median(measured.map(({ p99 }) => p99))].map((ms) => `${ms.toFixed(1)} ms`),
  ];
  const shown = painted === undefined ? NOTHING : `${(painted / 1_000).toFixed(1)} s`;
  return [
    `A map of ${RECORDS.toLocaleString('en')} points of ${String(DIMENSION)} dimensions: ${(map.bytes / 1e6).toFixed(1)} MB in ` +
      `${(map.ms / 1_000).toFixed(1)} s; painted by PCA in a browser without a graphics card ${shown} after its address was opened. ` +
      `Below: ${String(CLIENTS)} clients, ${String(ROUNDS)} rounds of ${String(REQUESTS)} queries in turn, medians of the rounds. ` +
      provenance('npm run bench -- console'),
    '',
    ...markdownTable(['p50', 'p99'], [row('no console', cells.alone), row('a console that polls', cells.polled)]),
  ].join('\n');
}

await run(async (signal) => {
  const port = await freePort();
  const consoleUrl = `http://127.0.0.1:${String(port)}`;
  const engine = await startServer(process.env['DATABASE_URL'] ?? '', signal, { POLYVEC_CONSOLE_PORT: String(port) });
  try {
    const subject = await filled(engine, consoleUrl);
    console.error('loaded');
    const map = await mapAnswer(subject);
    const painted = await firstPaint(consoleUrl, subject);
    console.error('drawn');
    const table = report(map, painted, await inTurn(subject));
    console.log(table);
    if (process.argv.includes('--write')) await writeTable('docs/benchmarks.md', 'console', table);
  } finally {
    await engine.stop();
  }
});
