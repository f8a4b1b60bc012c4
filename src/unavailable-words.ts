import type { ErrorDetail, Unavailable } from './errors.js';
import { inFlightWords } from './limits/limit-words.js';

/** An error of something that is unavailable at the moment. */
export type UnavailableDetail = Extract<ErrorDetail, { kind: 'unavailable' }>;

const SENTENCES: Readonly<Record<Unavailable, string>> = {
  database: 'The database is not available; try again',
  read_only: 'The database takes no writes at the moment; try again',
  capacity: 'Too many requests at once; try again',
  statement: 'The request took too long',
  storage: "The database's disk is full",
  embedding: 'The embedding endpoint is not available; try again',
  rerank: 'The rerank endpoint is not available; try again',
};

/** What is unavailable, and whether to try again: a sentence for clients of every protocol. */
export function unavailableWords(detail: UnavailableDetail): string {
  const { subject } = detail;
  if (subject !== 'bodies' && subject !== 'answers') return SENTENCES[subject];
  return `Limit exceeded: ${inFlightWords(subject, detail.limitBytes)}`;
}
