import type { Response } from 'express';
import { GatewayError } from '../../errors.js';
import { type UnavailableDetail, unavailableWords } from '../../unavailable-words.js';
import { ChromaError } from './chroma-error.js';

const STATUSES: Readonly<Record<UnavailableDetail['subject'], number>> = {
  database: 503,
  read_only: 503,
  capacity: 503,
  bodies: 503,
  answers: 503,
  statement: 504,
  storage: 507,
  embedding: 503,
  rerank: 503,
};

/** What is unavailable at the moment, in Chroma's shape. */
export function unavailable(detail: UnavailableDetail): ChromaError {
  return new ChromaError(STATUSES[detail.subject], 'ChromaError', unavailableWords(detail));
}

/** Says when it is worth asking again, where that is known. */
export function askToRetry(thrown: unknown, response: Response): void {
  if (!(thrown instanceof GatewayError) || thrown.detail.kind !== 'unavailable') return;
  response.setHeader('retry-after', String(Math.ceil((thrown.detail.retryAfterMs ?? 1_000) / 1_000)));
}
