import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaSql, RESULTS } from './chroma-sql.js';
import { type Contender, measurePrepared, measureRow, type Timing, Turns, type Way, withCpu } from './contender.js';
import { type BenchRecord, randomNumbers, records, vectorSource } from './data.js';
import type { Engine } from './engines.js';
import { CLIENTS, forMilliseconds, inParallel } from './measure.js';
import type { Row } from './report.js';
import { SameSql } from './same-sql.js';
import { filterOf, searchRecords, type Truth, truths } from './search-data.js';
import { above, type SearchRow, type Side } from './search-report.js';
import { blockOf, prepareBareUpsert, type Prepared, prepareUpsert, type SearchWork, send, works } from './search-workload.js';
import { BATCH, queryBody, Session } from './workload.js';

export interface ServerOptions extends Timing {
  readonly count: number;
  /** Requests of `BATCH` rows in a cell that writes. */
  readonly batches: number;
  /** Deletes by filter in a cell. */
  readonly deletes: number;
  /** How long queries are measured before and after a tenth of the records is deleted. */
  readonly restMs: number;
  readonly upkeepMs: number;
  readonly upkeepClients: readonly number[];
  /** How long nothing may happen in the background before measuring goes on. */
  readonly quietMs: { readonly afterLoad: number; readonly betweenCells: number };
  /** What Chroma's server does on its own after a load comes to an end. */
  readonly chromaSettleMs: number;
  readonly recallQueries: { readonly plain: number; readonly filtered: number };
}

export type PolyvecServer = Engine & { readonly databaseUrl: string };

/** Polyvec on a Postgres server, beside the same SQL and Chroma's server. */
export async function measureServer(
  polyvec: PolyvecServer,
  chroma: Engine,
  options: ServerOptions,
  signal: AbortSignal,
): Promise<readonly SearchRow[]> {
  const rows = [...(await newCollectionRows(polyvec, chroma, options))];
  const all = searchRecords(options.count);
  const sessions = { polyvec: new Session(polyvec, all), chroma: new Session(chroma, all) };
  let sql: SameSql | undefined;
  try {
    const { databaseUrl } = polyvec;
    const { quietMs } = options;
    const indexed = (quiet: number) => (): Promise<void> => sessions.polyvec.indexed({ databaseUrl, quietMs: quiet });
    const loaded = {
      polyvec: await load(sessions.polyvec, indexed(quietMs.afterLoad)),
      chroma: await load(sessions.chroma, () => sleep(options.chromaSettleMs)),
    };
    rows.push(loadRow(loaded.polyvec, loaded.chroma, options.count));
    signal.throwIfAborted();
    const same = (sql = await SameSql.open(polyvec.databaseUrl, sessions.polyvec.name));
    const list = works(new ChromaSql(same), all, options);
    const recalls = await measureRecall(list, all, sessions, options);
    const turns = new Turns();
    const ways: readonly Way<Prepared>[] = [
      {
        ...httpWay(sessions.polyvec, turns),
        name: 'SQL',
        settle: indexed(quietMs.betweenCells),
        send: (request) => same.send(request.sql),
        isCurrent: () => same.isCurrent(),
      },
      { ...httpWay(sessions.polyvec, turns), settle: indexed(quietMs.betweenCells) },
      httpWay(sessions.chroma, new Turns()),
    ];
    for (const work of list) {
      for (const row of await measurePrepared([work], ways, options)) rows.push(compared(work, row, recalls.get(work)));
    }
    rows.push(...(await upkeepRows(all, sessions, indexed(quietMs.afterLoad), options)));
    return rows;
  } finally {
    await sql?.close();
    sessions.polyvec.close();
    sessions.chroma.close();
  }
}

function httpWay(session: Session, turns: Turns): Way<Prepared> {
  const { engine } = session;
  return {
    name: engine.name,
    engine,
    turns,
    send: (request) => send(session, request),
    restore: (count) => session.restore(count),
  };
}

type Recall = Readonly<Record<'polyvec' | 'chroma', number>>;

/** Of cells in the order SQL, Polyvec, Chroma. */
function compared(work: SearchWork, { name, clients = CLIENTS, cells }: Row, recall: Recall | undefined): SearchRow {
  const [sql, polyvec, chroma] = cells;
  if (polyvec === undefined) throw new Error(`${name} was not measured`);
  return {
    name,
    clients,
    rowsPerRequest: work.rowsPerRequest,
    aims: work.aims,
    percent: work.share?.percent,
    polyvec: { cell: polyvec, recall: recall?.polyvec },
    sql: sql && { cell: sql },
    chroma: chroma && { cell: chroma, recall: recall?.chroma },
  };
}

/** A full load of a new collection: it gets tables of its own meanwhile, so that there is no one statement to compare with. */
function loadRow(polyvec: Side, chroma: Side, count: number): SearchRow {
  return {
    name: `load of ${count.toLocaleString('en')}, 11 fields and a document (${String(BATCH)} a request)`,
    clients: CLIENTS,
    rowsPerRequest: BATCH,
    aims: [above('rows', 25_000)],
    polyvec,
    sql: undefined,
    chroma,
  };
}

/** Loads everything, and waits for what follows in the background. */
async function load(session: Session, settle: () => Promise<unknown>): Promise<Side> {
  await session.create();
  const cell = await withCpu(session.engine, () => session.load());
  const before = performance.now();
  await settle();
  const seconds = (performance.now() - before) / 1_000;
  console.error(
    `load, ${session.engine.name}: ${(cell.perSecond * BATCH).toFixed(0)} rows/s, ready ${seconds.toFixed(0)} s later, a wait included`,
  );
  return { cell };
}

/** What is written into a new collection, so few rows that it has no index. */
async function newCollectionRows(polyvec: PolyvecServer, chroma: Engine, options: ServerOptions): Promise<readonly SearchRow[]> {
  const all = records(options.batches * BATCH + 1);
  const kinds = [
    { name: 'ids and vectors', prepare: prepareBareUpsert },
    { name: '5 fields and a document', prepare: prepareUpsert },
  ];
  const rows: SearchRow[] = [];
  for (const { name, prepare } of kinds) {
    const work = {
      name: `upsert, no index, ${name} (${String(BATCH)} a request)`,
      aims: [above('rows', 25_000)],
      rowsPerRequest: BATCH,
      variants: options.batches,
      prepare: () => Promise.reject(new Error('prepared in its collection')),
    };
    const contenders = [
      newCollectionContender(polyvec, all, prepare, polyvec.databaseUrl, 'SQL'),
      newCollectionContender(polyvec, all, prepare, polyvec.databaseUrl),
      newCollectionContender(chroma, all, prepare),
    ];
    rows.push(compared(work, await measureRow(work, contenders, options.rounds), undefined));
  }
  return rows;
}

/** With a database, the same statements are recorded; as `SQL`, they are sent, not the requests. */
function newCollectionContender(
  engine: Engine,
  all: readonly BenchRecord[],
  prepare: typeof prepareUpsert,
  databaseUrl?: string,
  way: 'SQL' | 'HTTP' = 'HTTP',
): Contender<SearchWork> {
  return {
    name: way === 'SQL' ? way : engine.name,
    measure: async ({ variants }) => {
      // the first record gives the collection its dimension and its fields
      const session = new Session(engine, all.slice(-1));
      let sql: SameSql | undefined;
      try {
        await session.create();
        await session.load();
        sql = databaseUrl === undefined ? undefined : await SameSql.open(databaseUrl, session.name);
        const requests: Prepared[] = [];
        for (let index = 0; index < variants; index += 1)
          requests.push(await prepare(sql && new ChromaSql(sql), blockOf(all, index)));
        const one = (index: number): Promise<unknown> => {
          const request = requests[index];
          if (request === undefined) throw new Error(`there is no request ${String(index)}`);
          return sql !== undefined && way === 'SQL' ? sql.send(request.sql) : send(session, request);
        };
        const measured = await withCpu(engine, () => inParallel(variants, one));
        const found = Number(await session.get('count'));
        if (found !== variants * BATCH + 1) throw new Error(`${engine.name} has ${String(found)} records after ${way}`);
        return measured;
      } finally {
        await sql?.close();
        await session.drop();
        session.close();
      }
    },
  };
}

async function measureRecall(
  list: readonly SearchWork[],
  all: readonly BenchRecord[],
  sessions: Readonly<Record<'polyvec' | 'chroma', Session>>,
  { recallQueries }: ServerOptions,
): Promise<ReadonlyMap<SearchWork, Recall>> {
  const recalls = new Map<SearchWork, Recall>();
  for (const work of list) {
    const { share } = work;
    if (!work.aims.some(({ kind }) => kind === 'recall')) continue;
    const known =
      share === undefined
        ? truths(all, recallQueries.plain, RESULTS)
        : truths(all, recallQueries.filtered, RESULTS, (index) => filterOf(share, index));
    const recall = { polyvec: await recallOf(sessions.polyvec, known), chroma: await recallOf(sessions.chroma, known) };
    console.error(`${work.name}: recall ${recall.polyvec.toFixed(3)}, Chroma ${recall.chroma.toFixed(3)}`);
    recalls.set(work, recall);
  }
  return recalls;
}

/** The share of the nearest records that is found: of min(limit, matching) for each query, on average. */
async function recallOf(session: Session, known: readonly Truth[]): Promise<number> {
  let sum = 0;
  for (const { query, where, nearest } of known) {
    const { ids } = JSON.parse(await session.post('query', queryBody(query, where))) as { ids: readonly (readonly string[])[] };
    const found = (ids[0] ?? []).filter((id) => nearest.has(id)).length;
    sum += nearest.size === 0 ? 1 : found / nearest.size;
  }
  return sum / known.length;
}

/** Queries at rest, and again right after a tenth of the records is deleted: another tenth for each number of clients. */
async function upkeepRows(
  all: readonly BenchRecord[],
  sessions: Readonly<Record<'polyvec' | 'chroma', Session>>,
  indexed: () => Promise<void>,
  options: ServerOptions,
): Promise<readonly SearchRow[]> {
  const rows: SearchRow[] = [];
  const random = randomNumbers(10);
  const tenths = all.map(() => Math.floor(10 * random()));
  for (const [tenth, clients] of options.upkeepClients.entries()) {
    const doomed = all.filter((_, index) => tenths[index] === tenth).map(({ id }) => id);
    await indexed();
    const polyvec = await underUpkeep(sessions.polyvec, doomed, clients, options);
    const chroma = await underUpkeep(sessions.chroma, doomed, clients, options);
    const name = `query while 10 % of the records have just been deleted (${String(options.upkeepMs / 1_000)} s)`;
    console.error(
      `${name}, ${String(clients)} clients: p95 ${polyvec.before?.p95.toFixed(1) ?? ''}, then ${polyvec.cell.p95.toFixed(1)}`,
    );
    rows.push({ name, clients, aims: [{ kind: 'growth of p95', atMost: 2 }], polyvec, sql: undefined, chroma });
  }
  return rows;
}

async function underUpkeep(session: Session, doomed: readonly string[], clients: number, options: ServerOptions): Promise<Side> {
  const next = vectorSource(31);
  const bodies = Array.from({ length: 100 }, () => queryBody(next()));
  let turn = 0;
  const query = (): Promise<unknown> => session.post('query', bodies[turn++ % bodies.length] ?? '');
  await inParallel(options.warmUp, query, clients);
  const before = await forMilliseconds(options.restMs, query, clients);
  for (let at = 0; at < doomed.length; at += BATCH) {
    await session.post('delete', JSON.stringify({ ids: doomed.slice(at, at + BATCH) }));
  }
  const cell = await withCpu(session.engine, () => forMilliseconds(options.upkeepMs, query, clients));
  return { cell, before };
}
