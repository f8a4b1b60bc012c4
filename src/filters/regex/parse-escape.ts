import type { AssertionKind, LiteralNode, PerlNode, PrimitiveNode, PropertyNode, Span } from './ast.js';
import type { PatternReader } from './pattern-reader.js';

const END_OF_PATTERN = 'incomplete escape sequence, reached end of pattern prematurely';
const HEX_DIGIT = /^[0-9A-Fa-f]$/;
const PUNCTUATION = /^[^0-9A-Za-z<>\u0080-\u{10ffff}]$/u;
const BOUNDARY_LETTER = /^[A-Za-z-]$/;

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['t', 0x09],
  ['n', 0x0a],
  ['r', 0x0d],
  ['v', 0x0b],
]);
const ASSERTIONS: ReadonlyMap<string, AssertionKind> = new Map([
  ['A', 'start-text'],
  ['z', 'end-text'],
  ['b', 'word-boundary'],
  ['B', 'not-word-boundary'],
  ['<', 'word-start'],
  ['>', 'word-end'],
]);
const NAMED_BOUNDARIES: ReadonlyMap<string, AssertionKind> = new Map([
  ['start', 'word-start'],
  ['end', 'word-end'],
  ['start-half', 'word-start-half'],
  ['end-half', 'word-end-half'],
]);

/** Reads the escape that begins with the backslash under the cursor. */
export function parseEscape(reader: PatternReader): PrimitiveNode {
  const start = reader.offset;
  if (!reader.advance()) return reader.fail(END_OF_PATTERN, reader.since(start));
  const letter = reader.character;
  if (/^[0-9]$/.test(letter)) {
    return reader.fail('backreferences are not supported', { start, end: reader.offset + 1 });
  }
  if (HEX_LENGTHS.has(letter)) return parseHex(reader, start);
  if (/^[pP]$/.test(letter)) return parseProperty(reader, start);
  if (/^[dDsSwW]$/.test(letter)) return parsePerl(reader, start);
  reader.advance();
  return parseSingle(reader, start, letter);
}

function parseSingle(reader: PatternReader, start: number, letter: string): PrimitiveNode {
  const span = reader.since(start);
  if (PUNCTUATION.test(letter)) return literal(span, letter.codePointAt(0) ?? 0);
  const control = CONTROLS.get(letter);
  if (control !== undefined) return literal(span, control);
  const assertion = ASSERTIONS.get(letter);
  if (assertion === undefined) return reader.fail('unrecognized escape sequence', span);
  const named = letter === 'b' && reader.character === '{' ? parseNamedBoundary(reader, start) : undefined;
  return { kind: 'assertion', span: reader.since(start), assertion: named ?? assertion };
}

/** Reads `{start}` and its kin behind `\b`; leaves the cursor alone when the brace opens a repetition. */
function parseNamedBoundary(reader: PatternReader, boundaryStart: number): AssertionKind | undefined {
  const brace = reader.offset;
  if (!reader.advanceToToken()) {
    const reason = 'special word boundary or a bounded repetition on a \\b with an opening brace, but no closing brace';
    return reader.fail(`found either the beginning of a ${reason}`, reader.since(boundaryStart));
  }
  const start = reader.offset;
  if (!BOUNDARY_LETTER.test(reader.character)) {
    reader.offset = brace;
    return undefined;
  }
  let name = '';
  while (BOUNDARY_LETTER.test(reader.character)) {
    name += reader.character;
    reader.advanceToToken();
  }
  if (reader.character !== '}') {
    const reason = 'special word boundary assertion is either unclosed or contains an invalid character';
    return reader.fail(reason, reader.since(brace));
  }
  const nameSpan = reader.since(start);
  reader.advance();
  const known = NAMED_BOUNDARIES.get(name);
  if (known !== undefined) return known;
  const reason = 'unrecognized special word boundary assertion, valid choices are: start, end, start-half or end-half';
  return reader.fail(reason, nameSpan);
}

function parseHex(reader: PatternReader, start: number): LiteralNode {
  const length = HEX_LENGTHS.get(reader.character) ?? 2;
  if (!reader.advanceToToken()) return reader.fail(END_OF_PATTERN, reader.since(reader.offset));
  const isBraced = reader.character === '{';
  const { digits, span } = isBraced ? readBracedHex(reader) : readFixedHex(reader, length);
  const value = digits.length > 8 ? Number.POSITIVE_INFINITY : Number.parseInt(digits, 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
    return reader.fail('hexadecimal literal is not a Unicode scalar value', span);
  }
  return { kind: 'literal', span: reader.since(start), character: value, isByte: !isBraced && length === 2 };
}

interface HexDigits {
  readonly digits: string;
  readonly span: Span;
}

function readFixedHex(reader: PatternReader, length: number): HexDigits {
  const start = reader.offset;
  let digits = '';
  for (let index = 0; index < length; index += 1) {
    if (index > 0 && !reader.advanceToToken()) return reader.fail(END_OF_PATTERN, reader.since(reader.offset));
    digits += readHexDigit(reader);
  }
  reader.advanceToToken();
  return { digits, span: reader.since(start) };
}

function readBracedHex(reader: PatternReader): HexDigits {
  const brace = reader.offset;
  let digits = '';
  while (reader.advanceToToken() && reader.character !== '}') digits += readHexDigit(reader);
  if (reader.isAtEnd) return reader.fail(END_OF_PATTERN, reader.since(brace));
  const span = { start: brace + 1, end: reader.offset };
  reader.advanceToToken();
  if (digits === '') return reader.fail('hexadecimal literal empty', reader.since(brace));
  return { digits: digits.replace(/^0+(?=.)/, ''), span };
}

function readHexDigit(reader: PatternReader): string {
  if (!HEX_DIGIT.test(reader.character)) return reader.fail('invalid hexadecimal digit', reader.here());
  return reader.character;
}

function parseProperty(reader: PatternReader, start: number): PropertyNode {
  const isNegated = reader.character === 'P';
  if (!reader.advanceToToken()) return reader.fail(END_OF_PATTERN, reader.since(reader.offset));
  if (reader.character === '\\') return reader.fail('invalid Unicode character class', reader.here());
  let text = reader.character;
  if (text === '{') {
    text = readBracedName(reader);
  } else {
    reader.advanceToToken();
    return { kind: 'property', span: reader.since(start), name: text, value: undefined, isNegated };
  }
  const [, name = text, operator, value] =
    /^(.*?)(!=)(.*)$/su.exec(text) ?? /^(.*?)(:)(.*)$/su.exec(text) ?? /^(.*?)(=)(.*)$/su.exec(text) ?? [];
  return { kind: 'property', span: reader.since(start), name, value, isNegated: isNegated !== (operator === '!=') };
}

function readBracedName(reader: PatternReader): string {
  let name = '';
  while (reader.advanceToToken() && reader.character !== '}') name += reader.character;
  if (reader.isAtEnd) return reader.fail(END_OF_PATTERN, reader.since(reader.offset));
  reader.advance();
  return name;
}

function parsePerl(reader: PatternReader, start: number): PerlNode {
  const letter = reader.character;
  const lower = letter.toLowerCase();
  reader.advance();
  const name = lower === 'd' || lower === 's' ? lower : 'w';
  return { kind: 'perl', span: reader.since(start), name, isNegated: letter !== lower };
}

function literal(span: Span, character: number): LiteralNode {
  return { kind: 'literal', span, character, isByte: false };
}
