import type { Response } from 'express';
import { GatewayError, type ErrorDetail, type Unavailable } from '../../errors.js';
import { inFlightWords } from '../../limits/limit-words.js';
import { ChromaError } from './chroma-error.js';

const ANSWERS: Readonly<Record<Unavailable, readonly [status: number, message: string]>> = {
  database: [503, 'The database is not available; try again'],
  read_only: [503, 'The database takes no writes at the moment; try again'],
  capacity: [503, 'Too many requests at once; try again'],
  statement: [504, 'The request took too long'],
  storage: [507, "The database's disk is full"],
  embedding: [503, 'The embedding endpoint is not available; try again'],
  rerank: [503, 'The rerank endpoint is not available; try again'],
};

/** What cannot be had at the moment, in Chroma's shape. */
export function unavailable(detail: Extract<ErrorDetail, { kind: 'unavailable' }>): ChromaError {
  if (detail.subject === 'bodies')
    return new ChromaError(503, 'ChromaError', `Limit exceeded: ${inFlightWords(detail.limitBytes)}`);
  const [status, message] = ANSWERS[detail.subject];
  return new ChromaError(status, 'ChromaError', message);
}

/** Says when it is worth asking again, where that is known. */
export function askToRetry(thrown: unknown, response: Response): void {
  if (!(thrown instanceof GatewayError) || thrown.detail.kind !== 'unavailable') return;
  response.setHeader('retry-after', String(Math.ceil((thrown.detail.retryAfterMs ?? 1_000) / 1_000)));
}
