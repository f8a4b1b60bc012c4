import type { Node } from './ast.js';
import type { PatternReader } from './pattern-reader.js';
import { RegexSyntaxError } from './syntax-error.js';

const DECIMAL_EMPTY = 'repetition quantifier expects a valid decimal';
const LARGEST_COUNT = 0xffff_ffff;

/** Reads the repetition operator under the cursor, which repeats `body`. */
export function parseRepetition(reader: PatternReader, body: Node | undefined): Node {
  if (body === undefined || body.kind === 'empty' || body.kind === 'flags') {
    return reader.fail('repetition operator missing expression', reader.since(reader.offset));
  }
  if (reader.isAt('{')) return parseCounted(reader, body);
  const operator = reader.character;
  if (reader.advance() && reader.isAt('?')) reader.advance();
  const least = operator === '+' ? 1 : 0;
  const most = operator === '?' ? 1 : undefined;
  return { kind: 'repetition', span: reader.since(body.span.start), body, least, most };
}

function parseCounted(reader: PatternReader, body: Node): Node {
  const start = reader.offset;
  const { least, most } = readCounts(reader, start);
  if (!reader.isAt('}')) return failUnclosed(reader, start);
  if (reader.advanceToToken() && reader.isAt('?')) reader.advance();
  if (most !== undefined && least > most) {
    return reader.fail('invalid repetition count range, the start must be <= the end', reader.since(start));
  }
  return { kind: 'repetition', span: reader.since(body.span.start), body, least, most };
}

interface Counts {
  readonly least: number;
  readonly most: number | undefined;
}

function readCounts(reader: PatternReader, start: number): Counts {
  if (!reader.advanceToToken()) return failUnclosed(reader, start);
  // what is wrong with the first count is reported only after the brace proves to be closed
  const first = readCount(reader);
  if (reader.isAtEnd) return failUnclosed(reader, start);
  if (!reader.isAt(',')) {
    const least = orThrow(first);
    return { least, most: least };
  }
  if (!reader.advanceToToken()) return failUnclosed(reader, start);
  const least = orThrow(first);
  return { least, most: reader.isAt('}') ? undefined : orThrow(readCount(reader)) };
}

function readCount(reader: PatternReader): number | RegexSyntaxError {
  while (reader.isAtWhiteSpace()) reader.advance();
  const start = reader.offset;
  let digits = '';
  while (/^[0-9]$/.test(reader.character)) {
    digits += reader.character;
    reader.advanceToToken();
  }
  const span = reader.since(start);
  while (reader.isAtWhiteSpace()) reader.advanceToToken();
  if (digits === '') return new RegexSyntaxError(DECIMAL_EMPTY, [span]);
  const value = Number(digits);
  return value > LARGEST_COUNT ? new RegexSyntaxError('decimal literal invalid', [span]) : value;
}

function orThrow(count: number | RegexSyntaxError): number {
  if (typeof count === 'number') return count;
  throw count;
}

function failUnclosed(reader: PatternReader, start: number): never {
  return reader.fail('unclosed counted repetition', reader.since(start));
}
