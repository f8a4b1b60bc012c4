/**
 * `npm run bench -- console`: what the console's map of 100,000 points costs, in bytes and in time until a browser has painted it;
 * what clients notice of a console that polls beside them: the same queries in turn without one, with what its busiest screens ask, and
 * with reads and lists four times a second; and how Home is with 10,000 collections. `--quick`: a tenth of the records and collections,
 * fewer rounds. `--write`: the tables go into docs/benchmarks.md.
 */
import 'reflect-metadata';
import { chromiumPath, TestBrowser } from '../test/support/browser.js';
import { homeOfMany } from './console-home.js';
import { withCpu } from './contender.js';
import { type Engine, freePort, startServer } from './engines.js';
import { CLIENTS, forMilliseconds, inParallel, median } from './measure.js';
import { markdownTable, type Measured, NOTHING, provenance, writeTable } from './report.js';
import { run } from './run.js';
import { untilIndexed } from './settle.js';

const isQuick = process.argv.includes('--quick');
const RECORDS = isQuick ? 10_000 : 100_000;
const ROUNDS = isQuick ? 4 : 12;
const COLLECTIONS = isQuick ? 1_000 : 10_000;
const DIMENSION = 64;
const BATCH = 1_000;
/** Of a cell: a screen asks several times meanwhile. */
const CELL_MS = isQuick ? 3_000 : 8_000;
const PLACE = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const HEADERS = { 'content-type': 'application/json', 'x-polyvec-console': '1' };
/** As System asks for figures, and Home for what is being built. */
const SYSTEM_MS = 2_000;
const HOME_MS = 3_000;
const PLACES_MS = 10_000;
/** Faster than any screen asks by itself. */
const HARD_MS = 250;

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

type Poll = (subject: Subject, signal: AbortSignal) => Promise<void>;

/** Asks again and again until `signal`, `ms` after each answer. */
async function again(ms: number, signal: AbortSignal, ask: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await ask();
    await new Promise((wake) => setTimeout(wake, ms));
  }
}

async function feed({ api }: Subject, signal: AbortSignal): Promise<void> {
  await (await send(`${api}/requests`, undefined, signal)).text();
}

const get = async (url: string, signal: AbortSignal): Promise<void> => {
  await (await send(url, undefined, signal)).text();
};

/** What Requests, System, and Home with an index that is being built ask, all of them open. */
const screens: Poll = async (subject, signal) => {
  const { api, uuid } = subject;
  await together(signal, [
    feed(subject, signal),
    again(SYSTEM_MS, signal, () => get(`${api}/system`, signal)),
    again(PLACES_MS, signal, () => get(`${api}/places`, signal)),
    again(HOME_MS, signal, () => get(`${api}/collections?only=${uuid}`, signal)),
  ]);
};

/** Somebody who scrolls and never stops. */
const hard: Poll = async (subject, signal) => {
  const { api, uuid } = subject;
  const lists = again(HARD_MS, signal, async () => {
    await get(`${api}/collections?limit=200`, signal);
    await (await send(`${api}/collections/${uuid}/records`, { namespace: '', limit: 200 }, signal)).text();
  });
  await together(signal, [feed(subject, signal), lists]);
};

async function together(signal: AbortSignal, work: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failed = ends.find((end) => end.status === 'rejected' && !signal.aborted);
  if (failed !== undefined) throw new Error('the console does not answer', { cause: failed });
}

const MODES: readonly (readonly [name: string, poll: Poll | undefined])[] = [
  ['no console', undefined],
  ['its screens open', screens],
  ['reads and lists four times a second', hard],
];

/** A cell of each mode, `ROUNDS` times, each time another one first. */
async function inTurn(engine: Engine, subject: Subject): Promise<readonly (readonly Measured[])[]> {
  const cells: Measured[][] = MODES.map(() => []);
  let index = 0;
  const work = (): Promise<void> => query(subject, index++);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let turn = 0; turn < MODES.length; turn += 1) {
      const mode = (round + turn) % MODES.length;
      const poll = MODES[mode]?.[1];
      const stop = new AbortController();
      const polling = poll?.(subject, stop.signal);
      cells[mode]?.push(await withCpu(engine, () => forMilliseconds(CELL_MS, work)));
      stop.abort();
      await polling;
    }
  }
  return cells;
}

/** The median, and the quarters of the rounds beside it. */
function spread(values: readonly number[], unit: string): string {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `${median(values).toFixed(1)} (${at(0.25)} to ${at(0.75)}) ${unit}`;
}

function modeRow(name: string, cells: readonly Measured[], base: readonly Measured[]): readonly [string, ...string[]] {
  const ratios = cells.map(({ p99 }, round) => p99 / (base[round]?.p99 ?? p99));
  return [
    name,
    spread(
      cells.map(({ p50 }) => p50),
      'ms',
    ),
    spread(
      cells.map(({ p99 }) => p99),
      'ms',
    ),
    cells === base ? NOTHING : spread(ratios, '×'),
    spread(
      cells.map(({ serverCpuMs, postgresCpuMs }) => serverCpuMs + postgresCpuMs),
      'ms',
    ),
  ];
}

function report(
  map: { readonly bytes: number; readonly ms: number },
  painted: number | undefined,
  cells: readonly (readonly Measured[])[],
  home: string,
): string {
  const [base = []] = cells;
  const shown = painted === undefined ? NOTHING : `${(painted / 1_000).toFixed(1)} s`;
  const titles = ['p50', 'p99', 'p99 to that without', 'CPU per query'];
  return [
    `A map of ${RECORDS.toLocaleString('en')} points of ${String(DIMENSION)} dimensions: ${(map.bytes / 1e6).toFixed(1)} MB in ` +
      `${(map.ms / 1_000).toFixed(1)} s; painted by PCA in a browser without a graphics card ${shown} after its address was opened. ` +
      `${home} Below: queries of ${String(CLIENTS)} clients for ${String(CELL_MS / 1_000)} s in each mode in turn, ${String(ROUNDS)} ` +
      'rounds; medians, and the quarters of the rounds around them; CPU of gateway and Postgres together, the console’s included. ' +
      provenance('npm run bench -- console'),
    '',
    ...markdownTable(
      titles,
      MODES.map(([name], mode) => modeRow(name, cells[mode] ?? [], base)),
    ),
  ].join('\n');
}

await run(async (signal) => {
  const port = await freePort();
  const consoleUrl = `http://127.0.0.1:${String(port)}`;
  const engine = await startServer(process.env['DATABASE_URL'] ?? '', signal, { POLYVEC_CONSOLE_PORT: String(port) });
  try {
    const subject = await filled(engine, consoleUrl);
    const status = async (): Promise<string> => (await send(`${subject.url}/indexing_status`)).text();
    await untilIndexed({ status, databaseUrl: engine.databaseUrl });
    console.error('loaded');
    const map = await mapAnswer(subject);
    const painted = await firstPaint(consoleUrl, subject);
    console.error('drawn');
    const cells = await inTurn(engine, subject);
    console.error('polled');
    const home = await homeOfMany(consoleUrl, engine.url + PLACE, COLLECTIONS);
    const table = report(map, painted, cells, home);
    console.log(table);
    if (process.argv.includes('--write')) await writeTable('docs/benchmarks.md', 'console', table);
  } finally {
    await engine.stop();
  }
});
