import { LIMIT_SETTINGS } from '../config/limits.js';
import type { ExceededLimit, LimitName } from '../errors.js';

/** What a limit bounds: who has how many of what. */
const BOUNDED = {
  maxRecords: ['the request has', 'records or queries'],
  maxIds: ['the request has', 'ids'],
  maxResults: ['the search asks for', 'results'],
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

/** What is too much, the limit, and the setting that moves it: a part of a sentence. */
export function limitWords({ limit, allowed, actual }: ExceededLimit): string {
  const [owner, unit] = BOUNDED[limit];
  const { variable } = LIMIT_SETTINGS[limit];
  return `${owner} ${actual} ${unit}, more than the limit of ${allowed} (${variable})`;
}

/** The same of bodies that are in flight; the request that is refused is not to blame. */
export function inFlightWords(limitBytes: number): string {
  const { variable } = LIMIT_SETTINGS.maxInFlightBytes;
  return `requests in progress hold as many bytes as the limit of ${limitBytes} allows (${variable}); try again`;
}
