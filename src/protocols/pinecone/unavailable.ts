import type { ErrorDetail, Unavailable } from '../../errors.js';
import { inFlightWords } from '../../limits/limit-words.js';
import { PineconeError, type PineconeCode } from './pinecone-error.js';

const ANSWERS: Readonly<Record<Unavailable, readonly [code: PineconeCode, message: string]>> = {
  database: ['UNAVAILABLE', 'The database is not available; try again'],
  read_only: ['UNAVAILABLE', 'The database takes no writes at the moment; try again'],
  capacity: ['UNAVAILABLE', 'Too many requests at once; try again'],
  statement: ['DEADLINE_EXCEEDED', 'The request took too long'],
  storage: ['RESOURCE_EXHAUSTED', "The database's disk is full"],
  embedding: ['UNAVAILABLE', 'The embedding endpoint is not available; try again'],
  rerank: ['UNAVAILABLE', 'The rerank endpoint is not available; try again'],
};
/** The code's own status is for clients that send too much. */
const DISK_FULL = 507;

/** What cannot be had at the moment, in Pinecone's words. */
export function unavailable(detail: Extract<ErrorDetail, { kind: 'unavailable' }>): PineconeError {
  const retryAfterMs = detail.retryAfterMs ?? 1_000;
  if (detail.subject === 'bodies') {
    return new PineconeError('UNAVAILABLE', `Limit exceeded: ${inFlightWords(detail.limitBytes)}`, retryAfterMs);
  }
  const [code, message] = ANSWERS[detail.subject];
  return new PineconeError(code, message, retryAfterMs, detail.subject === 'storage' ? DISK_FULL : undefined);
}
