import { LIMIT_SETTINGS } from '../config/limits.js';
import type { ExceededLimit, LimitName } from '../errors.js';

/** What a limit bounds: who has how many of what. */
const BOUNDED = {
  maxRecords: ['the request has', 'records or queries'],
  maxIds: ['the request has', 'ids'],
  maxResults: ['the search asks for', 'results'],
  maxMatches: ['the queries of the search ask for', 'results together'],
  maxSearches: ['the request has', 'searches'],
  searchesTimeoutMs: ['the searches of the request have taken', 'milliseconds'],
  maxAnswerBytes: ['the answer has', 'bytes or more'],
  maxFilterPredicates: ['the filter has', 'conditions'],
  maxFilterDepth: ['the filter has', 'levels'],
  maxFilterValues: ['a condition of the filter has', 'values'],
  maxFilterBytes: ['the filter has', 'bytes'],
  maxRegexCharacters: ['a regular expression has', 'characters'],
  maxMetadataBytes: ["a record's metadata has", 'bytes'],
  maxMetadataKeys: ["a record's metadata has", 'keys'],
  maxMetadataKeyBytes: ["a key of a record's metadata has", 'bytes'],
  maxDocumentBytes: ['a document or uri has', 'bytes'],
  maxIdBytes: ['an id has', 'bytes'],
  maxNameBytes: ['a name has', 'bytes'],
} as const satisfies Record<LimitName, readonly [owner: string, unit: string]>;

/** What a client can do, where the limit is not on what it has sent. */
const ADVICE: Readonly<Partial<Record<LimitName, string>>> = {
  maxMatches: 'send fewer queries at a time, or ask for fewer results',
  maxSearches: 'send fewer at a time',
  searchesTimeoutMs: 'send fewer at a time',
  maxAnswerBytes: 'ask for fewer queries or results at a time, or leave out documents, vectors or metadata',
};

/** What is too much, the limit, the setting that moves it, and where it is not plain what to do: a part of a sentence. */
export function limitWords({ limit, allowed, actual }: ExceededLimit): string {
  const [owner, unit] = BOUNDED[limit];
  const { variable } = LIMIT_SETTINGS[limit];
  const words = `${owner} ${actual} ${unit}, more than the limit of ${allowed} (${variable})`;
  const advice = ADVICE[limit];
  return advice === undefined ? words : `${words}; ${advice}`;
}

/** The same of bodies, or of answers, that are in flight; the request that is refused is not to blame. */
export function inFlightWords(subject: 'bodies' | 'answers', limitBytes: number): string {
  const { variable } = LIMIT_SETTINGS[subject === 'bodies' ? 'maxInFlightBytes' : 'maxAnswersBytes'];
  return `requests in progress hold as many bytes as the limit of ${limitBytes} allows (${variable}); try again`;
}
