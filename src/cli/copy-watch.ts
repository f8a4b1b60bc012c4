import { setTimeout as sleep } from 'node:timers/promises';
import type { CopierOptions } from '../copy/copier.js';
import type { Source } from '../copy/copy.js';
import type { PlannedCopy } from '../copy/plan.js';

/** What a round is, besides what the copy was. */
export const ROUND = {
  policy: 'overwrite',
  isRestart: true,
  isRound: true,
  shadow: undefined,
} as const satisfies Partial<CopierOptions>;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** How rounds are made. */
export interface Rounds<Code> {
  /** The source as it is now. */
  readonly open: () => Promise<Source>;
  readonly plan: (source: Source) => Promise<readonly PlannedCopy[]>;
  readonly run: (source: Source, plans: readonly PlannedCopy[]) => Promise<Code>;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Repeats a copy until the signal is aborted, which ends it well. Returns what the last whole round came to. */
export async function watch<Code>(first: Code, { open, plan, run, seconds, signal }: Rounds<Code | 3>): Promise<Code> {
  let code = first;
  for (;;) {
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return code;
    const source = await open();
    try {
      const result = await run(source, await plan(source));
      if (result !== 3) code = result;
    } finally {
      await source.close();
    }
  }
}

/** Runs the work with a signal that SIGINT and SIGTERM abort. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}
