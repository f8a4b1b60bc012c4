/**
 * `npm run bench -- recall`: how many of the true nearest neighbours Polyvec finds on a Postgres server, with filters of many kinds,
 * and how long it takes. `--only <data set>`: this one alone (may be given several times). `--quick`: two small data sets, 10 queries
 * each. `--write`: the tables go into docs/recall.md, which tells the method. Exits with 1 when a recall is below 0.95 or an answer is
 * faulty, such as one with fewer rows than it could have. `--settings`: instead, what `POLYVEC_RECALL` of 0.95, 0.98 and 0.995 brings and
 * costs on each data set and on uniformly distributed vectors; exits with 1 when a recall is more than 0.01 below the one asked for.
 * `--plot`: instead, recall against queries a second for the same settings, and for Chroma's server at several `ef_search`; `--write`
 * puts the picture into docs/recall.svg.
 */
import { writeFile } from 'node:fs/promises';
import { type Dataset, rowCount } from './datasets/dataset.js';
import { type DatasetSource, FULL_SETS, HARD_SETS, QUICK_HARD_SETS, QUICK_SETS } from './datasets/datasets.js';
import { startServer } from './engines.js';
import { type Attributes, attributesOf, type FilterCase, filterCases, matcher, whereOf } from './recall-filters.js';
import { isKept } from './recall-loaded.js';
import { measureRates, type RateOptions, type RateSet } from './recall-rates.js';
import { hasEffect, isGoodPoint, ratesPicture, ratesTable } from './recall-rates-report.js';
import { isGood, type RecallCell, type RecallRun, recallSection, writeSections } from './recall-report.js';
import { RecallSession } from './recall-session.js';
import { measureSettings, type SettingRow, settingsTable } from './recall-settings.js';
import { judge, type Truth, truths } from './recall-truth.js';
import { writeTable } from './report.js';
import { run } from './run.js';

const quick = process.argv.includes('--quick');
const settings = process.argv.includes('--settings');
const plot = process.argv.includes('--plot');
const write = process.argv.includes('--write');
const LARGE = 500_000;
/** Queries that do not count, before each cell; they are not asked again. */
const WARM_UP = quick ? 1 : 3;
const PAGE = 'docs/recall.md';
const PICTURE = 'docs/recall.svg';
const SETTINGS = { POLYVEC_INDEX_MEMORY_MB: '4096' };
/** Of the data sets, those that both engines are plotted by. */
const PLOTTED = ['clustered-100k', 'uniform-60k', 'clustered', 'uniform'];
/** With Chroma's default of 100. */
const RATES: RateOptions = quick
  ? { queries: 100, rounds: 1, cellMs: 400, warmUp: 20, efSearches: [10, 40, 100, 400] }
  : { queries: 200, rounds: 3, cellMs: 1_500, warmUp: 100, efSearches: [10, 20, 40, 100, 200, 400, 800] };

function queriesOf(dataset: Dataset): number {
  if (quick) return 10;
  return rowCount(dataset) >= LARGE ? 30 : 50;
}

async function measureCell(
  session: RecallSession,
  dataset: Dataset,
  attributes: Attributes,
  filter: FilterCase,
  expected: readonly Truth[],
): Promise<RecallCell> {
  const ask = (query: number): ReturnType<RecallSession['query']> =>
    session.query(query, filter.condition === undefined ? undefined : whereOf(filter.condition(query)));
  for (let extra = 0; extra < WARM_UP; extra += 1) await ask(expected.length + extra);
  const recalls: number[] = [];
  const milliseconds: number[] = [];
  const plans = new Map<string, number>();
  let faulty = 0;
  for (const [query, truth] of expected.entries()) {
    const answer = await ask(query);
    const verdict = judge(dataset, truth, query, answer.rows, matcher(attributes, filter.condition?.(query) ?? {}));
    milliseconds.push(answer.milliseconds);
    if (verdict.recall !== undefined) recalls.push(verdict.recall);
    if (verdict.isFaulty) faulty += 1;
    if (answer.plan !== undefined) plans.set(answer.plan, (plans.get(answer.plan) ?? 0) + 1);
  }
  const recall = recalls.length === 0 ? undefined : mean(recalls);
  return { filter, matching: mean(expected.map((truth) => truth.matching)), recall, faulty, milliseconds, plans };
}

async function measure(source: DatasetSource, server: string, signal: AbortSignal): Promise<RecallRun> {
  const dataset = await timed(`${source.name}: data`, source.make);
  const attributes = attributesOf(dataset);
  const cases = filterCases(dataset);
  const queries = queriesOf(dataset);
  const expected = await timed(`${source.name}: truth`, () => truths(dataset, attributes, cases, queries));
  signal.throwIfAborted();
  const engine = await startServer(server, signal, SETTINGS);
  const session = new RecallSession(engine.url, engine.databaseUrl, dataset, attributes);
  try {
    const loadSeconds = await timed(`${source.name}: load`, () => session.load());
    const built = await timed(`${source.name}: indexing`, () => session.built(signal));
    const cells: RecallCell[] = [];
    for (const [at, filter] of cases.entries()) {
      const cell = await measureCell(session, dataset, attributes, filter, expected[at] ?? []);
      cells.push(cell);
      console.error(`${source.name}: ${filter.name}: ${cell.recall?.toFixed(3) ?? '-'}${isGood(cell) ? '' : ' !'}`);
    }
    return { dataset, queries, loadSeconds, built, cells };
  } finally {
    session.close();
    await engine.stop();
  }
}

async function timed<Result>(what: string, work: () => Result | Promise<Result>): Promise<Result> {
  const before = performance.now();
  const result = await work();
  console.error(`${what}: ${((performance.now() - before) / 1_000).toFixed(1)} s`);
  return result;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The data sets that the command line asks for. */
function wantedSets(): readonly DatasetSource[] {
  const hard = quick ? QUICK_HARD_SETS : HARD_SETS;
  const all = [...(quick ? QUICK_SETS : FULL_SETS), ...(settings || plot ? hard : [])];
  const sets = plot ? all.filter(({ name }) => PLOTTED.includes(name)) : all;
  const names = process.argv.filter((_, at, all) => all[at - 1] === '--only');
  const unknown = names.find((name) => !sets.some((set) => set.name === name));
  if (unknown !== undefined) throw new Error(`no data set ${unknown}; there are ${sets.map((set) => set.name).join(', ')}`);
  return names.length === 0 ? sets : sets.filter((set) => names.includes(set.name));
}

/** Asked, measured and cost; what there is after each data set is written. */
async function showSettings(server: string, signal: AbortSignal): Promise<void> {
  const rows: SettingRow[] = [];
  const queries = quick ? 50 : 190;
  for (const source of wantedSets()) {
    rows.push(...(await timed(source.name, () => measureSettings(source, server, signal, queries))));
    if (write) await writeTable(PAGE, 'recall-settings', settingsTable(rows, queries));
  }
  console.log(settingsTable(rows, queries));
  if (!rows.every(({ asked, recall }) => isKept(asked, recall))) process.exitCode = 1;
}

/** Recall and rates beside Chroma's server; what there is after each data set is written. */
async function showRates(server: string, signal: AbortSignal): Promise<void> {
  const sets: RateSet[] = [];
  for (const source of wantedSets()) {
    const measured = await timed(source.name, () => measureRates(source, server, signal, RATES));
    sets.push(measured);
    if (write) {
      await writeTable(PAGE, 'recall-plot', ratesTable(sets, RATES, quick));
      await writeFile(PICTURE, ratesPicture(sets));
    }
    if (!hasEffect(measured)) console.error(`${source.name}: Chroma's server finds no more with a larger ef_search`);
    if (!hasEffect(measured) || !measured.points.every(isGoodPoint)) process.exitCode = 1;
  }
  console.log(ratesTable(sets, RATES, quick));
}

async function main(signal: AbortSignal): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? '';
  if (server === '') throw new Error('this needs a Postgres server: npm run db:up, or DATABASE_URL');
  if (settings) return showSettings(server, signal);
  if (plot) return showRates(server, signal);
  for (const source of wantedSets()) {
    const measured = await measure(source, server, signal);
    const section = recallSection(measured);
    console.log(`${section}\n`);
    if (write) await writeSections(PAGE, [section]);
    if (!measured.cells.every(isGood)) process.exitCode = 1;
  }
}

await run(main);
