/**
 * `npm run bench -- stalls`: how long a client that counts every 100 ms waits at most while a collection is loaded, its index comes about,
 * records are deleted by filter, and nothing else happens; on the embedded engine, and on a Postgres server where there is one.
 * `--quick`: a tenth of the records. `--records 100000`: more of them. `--write`: the table goes into docs/benchmarks.md.
 */
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { records } from './data.js';
import { type Engine, startEmbedded, startServer } from './engines.js';
import { markdownTable, NOTHING, provenance, writeTable } from './report.js';
import { run } from './run.js';
import type { Waits } from './stall-counter.js';
import { DELETE_FILTER, Session } from './workload.js';

const COUNTER = fileURLToPath(new URL('./stall-counter.ts', import.meta.url));
const REGISTER = new URL('../test/support/setup/register.js', import.meta.url).href;
const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const DELETES = 100;
const REST_MS = 20_000;
const MOST_WAIT_MS = 250;
/** Of the deletes' p99, in their p50. */
const MOST_SPREAD = 5;
const QUICK_COMPONENTS = 1_000_000;

/** What went on, how long, and how the counting client waited meanwhile. */
interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly waits: Waits;
}

interface Measured {
  readonly engine: string;
  readonly phases: readonly Phase[];
  /** Of deletes by filter: p99 in p50. */
  readonly spread: number;
}

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, records: { type: 'string' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const count = Number(options.records ?? (options.quick === true ? 3_000 : 20_000));
const components = options.quick === true ? QUICK_COMPONENTS : undefined;
const settings: Readonly<Record<string, string>> =
  components === undefined
    ? {}
    : { POLYVEC_DEDICATED_MIN_FLOATS: String(components), POLYVEC_INDEX_MIN_FLOATS: String(components) };

async function measure(engine: Engine): Promise<Measured> {
  const session = new Session(engine, records(count));
  await session.create();
  const counter = fork(COUNTER, [engine.url, `${COLLECTIONS}/${session.collection}/count`], {
    execArgv: ['--no-warnings', '--import', REGISTER],
  });
  const take = async (): Promise<Waits> => {
    const answer = once(counter, 'message');
    counter.send('take');
    return ((await answer) as [Waits])[0];
  };
  const phases: Phase[] = [];
  const phase = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    await take();
    const before = performance.now();
    await work();
    phases.push({ name, seconds: (performance.now() - before) / 1_000, waits: await take() });
    console.error(`${engine.name}: ${textOf(phases.at(-1))} while ${name}`);
  };
  const times: number[] = [];
  try {
    await phase('nothing else happens', () => sleep(REST_MS / 4));
    await phase('records are loaded', () => session.load());
    await phase('its index comes about', () => session.indexed({}));
    await phase('50 records at a time are deleted by filter', async () => {
      for (let index = 0; index < Math.min(DELETES, count / 50); index += 1) {
        const before = performance.now();
        await DELETE_FILTER.request(session, index);
        times.push(performance.now() - before);
      }
    });
    await phase('what was written is settled', () => sleep(REST_MS));
  } finally {
    counter.kill();
    session.close();
  }
  times.sort((one, other) => one - other);
  const [p50 = NaN, p99 = NaN] = [0.5, 0.99].map((share) => times[Math.floor(share * times.length)]);
  return { engine: engine.name, phases, spread: p99 / p50 };
}

function textOf(phase: Phase | undefined): string {
  if (phase === undefined) return NOTHING;
  const { seconds, waits } = phase;
  return `${waits.longest.toFixed(0)} ms (${waits.p99.toFixed(0)}; ${seconds.toFixed(0)} s)`;
}

function tableOf(all: readonly Measured[]): string {
  const names = all[0]?.phases.map(({ name }) => name) ?? [];
  const rows = names.map((name) => [name, ...all.map(({ phases }) => textOf(phases.find((phase) => phase.name === name)))]);
  const spread = ['p99 of those deletes, in their p50', ...all.map((one) => `${one.spread.toFixed(1)} ×`)];
  const titles = all.map(({ engine }) => engine);
  const introduction =
    `${count.toLocaleString('en')} records × 384 dimensions. The longest wait of a client that counts every 100 ms (p99; for how long); ` +
    `aim: ${String(MOST_WAIT_MS)} ms. ${provenance('npm run bench -- stalls')}`;
  return [introduction, '', ...markdownTable(titles, [...rows, spread])].join('\n');
}

function isMet({ phases, spread }: Measured): boolean {
  return phases.every(({ waits }) => waits.longest <= MOST_WAIT_MS) && spread <= MOST_SPREAD;
}

await run(async (signal) => {
  const { DATABASE_URL: server = '' } = process.env;
  const starts = [() => startEmbedded(signal, settings), ...(server === '' ? [] : [() => startServer(server, signal, settings)])];
  const all: Measured[] = [];
  for (const start of starts) {
    const engine = await start();
    all.push(await measure(engine).finally(() => engine.stop()));
  }
  const table = tableOf(all);
  console.log(table);
  if (options.write === true) await writeTable('docs/benchmarks.md', 'stalls', table);
  if (!all.every(isMet)) process.exitCode = 1;
});
