import { withCpu } from './contender.js';
import type { Engine } from './engines.js';
import { inParallel } from './measure.js';
import type { Measured } from './report.js';

/** What one kind of request has cost. */
export interface Step extends Measured {
  readonly name: string;
}

/** Runs `work` with the numbers from `first` on, `count` of them, `clients` at a time. */
export async function step(
  engine: Engine,
  name: string,
  clients: number,
  range: { readonly first?: number; readonly count: number },
  work: (index: number) => Promise<unknown>,
): Promise<Step> {
  const { first = 0, count } = range;
  const measured = await withCpu(engine, () => inParallel(count, (index) => work(first + index), clients));
  console.error(name, `${measured.perSecond.toFixed(0)}/s, p50 ${measured.p50.toFixed(1)}, p95 ${measured.p95.toFixed(1)} ms`);
  return { name, ...measured };
}

/** Waits until `isDone`, looking every 50 ms. @throws Error after `limitMs` */
export async function until(what: string, limitMs: number, isDone: () => Promise<boolean>): Promise<number> {
  const before = performance.now();
  while (!(await isDone())) {
    if (performance.now() - before > limitMs) throw new Error(`after ${String(limitMs / 1_000)} s, still waiting until ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return performance.now() - before;
}

/** @throws Error unless both hold the same, in whatever order */
export function requireSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const text = (values: readonly string[]): string => [...values].sort().join(' ');
  if (text(found) !== text(expected)) throw new Error(`${what}: found ${text(found)} instead of ${text(expected)}`);
}
