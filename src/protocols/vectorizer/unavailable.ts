import type { ErrorDetail, Unavailable } from '../../errors.js';
import { inFlightWords } from '../../limits/limit-words.js';
import { VectorizerError } from './vectorizer-error.js';

/** A failing model endpoint is not this server's unavailability. */
const ANSWERS: Readonly<Record<Unavailable, readonly [status: number, errorType: string, message: string]>> = {
  database: [503, 'unavailable', 'The database is not available; try again'],
  read_only: [503, 'unavailable', 'The database takes no writes at the moment; try again'],
  capacity: [503, 'unavailable', 'Too many requests at once; try again'],
  statement: [504, 'timeout', 'The request took too long'],
  storage: [507, 'storage_full', "The database's disk is full"],
  embedding: [502, 'embedding_error', 'The embedding endpoint failed; nothing was written'],
  rerank: [502, 'embedding_error', 'The rerank endpoint failed; nothing was written'],
};

/** What cannot be had at the moment, in Vectorizer's shape. */
export function unavailable(detail: Extract<ErrorDetail, { kind: 'unavailable' }>): VectorizerError {
  if (detail.subject === 'bodies') {
    return new VectorizerError(503, 'unavailable', `Limit exceeded: ${inFlightWords(detail.limitBytes)}`);
  }
  return new VectorizerError(...ANSWERS[detail.subject]);
}
