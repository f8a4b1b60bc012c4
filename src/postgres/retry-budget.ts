import type { Effect } from './sqlstate.js';

export interface RetryLimits {
  /** The longest wait for a connection, in milliseconds. */
  readonly waitMs: number;
  /** The longest that the server lets a statement take; Infinity where it is the engine that keeps time. */
  readonly statementMs: number;
}

/** The server ends a statement that takes too long; when it does not answer, we do, so much later. */
export const GRACE_MS = 500;
/** How long one call is tried again that some server may have, or have had. */
const BUDGET_MS = 2_000;
const MAX_ROLLED_BACK = 5;
const MAX_ELSEWHERE = 3;
const LONGEST_PAUSE_MS = 200;

/** How long a call of the database may still take: all of its attempts, their waiting and their statements. */
export class RetryBudget {
  private readonly start = performance.now();
  private waitUntil: number;

  constructor(private readonly limits: RetryLimits) {
    this.waitUntil = this.start + limits.waitMs;
  }

  /** Milliseconds that may still pass until a connection is had. */
  get waitMs(): number {
    return Math.max(0, Math.min(this.waitUntil, this.deadline) - performance.now());
  }

  /** Milliseconds that a statement may take that is sent now; undefined: as many as it likes. */
  get statementMs(): number | undefined {
    if (this.limits.statementMs === Infinity) return undefined;
    return Math.max(1, Math.ceil(this.deadline - performance.now()));
  }

  /** Milliseconds to the next attempt, the one after `attempt`; undefined when there is to be none. Different for everyone, lest they meet again. */
  pauseAfter(attempt: number, effect: Effect, isRead: boolean): number | undefined {
    const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, 10 * 2 ** attempt);
    const next = performance.now() + pause;
    if (next >= this.deadline || !this.maySend(attempt, effect, isRead, next)) return undefined;
    // it has not waited for a connection, but for another statement
    if (effect === 'rolled_back') this.waitUntil = next + this.limits.waitMs;
    return pause;
  }

  private get deadline(): number {
    return this.start + this.limits.statementMs + GRACE_MS;
  }

  private maySend(attempt: number, effect: Effect, isRead: boolean, at: number): boolean {
    const { waitMs } = this.limits;
    const isInTime = at < this.start + Math.min(BUDGET_MS, waitMs);
    switch (effect) {
      case 'rolled_back':
        return attempt < MAX_ROLLED_BACK;
      case 'none':
        return at < this.start + waitMs;
      case 'misled':
        return attempt < MAX_ELSEWHERE && isInTime;
      case 'unknown':
        return isRead && attempt < MAX_ELSEWHERE && isInTime;
      case 'final':
        return false;
    }
  }
}
