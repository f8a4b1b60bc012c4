import type { FlagChange, FlagName, GroupHead, Node, Span } from './ast.js';
import type { PatternReader } from './pattern-reader.js';

const LOOK_AROUND = ['?=', '?!', '?<=', '?<!'];
const NAME_START = /^[_\p{Alphabetic}]$/u;
const NAME_PART = /^[_.[\]\p{Alphabetic}\p{N}]$/u;

type FlagsNode = Extract<Node, { kind: 'flags' }>;

/**
 * Reads from the opening parenthesis to where the group's body begins, or to the end of `(?flags)`. A capture's index
 * is left at 0. `names` are the names taken, with their offsets; it gains the new one.
 */
export function parseGroupHead(reader: PatternReader, names: Map<string, number>): GroupHead | FlagsNode {
  const start = reader.offset;
  reader.advance();
  reader.skipIgnored();
  if (LOOK_AROUND.some((prefix) => reader.accept(prefix))) {
    return reader.fail('look-around, including look-ahead and look-behind, is not supported', reader.since(start));
  }
  const question = reader.offset;
  if (reader.accept('?P<') || reader.accept('?<')) {
    readName(reader, names);
    return { kind: 'capture', index: 0 };
  }
  if (!reader.accept('?')) return { kind: 'capture', index: 0 };
  if (reader.isAtEnd) return reader.fail('unclosed group', { start, end: start + 1 });
  const flags = readFlags(reader);
  const isGroup = reader.character === ':';
  const isEmpty = reader.offset === question + 1;
  reader.advance();
  if (isGroup) return { kind: 'plain', flags };
  if (isEmpty) return reader.fail('repetition operator missing expression', { start: question, end: question });
  return { kind: 'flags', span: reader.since(start), flags };
}

function readName(reader: PatternReader, names: Map<string, number>): void {
  const start = reader.offset;
  while (!reader.isAtEnd && reader.character !== '>') {
    const allowed = reader.offset === start ? NAME_START : NAME_PART;
    if (!allowed.test(reader.character)) reader.fail('invalid capture group character', reader.here());
    reader.advance();
  }
  if (reader.isAtEnd) reader.fail('unclosed capture group name', reader.since(reader.offset));
  const span = reader.since(start);
  reader.advance();
  const name = reader.text(span.start, span.end);
  if (name === '') reader.fail('empty capture group name', span);
  const taken = names.get(name);
  if (taken !== undefined) {
    reader.fail('duplicate capture group name', span, { start: taken, end: taken + span.end - span.start });
  }
  names.set(name, start);
}

/** Reads up to the `:` or `)` behind the flags. */
function readFlags(reader: PatternReader): FlagChange {
  const flags: Partial<Record<FlagName, boolean>> = {};
  const places = new Map<string, Span>();
  let last = '';
  while (reader.character !== ':' && reader.character !== ')') {
    const { character } = reader;
    const isNegation = character === '-';
    if (!isNegation && !isFlag(character)) return reader.fail('unrecognized flag', reader.here());
    const taken = places.get(character);
    if (taken !== undefined) {
      return reader.fail(isNegation ? 'flag negation operator repeated' : 'duplicate flag', reader.here(), taken);
    }
    places.set(character, reader.here());
    if (isFlag(character)) flags[character] = !places.has('-');
    last = character;
    if (!reader.advance()) return reader.fail('expected flag but got end of regex', reader.since(reader.offset));
  }
  if (last === '-') {
    return reader.fail('dangling flag negation operator', { start: reader.offset - 1, end: reader.offset });
  }
  return flags;
}

function isFlag(character: string): character is FlagName {
  return character.length === 1 && 'imsUuRx'.includes(character);
}
