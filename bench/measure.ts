/** Clients that send at the same time, unless a measurement says otherwise. */
export const CLIENTS = 4;

/** What was measured in one cell. */
export interface Cell {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Runs `work` `count` times, `clients` at a time. */
export async function inParallel(
  count: number,
  work: (index: number) => Promise<unknown>,
  clients: number = CLIENTS,
): Promise<Cell> {
  let next = 0;
  return measure(() => (next < count ? next++ : undefined), work, clients);
}

/** Runs `work` for about `ms` milliseconds, `clients` at a time. */
export async function forMilliseconds(ms: number, work: () => Promise<unknown>, clients: number = CLIENTS): Promise<Cell> {
  const end = performance.now() + ms;
  return measure(() => (performance.now() < end ? 0 : undefined), work, clients);
}

async function measure(
  take: () => number | undefined,
  work: (index: number) => Promise<unknown>,
  clients: number,
): Promise<Cell> {
  const times: number[] = [];
  const before = performance.now();
  const client = async (): Promise<void> => {
    for (let index = take(); index !== undefined; index = take()) {
      const start = performance.now();
      await work(index);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return cellOf(times, (performance.now() - before) / 1_000);
}

/** Of requests that took these milliseconds each, `seconds` all together. */
export function cellOf(times: readonly number[], seconds: number): Cell {
  const sorted = [...times].sort((left, right) => left - right);
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    requests: sorted.length,
    perSecond: sorted.length / seconds,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  };
}

/** The middle one; the upper middle one of an even number; 0 of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
