import type { BracketNode, ClassItem, ClassOperator, ClassSet, LiteralNode, PrimitiveNode, Span } from './ast.js';
import { parseEscape } from './parse-escape.js';
import type { PatternReader } from './pattern-reader.js';

const UNCLOSED = 'unclosed character class';
const OPERATORS: readonly ClassOperator[] = ['&&', '--', '~~'];
const ASCII_CLASS = /^(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)$/;

/** A list of items under way; its span grows with them. */
interface Union {
  start: number;
  end: number;
  items: ClassItem[];
}

/** A bracket that is still open. `pending` is the left side of a set operation whose right side is being read. */
interface OpenBracket {
  readonly span: Span;
  readonly isNegated: boolean;
  readonly outer: Union;
  pending: { readonly operator: ClassOperator; readonly left: ClassSet } | undefined;
}

/** Reads the bracketed class that begins under the cursor, with its nested classes and set operations. */
export function parseClass(reader: PatternReader): BracketNode {
  const stack: OpenBracket[] = [];
  let union: Union = newUnion(reader);
  for (;;) {
    reader.skipIgnored();
    if (reader.isAtEnd) return failUnclosed(reader, stack);
    const operator = reader.character === reader.peek() ? OPERATORS.find((text) => text[0] === reader.character) : undefined;
    if (reader.character === '[') {
      union = openOrAscii(reader, stack, union);
    } else if (reader.character === ']') {
      const closed = closeBracket(reader, stack, union);
      if (closed.outer === undefined) return closed.bracket;
      union = push(closed.outer, closed.bracket);
    } else if (operator !== undefined) {
      reader.accept(operator);
      union = startOperand(reader, stack, union, operator);
    } else {
      push(union, parseRange(reader, stack));
    }
  }
}

function newUnion(reader: PatternReader): Union {
  return { start: reader.offset, end: reader.offset, items: [] };
}

function push(union: Union, item: ClassItem): Union {
  if (union.items.length === 0) union.start = item.span.start;
  union.end = item.span.end;
  union.items.push(item);
  return union;
}

function finish(union: Union): ClassSet {
  return { kind: 'union', span: { start: union.start, end: union.end }, items: union.items };
}

function failUnclosed(reader: PatternReader, stack: readonly OpenBracket[]): never {
  return reader.fail(UNCLOSED, stack.at(-1)?.span ?? reader.here());
}

function openOrAscii(reader: PatternReader, stack: OpenBracket[], outer: Union): Union {
  const ascii = stack.length > 0 ? parseAscii(reader) : undefined;
  if (ascii !== undefined) return push(outer, ascii);
  const start = reader.offset;
  const step = (): void => {
    if (!reader.advanceToToken()) reader.fail(UNCLOSED, reader.since(start));
  };
  step();
  const isNegated = reader.character === '^';
  if (isNegated) step();
  const union = newUnion(reader);
  while (reader.character === '-') {
    push(union, verbatim(reader));
    if (!reader.advanceToToken()) return reader.fail(UNCLOSED, { start, end: start });
  }
  if (union.items.length === 0 && reader.character === ']') {
    push(union, verbatim(reader));
    step();
  }
  stack.push({ span: reader.since(start), isNegated, outer, pending: undefined });
  return union;
}

function closeBracket(
  reader: PatternReader,
  stack: OpenBracket[],
  union: Union,
): { readonly bracket: BracketNode; readonly outer: Union | undefined } {
  const open = stack.pop();
  if (open === undefined) return failUnclosed(reader, stack);
  const set = combine(open, finish(union));
  reader.advance();
  const bracket: BracketNode = { kind: 'bracket', span: reader.since(open.span.start), isNegated: open.isNegated, set };
  return { bracket, outer: stack.length === 0 ? undefined : open.outer };
}

/** The operators all bind alike, from the left. */
function combine(open: OpenBracket, right: ClassSet): ClassSet {
  if (open.pending === undefined) return right;
  const { operator, left } = open.pending;
  return { kind: 'operation', span: { start: left.span.start, end: right.span.end }, operator, left, right };
}

function startOperand(reader: PatternReader, stack: readonly OpenBracket[], union: Union, operator: ClassOperator): Union {
  const open = stack.at(-1);
  if (open !== undefined) open.pending = { operator, left: combine(open, finish(union)) };
  return newUnion(reader);
}

function parseRange(reader: PatternReader, stack: readonly OpenBracket[]): ClassItem {
  const first = parseItem(reader);
  reader.skipIgnored();
  if (reader.isAtEnd) return failUnclosed(reader, stack);
  const next = reader.peekToken();
  if (reader.character !== '-' || next === ']' || next === '-') return asItem(reader, first);
  if (!reader.advanceToToken()) return failUnclosed(reader, stack);
  const second = parseItem(reader);
  const span = { start: first.span.start, end: second.span.end };
  const range = { kind: 'range', span, first: asLiteral(reader, first), last: asLiteral(reader, second) } as const;
  if (range.first.character > range.last.character) {
    return reader.fail('invalid character class range, the start must be <= the end', span);
  }
  return range;
}

function parseItem(reader: PatternReader): PrimitiveNode {
  if (reader.character === '\\') return parseEscape(reader);
  const item = verbatim(reader);
  reader.advance();
  return item;
}

function asItem(reader: PatternReader, node: PrimitiveNode): ClassItem {
  if (node.kind === 'literal' || node.kind === 'perl' || node.kind === 'property') return node;
  return reader.fail('invalid escape sequence found in character class', node.span);
}

function asLiteral(reader: PatternReader, node: PrimitiveNode): LiteralNode {
  if (node.kind === 'literal') return node;
  return reader.fail('invalid range boundary, must be a literal', node.span);
}

function verbatim(reader: PatternReader): LiteralNode {
  return { kind: 'literal', span: reader.here(), character: reader.character.codePointAt(0) ?? 0, isByte: false };
}

/** Reads `[:name:]`; leaves the cursor alone when it is none. */
function parseAscii(reader: PatternReader): ClassItem | undefined {
  const start = reader.offset;
  // no name is longer than six letters, so `[:^xdigit:]` is the longest form
  const [text, negation, name = ''] = /^\[:(\^?)([a-z]+):\]/.exec(reader.text(start, start + 11)) ?? [''];
  if (!ASCII_CLASS.test(name)) return undefined;
  reader.offset += text.length;
  return { kind: 'ascii', span: reader.since(start), name, isNegated: negation === '^' };
}
