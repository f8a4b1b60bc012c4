import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { currentRequest, type RequestContext } from '../observability/request-context.js';

/** When a client that was refused may try again. */
const RETRY_AFTER_MS = 1_000;
/** The parts of the heap that one answer, and all of them, may take before they are put into the protocol's shape. */
const ONE_OF_HEAP = 1 / 32;
const ALL_OF_HEAP = 1 / 16;
/** Answers that are read in parts leave place for others. */
const PART_OF_ANSWER = 1 / 4;

/**
 * What a request may always read, also when it is over: a look-up, which others may wait for as well. Refusing it would cost more, as
 * its connection is given up with it.
 */
const SMALL_BYTES = 16 * 1024;

/** Rows that requests hold in memory, in bytes: a limit for each request, and one for all in progress. */
export class AnswerBudget {
  private held = 0;
  private readonly shares = new WeakMap<RequestContext, AnswerShare>();

  constructor(
    readonly answerBytes: number,
    readonly allBytes: number,
  ) {}

  /** What the present request holds; undefined in background work, whose statements are bounded by what they ask for. */
  share(): AnswerShare | undefined {
    const request = currentRequest();
    return request === undefined ? undefined : this.shareOf(request);
  }

  /** Whether so many bytes more are to be had, and taken now; an answer that is small, or alone, may always have them. */
  take(bytes: number, heldByTaker: number): boolean {
    const isFree = this.held === heldByTaker || heldByTaker + bytes <= SMALL_BYTES;
    if (!isFree && this.held + bytes > this.allBytes) return false;
    this.held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.held -= bytes;
  }

  private shareOf(request: RequestContext): AnswerShare {
    const known = this.shares.get(request);
    if (known !== undefined) return known;
    const share = new AnswerShare(this);
    this.shares.set(request, share);
    request.whenOver.push(() => {
      share.end();
    });
    return share;
  }
}

/** What one request holds of the budget. */
export class AnswerShare {
  private held = 0;
  /** Of that, what is no row any more: the part of an answer that is finished. */
  private settled = 0;
  /** Read since it was over, in bytes. */
  private late = 0;
  private isOver = false;

  constructor(private readonly budget: AnswerBudget) {}

  /** What the present part of an answer may take yet, in bytes. */
  get leftOfPart(): number {
    return this.settled + this.budget.answerBytes * PART_OF_ANSWER - this.held;
  }

  /** Takes a row, as one of a part of an answer or of all; or else says why it may not. A single row may be of any size. */
  take(bytes: number, mode: 'part' | 'whole'): GatewayError | undefined {
    if (this.isOver) return this.takeLate(bytes);
    const { answerBytes, allBytes } = this.budget;
    const left = mode === 'part' ? this.leftOfPart : answerBytes - this.held;
    if (this.held > this.settled && bytes > left) {
      return tooLargeAnswer(answerBytes, this.held + bytes);
    }
    if (!this.budget.take(bytes, this.held)) {
      return new GatewayError({ kind: 'unavailable', subject: 'answers', limitBytes: allBytes, retryAfterMs: RETRY_AFTER_MS });
    }
    this.held += bytes;
    return undefined;
  }

  /** Gives back what a statement has taken in vain. */
  give(bytes: number): void {
    if (this.isOver) return;
    this.held -= bytes;
    this.budget.give(bytes);
  }

  /** Of everything that was read, only so many bytes are still in memory. */
  settle(bytes: number): void {
    if (this.isOver) return;
    this.budget.give(this.held - bytes);
    this.held = bytes;
    this.settled = bytes;
  }

  end(): void {
    this.settle(0);
    this.isOver = true;
  }

  /** Its client waits for it no more. */
  private takeLate(bytes: number): GatewayError | undefined {
    this.late += bytes;
    return this.late > SMALL_BYTES ? new GatewayError({ kind: 'unavailable', subject: 'statement' }) : undefined;
  }
}

/** The refusal of a request whose answer has more bytes than one may have. */
export function tooLargeAnswer(allowed: number, actual: number): GatewayError {
  return new GatewayError({ kind: 'invalid', subject: 'limit', limit: 'maxAnswerBytes', allowed, actual });
}

/** The budget of the settings, in which 0 stands for a part of what the process' heap may grow to. */
export function answerBudgetOf(config: Pick<Config, 'maxAnswerBytes' | 'maxAnswersBytes'>): AnswerBudget {
  const heap = getHeapStatistics().heap_size_limit;
  const all = config.maxAnswersBytes === 0 ? Math.floor(heap * ALL_OF_HEAP) : config.maxAnswersBytes;
  const one = config.maxAnswerBytes === 0 ? Math.floor(heap * ONE_OF_HEAP) : config.maxAnswerBytes;
  return new AnswerBudget(Math.min(one, all), all);
}
