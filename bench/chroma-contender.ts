import { ChromaSql } from './chroma-sql.js';
import { type Contender, type Timing, withCpu } from './contender.js';
import type { Engine } from './engines.js';
import { forMilliseconds, inParallel } from './measure.js';
import type { Measured } from './report.js';
import type { SameSql, Statements } from './same-sql.js';
import { BATCH, DELETE_FILTER, DELETE_IDS, type Session, type Source, type Work } from './workload.js';

/** An engine under a kind of load: for some time, or `deletes` deletes, after which all is put back: every record can be deleted once. */
export function engineContender(session: Session, timing: Timing & { readonly deletes: number }): Contender<Work> {
  const { cellMs, warmUp, deletes } = timing;
  const deletedRows = new Map([
    [DELETE_IDS.name, 10 * deletes],
    [DELETE_FILTER.name, 50 * deletes],
  ]);
  const request = (work: Work) => (): Promise<unknown> => work.request(session, session.counter++);
  return {
    name: session.engine.name,
    measure: async (work) => {
      const rows = deletedRows.get(work.name);
      if (rows === undefined) {
        await inParallel(warmUp, request(work));
        return withCpu(session.engine, () => forMilliseconds(cellMs, request(work)));
      }
      const measured = await withCpu(session.engine, () => inParallel(deletes, (index) => work.request(session, index)));
      await session.restore(rows);
      return measured;
    },
  };
}

/** Statements of each kind, sent in turn. */
const VARIANTS = 50;

/** The same SQL as one engine's requests. */
export function sqlContender(sql: SameSql, engine: Engine, source: Source, { cellMs, warmUp }: Timing): Contender<Work> {
  let counter = 0;
  const measureOnce = async (record: NonNullable<Work['sql']>): Promise<Measured> => {
    const recorded: Statements[] = [];
    for (let index = 0; index < VARIANTS; index += 1) recorded.push(await record(new ChromaSql(sql), source, counter + index));
    const next = (): Promise<void> => sql.send(recorded[counter++ % VARIANTS] ?? []);
    await inParallel(warmUp, next);
    return withCpu(engine, () => forMilliseconds(cellMs, next));
  };
  return {
    name: 'SQL',
    measure: async (work) => {
      if (work.sql === undefined) return undefined;
      const measured = await measureOnce(work.sql);
      // the collection has changed meanwhile, and statements on what it was find nothing
      return (await sql.isCurrent()) ? measured : measureOnce(work.sql);
    },
  };
}

/** Each session loads all records into a new collection; a cell's rate is of records. */
export async function load(sessions: readonly Session[], into: Measured[][]): Promise<void> {
  for (const [at, session] of sessions.entries()) {
    await session.create();
    const measured = await withCpu(session.engine, () => session.load());
    (into[at] ??= []).push({ ...measured, perSecond: measured.perSecond * BATCH });
  }
}
