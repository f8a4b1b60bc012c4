import { type UnavailableDetail, unavailableWords } from '../../unavailable-words.js';
import { VectorizerError } from './vectorizer-error.js';

/** A failing model endpoint is not this server's unavailability. */
const ANSWERS: Readonly<Record<UnavailableDetail['subject'], readonly [status: number, errorType: string, message?: string]>> = {
  database: [503, 'unavailable'],
  read_only: [503, 'unavailable'],
  capacity: [503, 'unavailable'],
  bodies: [503, 'unavailable'],
  answers: [503, 'unavailable'],
  statement: [504, 'timeout'],
  storage: [507, 'storage_full'],
  embedding: [502, 'embedding_error', 'The embedding endpoint failed; nothing was written'],
  rerank: [502, 'embedding_error', 'The rerank endpoint failed; nothing was written'],
};

/** What is unavailable at the moment, in Vectorizer's shape. */
export function unavailable(detail: UnavailableDetail): VectorizerError {
  const [status, errorType, message = unavailableWords(detail)] = ANSWERS[detail.subject];
  return new VectorizerError(status, errorType, message);
}
