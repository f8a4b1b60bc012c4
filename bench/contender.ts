import type { Engine } from './engines.js';
import { median, type Cell } from './measure.js';
import { cpuBetween } from './processes.js';
import type { Measured, Row } from './report.js';

/** Something whose requests are measured. */
export interface Contender<Work> {
  readonly name: string;
  /** Undefined: it has nothing to compare. */
  measure(work: Work): Promise<Measured | undefined>;
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
): Promise<Row> {
  const measured: Measured[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, contender] of contenders.entries()) {
      const cell = await contender.measure(work);
      if (cell !== undefined) measured[at]?.push(cell);
    }
  }
  const row = { name: work.name, cells: measured.map(middle) };
  console.error(row.name, row.cells.map((cell) => cell?.perSecond.toFixed(0) ?? '—').join(' / '));
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
    p99: of('p99'),
    serverCpuMs: of('serverCpuMs'),
    postgresCpuMs: of('postgresCpuMs'),
  };
}
