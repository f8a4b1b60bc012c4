/** Clients that send at the same time. */
export const CLIENTS = 4;

/** What was measured in one cell. */
export interface Cell {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Runs `work` `count` times, `CLIENTS` at a time. */
export async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<Cell> {
  let next = 0;
  return measure(() => (next < count ? next++ : undefined), work);
}

/** Runs `work` for about `ms` milliseconds, `CLIENTS` at a time. */
export async function forMilliseconds(ms: number, work: () => Promise<unknown>): Promise<Cell> {
  const end = performance.now() + ms;
  return measure(() => (performance.now() < end ? 0 : undefined), work);
}

async function measure(take: () => number | undefined, work: (index: number) => Promise<unknown>): Promise<Cell> {
  const times: number[] = [];
  const before = performance.now();
  const client = async (): Promise<void> => {
    for (let index = take(); index !== undefined; index = take()) {
      const start = performance.now();
      await work(index);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - before) / 1000;
  times.sort((left, right) => left - right);
  const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { requests: times.length, perSecond: times.length / seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

/** The middle one; the upper middle one of an even number; 0 of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
