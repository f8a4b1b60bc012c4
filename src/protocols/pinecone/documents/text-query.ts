import { and, type Filter, not, or } from '../../../filters/filter.js';
import { matches } from '../../../filters/matches.js';
import { invalidArgument, type PineconeError } from '../pinecone-error.js';

/** What documents must say, and what they are ranked by. */
export interface TextQuery {
  /** Its words count for the rank. */
  readonly text: string;
  readonly filter: Filter | undefined;
}

/** A term of a query: words next to each other. */
interface Term {
  readonly words: readonly string[];
  readonly occurs: 'must' | 'may' | 'not';
}

const WORD = /[\p{L}\p{N}_]+/gu;
/** A word or a phrase of Lucene's syntax, with a field and a sign before it. */
const TERM = /\s*([+-]?)(?:([\p{L}_][\p{L}\p{N}_.-]*):)?(?:"([^"\\]*)"|([^\s"()[\]{}^~*?:\\/+!-][^\s"()[\]{}^~*?:\\/]*))/uy;
const MAX_TERMS = 256;

/** The words of a text, as they are compared: runs of letters and digits. @throws PineconeError 400 when there is none */
export function wordsOf(text: string, path: string): readonly string[] {
  const words = text.match(WORD);
  if (words === null) throw invalidArgument(`${path}: expected at least one word`);
  return words;
}

/** The document has these words next to each other, in this order, in either case. */
export function hasPhrase(words: readonly string[]): Filter {
  return matches(`(?i)\\b${words.join('[^\\pL\\pN_]+')}\\b`);
}

export function hasAll(words: readonly string[]): Filter {
  return and(...words.map((word) => hasPhrase([word])));
}

export function hasAny(words: readonly string[]): Filter {
  return or(...words.map((word) => hasPhrase([word])));
}

/**
 * A query in a part of Lucene's syntax: words and "phrases", each with `+` or `-` and the field's name before it, joined by AND, OR and
 * NOT, from left to right. @throws PineconeError 400 for groups, wildcards, ranges, boosts and other fields
 */
export function parseQueryString(query: string, field: string): TextQuery {
  const terms = termsOf(query, field);
  if (terms.length > MAX_TERMS) throw invalidArgument(`query_string: at most ${String(MAX_TERMS)} terms`);
  const of = (occurs: Term['occurs']): readonly Filter[] =>
    terms.filter((term) => term.occurs === occurs).map(({ words }) => hasPhrase(words));
  const [must, may, no] = [of('must'), of('may'), of('not')];
  if (must.length + may.length === 0) throw invalidArgument('query_string: expected at least one term that documents may have');
  const filters = [...must, ...(must.length === 0 && needsFilter(terms) ? [or(...may)] : []), ...no.map(not)];
  const text = terms.flatMap(({ words, occurs }) => (occurs === 'not' ? [] : words)).join(' ');
  return { text, filter: filters.length === 0 ? undefined : and(...filters) };
}

/** Single words are found by their rank: only those that are ranked are found. */
function needsFilter(terms: readonly Term[]): boolean {
  return terms.some(({ words, occurs }) => occurs === 'may' && words.length > 1);
}

function termsOf(query: string, field: string): readonly Term[] {
  const terms: Term[] = [];
  let joined: 'AND' | 'OR' | undefined;
  let isNegated = false;
  TERM.lastIndex = 0;
  for (let position = 0; query.slice(position).trim() !== ''; position = TERM.lastIndex) {
    TERM.lastIndex = position;
    const [, sign = '', qualifier, phrase, word = ''] = TERM.exec(query) ?? wrongAt(query, position);
    if (qualifier !== undefined && qualifier !== field) throw notAField(qualifier, field);
    if (phrase === undefined && sign === '' && qualifier === undefined && (word === 'AND' || word === 'OR')) {
      if (terms.length === 0 || joined !== undefined) throw invalidArgument(`query_string: ${word} stands between two terms`);
      joined = word;
    } else if (phrase === undefined && sign === '' && word === 'NOT') {
      isNegated = true;
    } else {
      add(terms, wordsOf(phrase ?? word, 'query_string'), isNegated ? '-' : sign, joined);
      [joined, isNegated] = [undefined, false];
    }
  }
  if (joined !== undefined || isNegated) throw invalidArgument('query_string: a term is missing at the end');
  return terms;
}

/** `AND` makes a must of what stands on either side of it. */
function add(terms: Term[], words: readonly string[], sign: string, joined: 'AND' | 'OR' | undefined): void {
  const before = terms.at(-1);
  if (joined === 'AND' && before?.occurs === 'may') terms[terms.length - 1] = { ...before, occurs: 'must' };
  terms.push({ words, occurs: sign === '-' ? 'not' : sign === '+' || joined === 'AND' ? 'must' : 'may' });
}

function wrongAt(query: string, position: number): never {
  const rest = query.slice(position).trim().slice(0, 20);
  throw invalidArgument(`query_string: only words, "phrases", +, -, AND, OR and NOT are served here, got '${rest}'`);
}

function notAField(name: string, field: string): PineconeError {
  return invalidArgument(`query_string: '${name}' is no field with full_text_search: that is '${field}'`);
}
