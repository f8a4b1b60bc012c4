import type { Engine } from './engines.js';
import { type Cell, CLIENTS, forMilliseconds, inParallel, median } from './measure.js';
import { cpuBetween } from './processes.js';
import type { Measured, Row } from './report.js';

/** Something whose requests are measured. */
export interface Contender<Work> {
  readonly name: string;
  /** Undefined: it has nothing to compare. */
  measure(work: Work): Promise<Measured | undefined>;
}

/** One kind of request. All requests are made before anything is measured. */
export interface PreparedWork<Request> {
  readonly name: string;
  /** How many different requests there are; after the last one comes the first again. */
  readonly variants: number;
  readonly prepare: (index: number) => Promise<Request>;
  /** A row for each of these numbers of clients. Absent: one, for `CLIENTS`. */
  readonly clients?: readonly number[];
  /** Absent: as many as there is time for. For deletes, how many records each takes away: they are put back. */
  readonly limit?: { readonly requests: number; readonly removes: number };
  /** Leads to work in the background, whose end is waited for after each cell. */
  readonly settles?: boolean;
}

/** Whose turn it is: no two requests of a kind that follow each other are the same. One per collection that is written to. */
export class Turns {
  private readonly counters = new Map<string, number>();

  next({ name, variants }: PreparedWork<unknown>): number {
    const index = this.counters.get(name) ?? 0;
    this.counters.set(name, index + 1);
    return index % variants;
  }
}

/** A way to send prepared requests to an engine. */
export interface Way<Request> {
  readonly name: string;
  readonly engine: Engine;
  readonly turns: Turns;
  readonly send: (request: Request) => Promise<unknown>;
  /** Writes the first `count` records again, as they were. @throws Error when records are missing then */
  readonly restore: (count: number) => Promise<void>;
  /** Waits for the end of what the engine does in the background. */
  readonly settle?: () => Promise<void>;
  /** Whether the prepared requests still do what they did. If not, they are prepared again, and the cell is measured again. */
  readonly isCurrent?: () => Promise<boolean>;
}

const MAX_ATTEMPTS = 5;

/** How long a cell is measured, and how many requests before it do not count. */
export interface Timing {
  readonly rounds: number;
  readonly cellMs: number;
  readonly warmUp: number;
}

/**
 * Measures each kind of work in each of the ways in turn: for some time, or a number of times, after which what was deleted is
 * put back. A row for each number of clients.
 */
export async function measurePrepared<Request>(
  works: readonly PreparedWork<Request>[],
  ways: readonly Way<Request>[],
  timing: Timing,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const work of works) {
    const requests = await prepare(work);
    for (const clients of work.clients ?? [CLIENTS]) {
      const contenders = ways.map((way) => preparedContender(way, requests, clients, timing));
      rows.push(await measureRow(work, contenders, timing.rounds, clients));
    }
  }
  return rows;
}

async function prepare<Request>(work: PreparedWork<Request>, into: Request[] = []): Promise<Request[]> {
  for (let index = 0; index < work.variants; index += 1) into[index] = await work.prepare(index);
  return into;
}

function preparedContender<Request>(
  way: Way<Request>,
  requests: Request[],
  clients: number,
  timing: Timing,
): Contender<PreparedWork<Request>> {
  const send = (index: number): Promise<unknown> => {
    const request = requests[index];
    if (request === undefined) throw new Error(`there is no request ${String(index)}`);
    return way.send(request);
  };
  const measureOnce = async (work: PreparedWork<Request>): Promise<Measured> => {
    const next = (): Promise<unknown> => send(way.turns.next(work));
    const { limit } = work;
    if (limit === undefined) {
      await inParallel(timing.warmUp, next, clients);
      return withCpu(way.engine, () => forMilliseconds(timing.cellMs, next, clients));
    }
    // what is put back can be taken away again, by the same requests
    return withCpu(way.engine, () => inParallel(limit.requests, limit.removes > 0 ? send : next, clients));
  };
  return {
    name: way.name,
    measure: async (work) => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const measured = await measureOnce(work);
        // what changes after the cell does not make it void
        const isCurrent = (await way.isCurrent?.()) !== false;
        const { requests: sent, removes } = work.limit ?? { requests: 0, removes: 0 };
        if (removes > 0) await way.restore(sent * removes);
        if (work.settles === true) await way.settle?.();
        if (isCurrent) return measured;
        await prepare(work, requests);
      }
      throw new Error(`${work.name}: the collection never stays as it is`);
    },
  };
}

/** A cell, and the CPU time that its requests have cost. */
export async function withCpu(engine: Engine, measure: () => Promise<Cell>): Promise<Measured> {
  const before = await engine.cpu();
  const cell = await measure();
  const after = await engine.cpu();
  const perRequest = (seconds: number): number => (1_000 * seconds) / cell.requests;
  return {
    ...cell,
    serverCpuMs: perRequest(cpuBetween(before.server, after.server)),
    postgresCpuMs: perRequest(cpuBetween(before.postgres, after.postgres)),
  };
}

/** Measures one kind of work on every contender in turn, `rounds` times. */
export async function measureRow<Work extends { readonly name: string }>(
  work: Work,
  contenders: readonly Contender<Work>[],
  rounds: number,
  clients = CLIENTS,
): Promise<Row> {
  const measured: Measured[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, contender] of contenders.entries()) {
      const cell = await contender.measure(work);
      if (cell !== undefined) measured[at]?.push(cell);
    }
  }
  const row = { name: work.name, clients, cells: measured.map(middle) };
  console.error(
    `${row.name}, ${String(clients)} clients:`,
    row.cells.map((cell) => cell?.perSecond.toFixed(0) ?? '—').join(' / '),
  );
  return row;
}

/** The median of each figure; undefined of no cells. */
export function middle(cells: readonly Measured[]): Measured | undefined {
  if (cells.length === 0) return undefined;
  const of = (key: keyof Measured): number => median(cells.map((cell) => cell[key]));
  return {
    requests: of('requests'),
    perSecond: of('perSecond'),
    p50: of('p50'),
    p95: of('p95'),
    p99: of('p99'),
    serverCpuMs: of('serverCpuMs'),
    postgresCpuMs: of('postgresCpuMs'),
  };
}
