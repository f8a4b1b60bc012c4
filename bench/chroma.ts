/**
 * `npm run bench`: Polyvec on its two engines beside the real Chroma server, in one run: the same requests, data, machine and
 * number of clients; the engines take turns within each row. Method: docs/benchmarks.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { cpuSeconds, startChroma, startEmbedded, startServer, type Engine } from './engines.js';
import {
  CLIENTS,
  DELETE_FILTER,
  DELETE_IDS,
  forMilliseconds,
  inParallel,
  READS,
  Session,
  UPSERT,
  type Cell,
  type Work,
} from './workload.js';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 5_000 : 20_000;
const ROUNDS = quick ? 1 : 3;
const CELL_MS = quick ? 1_000 : 2_500;
/** Deletes are measured by number, not by time: every record can be deleted once. */
const DELETES = quick ? 40 : 150;

type Row = readonly [name: string, cells: readonly Cell[]];

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const middle = (cells: readonly Cell[]): Cell => ({
  perSecond: median(cells.map((cell) => cell.perSecond)),
  p50: median(cells.map((cell) => cell.p50)),
  p99: median(cells.map((cell) => cell.p99)),
});

/** Measures one kind of work on every engine in turn, `ROUNDS` times. */
async function row(work: Work, sessions: readonly Session[], run: (session: Session, work: Work) => Promise<Cell>): Promise<Row> {
  const cells: Cell[][] = sessions.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, session] of sessions.entries()) cells[at]?.push(await run(session, work));
  }
  const result = cells.map(middle);
  console.error(work.name, result.map((cell) => cell.perSecond.toFixed(0)).join(' / '));
  return [work.name, result];
}

const timed = async (session: Session, work: Work): Promise<Cell> => {
  for (let warmUp = 0; warmUp < 5; warmUp += 1) await work.request(session, session.counter++);
  return forMilliseconds(CELL_MS, () => work.request(session, session.counter++));
};

/** Deletes what is there, measured, and puts it back. */
const deleting =
  (rowsEach: number) =>
  async (session: Session, work: Work): Promise<Cell> => {
    const cell = await inParallel(DELETES, (index) => work.request(session, index));
    await session.restore(Array.from({ length: DELETES * rowsEach }, (_, at) => at));
    return cell;
  };

async function main(): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'];
  const engines: Engine[] = [await startChroma(), await startEmbedded()];
  if (server !== undefined) engines.push(await startServer(server));
  const sessions = engines.map((engine) => new Session(engine, COUNT));
  try {
    const rows = await measureAll(sessions);
    const table = render(engines, rows);
    console.log(table);
    if (process.argv.includes('--write')) await writeReadme(table);
  } finally {
    for (const session of sessions) session.close();
    for (const engine of engines) await engine.stop();
  }
}

async function measureAll(sessions: readonly Session[]): Promise<readonly Row[]> {
  const loads: Cell[] = [];
  for (const session of sessions) {
    await session.create();
    loads.push(await session.load());
  }
  const rows: Row[] = [['add, rows', loads]];
  for (const work of READS) rows.push(await row(work, sessions, timed));
  const before = await Promise.all(sessions.map((session) => cpuSeconds(session.engine.pid)));
  rows.push(await row(UPSERT, sessions, timed));
  const after = await Promise.all(sessions.map((session) => cpuSeconds(session.engine.pid)));
  console.error(
    'CPU seconds of the processes during upserts:',
    after.map((seconds, at) => (seconds - (before[at] ?? 0)).toFixed(1)).join(' / '),
  );
  rows.push(await row(DELETE_IDS, sessions, deleting(10)));
  rows.push(await row(DELETE_FILTER, sessions, deleting(50)));
  return rows;
}

function render(engines: readonly Engine[], rows: readonly Row[]): string {
  const cpu = cpus()[0]?.model ?? '';
  const lines = [
    `${String(COUNT)} records × 384 dimensions, ${String(CLIENTS)} clients, median of ${String(ROUNDS)} rounds; per second, p50 / p99 in ms, and how many times Chroma's rate. ` +
      `${String(cpus().length)} shared cores (${cpu}), ${String(Math.round(totalmem() / 2 ** 30))} GiB; ${new Date().toISOString().slice(0, 10)}; \`npm run bench\`.`,
    '',
    `| | ${engines.map((engine) => engine.name).join(' | ')} |`,
    `| --- |${engines.map(() => ' --- |').join('')}`,
  ];
  for (const [name, cells] of rows) {
    const base = cells[0]?.perSecond ?? 1;
    const texts = cells.map((cell, at) => {
      const ratio = at === 0 ? '' : `, **${(cell.perSecond / base).toFixed(1)} ×**`;
      return `${cell.perSecond.toFixed(0)} (${cell.p50.toFixed(1)} / ${cell.p99.toFixed(1)})${ratio}`;
    });
    lines.push(`| ${name} | ${texts.join(' | ')} |`);
  }
  for (const [label, key] of [
    ['start to first answer, fresh', 'fresh'],
    ['start to first answer, again', 'again'],
  ] as const) {
    lines.push(`| ${label} | ${engines.map((engine) => `${(engine.startMs[key] / 1000).toFixed(1)} s`).join(' | ')} |`);
  }
  return lines.join('\n');
}

async function writeReadme(table: string): Promise<void> {
  const text = await readFile('README.md', 'utf8');
  await writeFile(
    'README.md',
    text.replace(
      /(<!-- bench:begin -->\n)[^]*?(<!-- bench:end -->)/,
      (_, begin: string, end: string) => `${begin}${table}\n${end}`,
    ),
  );
}

await main();
