import type { Request, Response } from 'express';
import { GatewayError } from '../errors.js';
import type { BodyBudget, BodyShare, LargeShare } from './body-budget.js';
import type { JsonSieve } from './json-sieve.js';

interface SievedBody {
  readonly bytes: Buffer;
  readonly taken: readonly unknown[];
}

interface Rules {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
  readonly sieve: JsonSieve;
}

/** A longer body is a large one: it is counted by what it takes in memory, and waits for room instead of being refused. */
const LARGE_BODY_BYTES = 40 * 1024 * 1024;

/**
 * Reads a body through a sieve, while it arrives. One up to `LARGE_BODY_BYTES` is counted by its length, before it is read when
 * that is announced.
 * @throws GatewayError for one that is too long, or finds no place; JsonSyntaxError
 */
export async function readSieved(
  request: Request,
  response: Response,
  { limitBytes, budget, sieve }: Rules,
): Promise<SievedBody> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) throw tooLarge(limitBytes);
  let share: BodyShare | LargeShare = announced > LARGE_BODY_BYTES ? budget.largeShare() : budget.share();
  let size = 0;
  response.once('close', () => {
    request.removeAllListeners('data');
    share.release();
  });
  const resume = (): void => void request.resume();
  /** @throws GatewayError when there is no place for it */
  const count = (): void => {
    if ('grow' in share && Math.max(size, announced) > LARGE_BODY_BYTES) {
      share.release();
      share = budget.largeShare();
    }
    if ('hold' in share) {
      if (!share.hold(sieve.heldBytes, resume)) request.pause();
      return;
    }
    const refusal = share.grow(Math.max(size, announced));
    if (refusal !== undefined) throw refusal;
  };
  count();
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      try {
        size += chunk.length;
        if (size > limitBytes) throw tooLarge(limitBytes);
        sieve.push(chunk);
        count();
      } catch (error) {
        request.removeAllListeners('data');
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    request.on('end', () => {
      try {
        resolve({ bytes: sieve.finish(), taken: sieve.taken });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    request.on('error', reject);
  });
}

function tooLarge(limitBytes: number): GatewayError {
  return new GatewayError({ kind: 'too_large', subject: 'body', limitBytes });
}
