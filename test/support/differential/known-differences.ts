import { isJsonObject, type Json, JsonNumber, type JsonObject, parseJson, stringifyJson } from '../../../src/http/json.js';
import type { Difference } from './compare.js';
import type { WireRequest } from './exchange.js';
import type { NormalAnswer } from './normalise.js';

/** A place where two answers differ, with all that is needed to tell why. */
export interface Occurrence {
  readonly request: WireRequest;
  readonly reference: NormalAnswer;
  readonly candidate: NormalAnswer;
  readonly difference: Difference;
}

interface KnownDifference {
  /** The number in `docs/differences.md`. */
  readonly number: `D${number}`;
  /** True only for an occurrence of this very difference. */
  readonly explains: (occurrence: Occurrence) => boolean;
}

const POSITION = / at line \d+ column \d+$/;
const SYNTAX = 'Failed to parse the request body as JSON: ';
/** Reasons for syntax errors: Chroma's, ours. */
const OTHER_WORDS = [
  ['EOF while parsing a value', 'expected ident'],
  ['expected value', 'invalid unicode code point'],
] as const;

/** What only a server has that stores sparse vectors: one in a record, and a key of the scenarios in the schema. */
const SPARSE = /"(?:v|sp)":\{"(?:#type":")?sparse_vector"/;

const KNOWN: readonly KnownDifference[] = [
  {
    // unknown ids in a query are ignored, where Chroma fails
    number: 'D6',
    explains: ({ request, reference, candidate, difference }) =>
      request.path.endsWith('/query') &&
      difference.path === 'status' &&
      candidate.status === 200 &&
      reference.status === 500 &&
      messageOf(reference).includes('Error finding id'),
  },
  {
    // records really removed, where Chroma counts the ids it was given
    number: 'D7',
    explains: ({ request, difference }) => {
      if (!request.path.endsWith('/delete') || difference.path !== 'body.deleted') return false;
      const ids = requestField(request, 'ids');
      return Array.isArray(ids) && numberOf(difference.reference) === ids.length && numberOf(difference.candidate) < ids.length;
    },
  },
  {
    // larger writes are accepted
    number: 'D16',
    explains: ({ request, reference, candidate }) =>
      /\/(?:add|update|upsert)$/.test(request.path) && reference.status === 413 && candidate.status < 300,
  },
  {
    // sparse vectors and indexes, which a distributed Chroma has
    number: 'D106',
    explains: ({ reference, candidate }) =>
      candidate.status < 300 && (/sparse vector/i.test(messageOf(reference)) || SPARSE.test(textOf(candidate))),
  },
  {
    // Chroma normalises cosine embeddings and so returns them an ulp or two off
    number: 'D17',
    explains: ({ difference }) => {
      const [reference, candidate] = [numberOf(difference.reference), numberOf(difference.candidate)];
      return /^body\.embeddings\b/.test(difference.path) && Math.abs(reference - candidate) <= 1e-6 * Math.abs(candidate);
    },
  },
  {
    // no metadata is null, also beside a uri
    number: 'D18',
    explains: ({ difference }) =>
      /^body\.metadatas(\[\d+\])+$/.test(difference.path) &&
      isJsonObject(difference.reference) &&
      difference.reference.size === 0 &&
      difference.candidate === null,
  },
  {
    // a route or method that does not exist has a JSON body, too
    number: 'D19',
    explains: ({ request, reference, candidate, difference }) =>
      (reference.status === 404 || reference.status === 405) &&
      reference.contentType === null &&
      reference.body === '' &&
      ['content-type', 'chroma-trace-id', 'body'].includes(difference.path) &&
      (request.method === 'HEAD' || messageOf(candidate) !== ''),
  },
  {
    // the place of an error is where our reader stops, and broken words and characters have names of their own
    number: 'D20',
    explains: ({ difference: { path, reference, candidate } }) => {
      if (path !== 'body.message' || typeof reference !== 'string' || typeof candidate !== 'string') return false;
      if (!POSITION.test(reference)) return false;
      const [theirs, ours] = [reference.replace(POSITION, ''), candidate.replace(POSITION, '')];
      return theirs === ours || OTHER_WORDS.some(([their, our]) => theirs === `${SYNTAX}${their}` && ours === `${SYNTAX}${our}`);
    },
  },
  {
    // patterns have a size limit of our own, and it is told
    number: 'D21',
    explains: ({ candidate, difference }) =>
      difference.path === 'status' &&
      candidate.status === 400 &&
      messageOf(candidate).startsWith('Compiled regex exceeds size limit'),
  },
  {
    // no results are no results, where Chroma may crash after a delete
    number: 'D24',
    explains: ({ request, reference, candidate, difference }) =>
      request.path.endsWith('/query') &&
      difference.path === 'status' &&
      reference.status === 0 &&
      candidate.status === 200 &&
      numberOf(requestField(request, 'n_results')) === 0,
  },
  {
    // pages of other sites are refused
    number: 'D94',
    explains: ({ request, candidate, difference }) =>
      request.headers?.['origin'] !== undefined && candidate.status === 403 && /^(?:status|body)\b/.test(difference.path),
  },
  {
    // floats are read exactly, where Chroma's parser may be a few units off in the last place
    number: 'D26',
    explains: ({ difference }) => {
      const [reference, candidate] = [numberOf(difference.reference), numberOf(difference.candidate)];
      return (
        /^body(\[\d+\])?\.metadatas?\b/.test(difference.path) &&
        Math.abs(reference - candidate) <= 4 * Number.EPSILON * Math.abs(candidate) + 4 * Number.MIN_VALUE
      );
    },
  },
  {
    // of several validation errors one is told
    number: 'D29',
    explains: ({ difference }) =>
      difference.path === 'body.message' &&
      typeof difference.reference === 'string' &&
      typeof difference.candidate === 'string' &&
      difference.reference.startsWith('Validation error: ') &&
      difference.reference.includes('\n') &&
      difference.reference
        .slice('Validation error: '.length)
        .split('\n')
        .includes(difference.candidate.slice('Validation error: '.length)),
  },
  {
    // an empty array leaves no key in the schema
    number: 'D30',
    explains: ({ difference }) =>
      /^body\.schema\.keys\./.test(difference.path) &&
      difference.candidate === undefined &&
      (difference.path.endsWith('.bool') ||
        (isJsonObject(difference.reference) && [...difference.reference.keys()].join() === 'bool')),
  },
  {
    // forks are served
    number: 'D107',
    explains: ({ request, reference, difference }) =>
      /\/fork(?:_count)?$/.test(request.path) &&
      reference.status === 501 &&
      messageOf(reference).endsWith('is unsupported for local chroma') &&
      /^(?:status|body)\b/.test(difference.path),
  },
  {
    // writes show in a collection's version and log position
    number: 'D108',
    explains: ({ difference }) =>
      /^body(\[\d+\])?\.(?:version|log_position)$/.test(difference.path) &&
      numberOf(difference.reference) === 0 &&
      numberOf(difference.candidate) > 0,
  },
];

/** The number of the documented difference that an occurrence belongs to. */
export function knownDifference(occurrence: Occurrence): string | undefined {
  return KNOWN.find((known) => known.explains(occurrence))?.number;
}

function textOf({ body }: NormalAnswer): string {
  return stringifyJson(body);
}

function messageOf(answer: NormalAnswer): string {
  const message = isJsonObject(answer.body) ? answer.body.get('message') : undefined;
  return typeof message === 'string' ? message : '';
}

function requestField(request: WireRequest, field: string): Json | undefined {
  const body: Json = typeof request.body === 'string' ? parseJson(request.body) : null;
  return isJsonObject(body) ? (body satisfies JsonObject).get(field) : undefined;
}

function numberOf(value: Json | undefined): number {
  return value instanceof JsonNumber ? Number(value.text) : Number.NaN;
}
