import { getHeapStatistics } from 'node:v8';
import { GatewayError } from '../errors.js';

/** When a client that was refused may try again. */
const RETRY_AFTER_MS = 1_000;

/**
 * The memory that the bodies of all requests in progress may take, in bytes. Large bodies are counted apart: together they leave
 * at least half of it to the others, whatever they take.
 */
export class BodyBudget {
  private held = 0;
  /** Oldest first. */
  private readonly large = new Set<LargeShare>();

  constructor(readonly limitBytes: number) {}

  /** A request's part of it; nothing as yet. */
  share(): BodyShare {
    return new BodyShare(this);
  }

  /** The part of a request whose body is large, and is read as there is room for it; nothing as yet. */
  largeShare(): LargeShare {
    const share = new LargeShare(this);
    this.large.add(share);
    return share;
  }

  /** Whether so many bytes more are to be had, and taken now; a body that is alone may be of any size. */
  take(bytes: number, heldByTaker: number): boolean {
    const isAlone = this.held === heldByTaker;
    const heldByLarge = Math.min(this.heldByLarge, this.limitBytes / 2);
    if (!isAlone && this.held + heldByLarge + bytes > this.limitBytes) return false;
    this.held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.held -= bytes;
    this.wake();
  }

  /** Whether a large body may take so many bytes more: the oldest may, so that there is always one that gets on. */
  hasRoom(share: LargeShare, bytes: number): boolean {
    const [oldest] = this.large;
    const all = this.heldByLarge + bytes;
    return share === oldest || (all <= this.limitBytes / 2 && all + this.held <= this.limitBytes);
  }

  giveLarge(share: LargeShare): void {
    this.large.delete(share);
    this.wake();
  }

  private get heldByLarge(): number {
    let sum = 0;
    for (const share of this.large) sum += share.heldBytes;
    return sum;
  }

  private wake(): void {
    for (const share of this.large) share.wake();
  }
}

/** What a large body holds of a budget. It is never refused: it waits. */
export class LargeShare {
  private held = 0;
  private resume: (() => void) | undefined;

  constructor(private readonly budget: BodyBudget) {}

  get heldBytes(): number {
    return this.held;
  }

  /** Takes so many bytes in all, which are there already; false when no more should come before `resume` is called. */
  hold(bytes: number, resume: () => void): boolean {
    const hasRoom = this.budget.hasRoom(this, bytes - this.held);
    this.held = bytes;
    if (!hasRoom) this.resume = resume;
    return hasRoom;
  }

  wake(): void {
    const { resume } = this;
    if (resume === undefined || !this.budget.hasRoom(this, 0)) return;
    this.resume = undefined;
    resume();
  }

  release(): void {
    this.held = 0;
    this.resume = undefined;
    this.budget.giveLarge(this);
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
