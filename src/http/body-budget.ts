import { getHeapStatistics } from 'node:v8';
import { GatewayError } from '../errors.js';

/** When a client that was refused may try again. */
const RETRY_AFTER_MS = 1_000;

/** The memory that the bodies of all requests in progress may take, in bytes. */
export class BodyBudget {
  private held = 0;

  constructor(readonly limitBytes: number) {}

  /** A request's part of it; nothing as yet. */
  share(): BodyShare {
    return new BodyShare(this);
  }

  /** Whether so many bytes more are to be had, and taken now; a body that is alone may be of any size. */
  take(bytes: number, heldByTaker: number): boolean {
    const isAlone = this.held === heldByTaker;
    if (!isAlone && this.held + bytes > this.limitBytes) return false;
    this.held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.held -= bytes;
  }
}

/** What one request holds of a budget. */
export class BodyShare {
  private held = 0;

  constructor(private readonly budget: BodyBudget) {}

  /** Grows to so many bytes; or else stays as it is, and says why. */
  grow(bytes: number): GatewayError | undefined {
    if (bytes <= this.held) return undefined;
    if (!this.budget.take(bytes - this.held, this.held)) {
      const { limitBytes } = this.budget;
      return new GatewayError({ kind: 'unavailable', subject: 'bodies', limitBytes, retryAfterMs: RETRY_AFTER_MS });
    }
    this.held = bytes;
    return undefined;
  }

  release(): void {
    this.budget.give(this.held);
    this.held = 0;
  }
}

/** The budget of a setting, in which 0 stands for a quarter of what the process' heap may grow to. */
export function bodyBudgetOf(setting: number): BodyBudget {
  return new BodyBudget(setting === 0 ? Math.floor(getHeapStatistics().heap_size_limit / 4) : setting);
}
