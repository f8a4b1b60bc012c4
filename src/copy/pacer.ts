import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps a copy at a rate, so that the source and the target have time for others. */
export class Pacer {
  /** When the records so far may have been written at the earliest. */
  private due: number | undefined;

  constructor(
    /** Records in a second; undefined: as many as can be. */
    private readonly rate: number | undefined,
    /** In milliseconds. */
    private readonly now: () => number = () => performance.now(),
    private readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = waitFor,
  ) {}

  /** So many records have been written: waits until that was not too fast, or the signal is aborted. */
  async wrote(records: number, signal: AbortSignal): Promise<void> {
    if (this.rate === undefined) return;
    const now = this.now();
    // time that was not used is not made up for
    this.due = Math.max(this.due ?? now, now) + (records * 1000) / this.rate;
    await this.wait(this.due - now, signal);
  }
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
