import type { NextFunction, Request, Response } from 'express';
import { GatewayError } from '../errors.js';
import type { BodyBudget, BodyShare } from './body-budget.js';
import { ByteList } from './byte-list.js';
import type { JsonSieve } from './json-sieve.js';
import { readSieved, sieveWhole } from './sieved-body.js';
import type { ValueLimits } from './value-memory.js';

/** A request's body as it came. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** Lower case, without parameters; undefined when the client named none. */
  readonly mediaType: string | undefined;
  /** How many lists and objects may lie within each other; undefined: as many as the reader takes. */
  readonly maxDepth?: number;
  /** What was taken out of the bytes; there is a mark in the place of each. */
  readonly taken?: readonly unknown[];
  /** All bytes, where something was taken out of them and they are still there: places in errors are those of this text. */
  readonly whole?: ByteList;
  /** How many values it may have; undefined: as many as fit into memory. */
  readonly limits?: ValueLimits;
}

/** What bodies may be. */
export interface BodyRules {
  readonly limitBytes: number;
  readonly maxDepth: number;
  readonly limits: ValueLimits;
  /** Of all requests; held until the answer is sent. */
  readonly budget: BodyBudget;
  /** Takes out of bodies, of long ones as they come, what is large in them. */
  readonly sieve?: (limits?: ValueLimits) => JsonSieve;
}

/** Shorter bodies are there as a whole before anything is taken out of them. */
const SIEVED_AS_THEY_COME_FROM_BYTES = 1024 * 1024;
/** Out of shorter ones nothing is taken: it would cost as much as it saves. */
const SIEVED_FROM_BYTES = 16 * 1024;

/** How long a client may go on sending a body that was refused, so that it gets to read why. */
const LINGER_MS = 5_000;

/**
 * Middleware that reads the body into `request.body`, a `RequestBody`. One that is announced longer than the limit, or than what
 * the budget has left, is refused before a byte of it is read; one that turns out longer, as soon as it does.
 */
export function bodyReader(rules: BodyRules): (request: Request, response: Response, next: NextFunction) => void {
  const { limitBytes, maxDepth, limits } = rules;
  return (request, response, next) => {
    // the client has left while its key was looked up: what is taken for it now, nobody would give back
    if (request.destroyed || response.closed) return;
    readBody(request, response, rules).then(
      (body) => {
        request.body = { ...body, mediaType: mediaTypeOf(request), maxDepth, limits } satisfies RequestBody;
        next();
      },
      (error: unknown) => {
        // the client has closed the connection
        if (request.destroyed) return;
        response.setHeader('polyvec-limit', String(limitBytes));
        // the rest is read and dropped: closing at once would reset the connection before the client reads the answer
        request.resume();
        const timer = setTimeout(() => request.destroy(), LINGER_MS);
        request.on('close', () => {
          clearTimeout(timer);
        });
        next(error);
      },
    );
  };
}

async function readBody(
  request: Request,
  response: Response,
  { limitBytes, limits, budget, sieve }: BodyRules,
): Promise<Pick<RequestBody, 'bytes' | 'taken' | 'whole'>> {
  const announced = Number(request.headers['content-length'] ?? Infinity);
  if (sieve !== undefined && announced > SIEVED_AS_THEY_COME_FROM_BYTES) {
    return readSieved(request, response, { limitBytes, budget, sieve: sieve() });
  }
  const share = budget.share();
  response.once('close', () => {
    share.release();
  });
  const bytes = await readBytes(request, limitBytes, share);
  return sieve === undefined || bytes.length < SIEVED_FROM_BYTES ? { bytes: bytes.concat() } : sieveWhole(bytes, sieve(limits));
}

async function readBytes(request: Request, limitBytes: number, share: BodyShare): Promise<ByteList> {
  // made when it is needed: an error costs a look at the stack
  const tooLarge = (): GatewayError => new GatewayError({ kind: 'too_large', subject: 'body', limitBytes });
  const announced = Number(request.headers['content-length'] ?? 0);
  const refusal = announced > limitBytes ? tooLarge() : share.grow(announced);
  if (refusal !== undefined) throw refusal;
  return new Promise((resolve, reject) => {
    const bytes = new ByteList();
    request.on('data', (chunk: Buffer) => {
      const size = bytes.length + chunk.length;
      const problem = size > limitBytes ? tooLarge() : share.grow(size);
      if (problem === undefined) {
        bytes.append(chunk);
        return;
      }
      request.removeAllListeners('data');
      reject(problem);
    });
    request.on('end', () => {
      resolve(bytes);
    });
    request.on('error', reject);
  });
}

function mediaTypeOf(request: Request): string | undefined {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
