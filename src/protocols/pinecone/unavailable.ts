import { type UnavailableDetail, unavailableWords } from '../../unavailable-words.js';
import { type PineconeCode, PineconeError } from './pinecone-error.js';

const CODES: Readonly<Record<UnavailableDetail['subject'], PineconeCode>> = {
  database: 'UNAVAILABLE',
  read_only: 'UNAVAILABLE',
  capacity: 'UNAVAILABLE',
  bodies: 'UNAVAILABLE',
  answers: 'UNAVAILABLE',
  statement: 'DEADLINE_EXCEEDED',
  storage: 'RESOURCE_EXHAUSTED',
  embedding: 'UNAVAILABLE',
  rerank: 'UNAVAILABLE',
};
/** The code's own status is for clients that send too much. */
const DISK_FULL = 507;

/** What is unavailable at the moment, in Pinecone's shape. */
export function unavailable(detail: UnavailableDetail): PineconeError {
  const { subject, retryAfterMs = 1_000 } = detail;
  return new PineconeError(CODES[subject], unavailableWords(detail), retryAfterMs, subject === 'storage' ? DISK_FULL : undefined);
}
