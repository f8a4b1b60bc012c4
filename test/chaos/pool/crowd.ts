import { setTimeout as sleep } from 'node:timers/promises';

/** What came back from many requests. */
export interface CrowdFigures {
  /** How many answers had each status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The longest that one took, in milliseconds. */
  readonly slowestMs: number;
  /** 503s without a Retry-After, and requests without an answer; a few of them. */
  readonly complaints: readonly string[];
}

/** Status, and Retry-After where there is one. */
export type Ask = () => Promise<{ readonly status: number; readonly retryAfter: string | undefined }>;

const MAX_COMPLAINTS = 10;

/** So many clients, each of which asks again as soon as it has its answer, or when a refusal says so, until the time is over. */
export async function crowd(asks: readonly Ask[], clients: number, durationMs: number): Promise<CrowdFigures> {
  const statuses: Record<string, number> = {};
  const complaints: string[] = [];
  let slowestMs = 0;
  const end = performance.now() + durationMs;
  const complain = (text: string): void => {
    if (complaints.length < MAX_COMPLAINTS) complaints.push(text);
  };
  const askOnce = async (ask: Ask): Promise<void> => {
    const start = performance.now();
    try {
      const { status, retryAfter } = await ask();
      slowestMs = Math.max(slowestMs, performance.now() - start);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status !== 503) return;
      if (retryAfter === undefined) complain('a 503 without Retry-After');
      // no two at once
      await sleep(Number(retryAfter ?? 1) * 1_000 * (0.5 + Math.random() / 2));
    } catch (error) {
      complain(String(error));
    }
  };
  const client = async (index: number): Promise<void> => {
    const ask = asks[index % asks.length];
    if (ask === undefined) return;
    do await askOnce(ask);
    while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return { statuses, slowestMs, complaints };
}
