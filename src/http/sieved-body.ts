import type { Request, Response } from 'express';
import { GatewayError } from '../errors.js';
import { pause } from '../slices.js';
import type { BodyBudget, BodyShare, LargeShare } from './body-budget.js';
import type { ByteList } from './byte-list.js';
import type { JsonSieve } from './json-sieve.js';
import { JsonSyntaxError } from './json-syntax-error.js';

/** See `RequestBody`. */
interface SievedBody {
  readonly bytes: Buffer;
  readonly taken: readonly unknown[];
  readonly whole?: ByteList;
}

interface Rules {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
  readonly sieve: JsonSieve;
}

/** A longer body is a large one: it is counted by what it takes in memory, and waits for room instead of being refused. */
const LARGE_BODY_BYTES = 40 * 1024 * 1024;

/** What a body may hold besides what is taken out of it, with any heap: ids, documents and metadata of as many records as are announced. */
const LEAST_LEFT_BYTES = 96 * 1024 * 1024;

/**
 * Reads a body through a sieve, while it arrives. One up to `LARGE_BODY_BYTES` is counted by its length, before it is read when
 * that is announced.
 * @throws GatewayError for one that is too long, or finds no place; JsonSyntaxError
 */
export async function readSieved(request: Request, response: Response, rules: Rules): Promise<SievedBody> {
  const { sieve } = rules;
  const count = new BodyCount(request, rules);
  response.once('close', () => {
    request.removeAllListeners('data');
    count.release();
  });
  count.add(0);
  return new Promise((resolve, reject) => {
    const orReject = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        request.removeAllListeners('data');
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    request.on('data', (chunk: Buffer) => {
      orReject(() => {
        sieve.push(chunk);
        count.add(chunk.length);
        count.rest();
      });
    });
    request.on('end', () => {
      orReject(() => {
        resolve({ bytes: sieve.finish(), taken: sieve.taken });
      });
    });
    request.on('error', reject);
  });
}

/** Passes a body through a sieve that has come as a whole. What is no JSON text is left as it is. */
export async function sieveWhole(whole: ByteList, sieve: JsonSieve): Promise<Partial<SievedBody> & Pick<SievedBody, 'bytes'>> {
  const { pieces } = whole;
  if (!pieces.some((piece) => sieve.findsKey(piece))) return { bytes: whole.concat() };
  try {
    for (const piece of pieces) {
      for (const pushing = sieve.pushing(piece); pushing.next().done !== true;) await nextSlice(sieve);
      if (sieve.isDue) await nextSlice(sieve);
    }
    return { bytes: sieve.finish(), taken: sieve.taken, whole };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { bytes: whole.concat() };
    throw error;
  }
}

async function nextSlice(sieve: JsonSieve): Promise<void> {
  await pause();
  sieve.beginSlice();
}

/** What a body has of the budget while it is read. */
class BodyCount {
  private readonly announced: number;
  private share: BodyShare | LargeShare;
  private size = 0;
  /** For room. */
  private isWaiting = false;
  private isResting = false;

  constructor(
    private readonly request: Request,
    private readonly rules: Rules,
  ) {
    this.announced = Number(request.headers['content-length'] ?? 0);
    this.share = rules.budget.share();
  }

  /** So many bytes more have come: the request is paused when there is no room for others. @throws GatewayError */
  add(bytes: number): void {
    const { limitBytes, sieve, budget } = this.rules;
    this.size += bytes;
    const length = Math.max(this.size, this.announced);
    if (length > limitBytes) throw new GatewayError({ kind: 'too_large', subject: 'body', limitBytes });
    if ('grow' in this.share && length > LARGE_BODY_BYTES) {
      this.share.release();
      this.share = budget.largeShare();
    }
    if ('grow' in this.share) {
      const refusal = this.share.grow(length);
      if (refusal !== undefined) throw refusal;
      return;
    }
    // what is left is read as a whole, with several copies of it
    const leftLimit = Math.max(LEAST_LEFT_BYTES, budget.limitBytes / 2);
    if (sieve.keptBytes > leftLimit) throw new GatewayError({ kind: 'too_large', subject: 'body', limitBytes: leftLimit });
    this.isWaiting = !this.share.hold(sieve.heldBytes, () => {
      this.isWaiting = false;
      this.goOn();
    });
    if (this.isWaiting) this.request.pause();
  }

  /** Lets other requests go first when much has been read: a client next door sends megabytes at a time. */
  rest(): void {
    const { sieve } = this.rules;
    if (!sieve.isDue || this.isResting) return;
    this.isResting = true;
    this.request.pause();
    setImmediate(() => {
      sieve.beginSlice();
      this.isResting = false;
      this.goOn();
    });
  }

  private goOn(): void {
    if (!this.isWaiting && !this.isResting) this.request.resume();
  }

  release(): void {
    this.share.release();
  }
}
