import { count, duration, MiB, oneOf, positive, type Setting, setting, strictly, wholeNumber } from './values.js';

const KiB = 1024;
const ANY_NUMBER = ' `0`: any number.';
const ANY_SIZE = ' `0`: any size.';

/** A limit that only the strict profile sets; 0 is none. */
function strictOnly(variable: string, strict: number, description: string): Setting<number> {
  return strictly(setting(variable, 0, count, description), strict);
}

/** What is stored is read again by a reader that goes no deeper. */
const MAX_JSON_DEPTH = 127;

/** The settings of how much a client may ask for, besides what the protocols themselves allow; a part of the gateway's. */
export const LIMIT_SETTINGS = {
  limits: setting(
    'POLYVEC_LIMITS',
    'protocol',
    oneOf('protocol', 'strict'),
    "The defaults of the limits: each protocol's own and no others, or `strict` ones, for clients that are not trusted.",
  ),
  maxJsonDepth: strictly(
    setting(
      'POLYVEC_MAX_JSON_DEPTH',
      MAX_JSON_DEPTH,
      wholeNumber(1, MAX_JSON_DEPTH),
      "Lists and objects within each other in a request. Chroma's own reader refuses the 128th.",
    ),
    64,
  ),
  maxJsonValues: strictly(
    setting(
      'POLYVEC_MAX_JSON_VALUES',
      5_000_000,
      positive,
      'Values in a request, in lists and under keys, the numbers of vectors aside; an object counts as five.',
    ),
    1_000_000,
  ),
  maxValuesAtOnce: strictly(
    setting(
      'POLYVEC_MAX_VALUES_AT_ONCE',
      200_000,
      positive,
      'The same of a part that is read in one go: a filter, a record, and every body that is no list of records.',
    ),
    100_000,
  ),
  maxRecords: strictOnly('POLYVEC_MAX_RECORDS', 50_000, `Records of a write, or queries of a search.${ANY_NUMBER}`),
  maxIds: strictOnly('POLYVEC_MAX_IDS', 10_000, `Ids by which a request reads, searches, deletes or moves.${ANY_NUMBER}`),
  maxResults: strictOnly(
    'POLYVEC_MAX_RESULTS',
    10_000,
    `Matches that a search asks for (\`n_results\`, \`topK\`, \`limit\`), an offset included.${ANY_NUMBER}`,
  ),
  maxMatches: strictly(
    setting(
      'POLYVEC_MAX_MATCHES',
      10_000_000,
      count,
      `Matches that the queries of one search ask for together: their number times \`n_results\`.${ANY_NUMBER}`,
    ),
    100_000,
  ),
  maxSearches: strictly(
    setting(
      'POLYVEC_MAX_SEARCHES',
      1_000,
      count,
      `Searches of one request that are carried out one after the other, as by Vectorizer's \`batch_search\`.${ANY_NUMBER}`,
    ),
    100,
  ),
  searchesTimeoutMs: strictly(
    setting(
      'POLYVEC_SEARCHES_TIMEOUT_MS',
      30_000,
      count,
      'What they may take together: none is begun after that. `0`: any time.',
    ),
    10_000,
  ),
  maxAnswerBytes: strictly(
    setting(
      'POLYVEC_MAX_ANSWER_BYTES',
      0,
      count,
      'What one request may read from the database before it is answered; a single record may be larger. `0`: a 32nd of the heap.',
    ),
    16 * MiB,
  ),
  maxAnswersBytes: setting(
    'POLYVEC_MAX_ANSWERS_IN_FLIGHT_BYTES',
    0,
    count,
    'The same of all requests in progress; one alone may have more. `0`: a 16th of the heap.',
  ),
  maxFilterPredicates: strictOnly('POLYVEC_MAX_FILTER_PREDICATES', 256, `Conditions of a filter.${ANY_NUMBER}`),
  maxFilterDepth: strictOnly('POLYVEC_MAX_FILTER_DEPTH', 16, `Levels of a filter; a single condition is one.${ANY_NUMBER}`),
  maxFilterValues: strictOnly('POLYVEC_MAX_FILTER_VALUES', 10_000, `Values of one condition, as of \`$in\`.${ANY_NUMBER}`),
  maxFilterBytes: strictOnly('POLYVEC_MAX_FILTER_BYTES', 64 * KiB, `Keys and values of a filter, together.${ANY_SIZE}`),
  maxRegexCharacters: strictOnly('POLYVEC_MAX_REGEX_CHARACTERS', 1_000, `The longest regular expression.${ANY_SIZE}`),
  maxMetadataBytes: strictOnly('POLYVEC_MAX_METADATA_BYTES', 64 * KiB, `A record's metadata, as JSON text.${ANY_SIZE}`),
  maxMetadataKeys: strictOnly('POLYVEC_MAX_METADATA_KEYS', 256, `Keys of a record's metadata.${ANY_NUMBER}`),
  maxMetadataKeyBytes: strictOnly('POLYVEC_MAX_METADATA_KEY_BYTES', 256, `A key of a record's metadata.${ANY_SIZE}`),
  maxDocumentBytes: strictOnly('POLYVEC_MAX_DOCUMENT_BYTES', MiB, `A record's document, or its uri.${ANY_SIZE}`),
  maxIdBytes: strictOnly('POLYVEC_MAX_ID_BYTES', 512, `The id of a record that is written.${ANY_SIZE}`),
  maxNameBytes: strictOnly(
    'POLYVEC_MAX_NAME_BYTES',
    512,
    `The name of a tenant, database, collection, index or namespace that is created.${ANY_SIZE}`,
  ),
  maxInFlightBytes: strictly(
    setting(
      'POLYVEC_MAX_IN_FLIGHT_BYTES',
      0,
      count,
      'Bodies of all requests that are read and answered at a time; one alone may have more. `0`: a quarter of the heap.',
    ),
    256 * MiB,
  ),
  maxConnections: setting(
    'POLYVEC_MAX_CONNECTIONS',
    10_000,
    count,
    `Connections to all ports; what comes beyond is closed.${ANY_NUMBER}`,
  ),
  maxConnectionsPerAddress: strictOnly(
    'POLYVEC_MAX_CONNECTIONS_PER_ADDRESS',
    1_000,
    `Connections from one address; what comes beyond is closed. Behind a proxy, all come from the proxy's.${ANY_NUMBER}`,
  ),
  headersTimeoutMs: strictly(
    setting('POLYVEC_HEADERS_TIMEOUT_MS', 60_000, duration, "The longest a request's headers may take to come."),
    15_000,
  ),
  requestTimeoutMs: strictly(
    setting(
      'POLYVEC_REQUEST_TIMEOUT_MS',
      300_000,
      duration,
      'The longest a request may take to come, its body included; and how long a client may take nothing of its answer.',
    ),
    60_000,
  ),
} as const;
