import type { BracketNode, ClassItem, ClassSet, FlagChange, LiteralNode, PerlNode, PropertyNode, Span } from './ast.js';
import { foldAsciiCase, foldCase } from './case-folding.js';
import {
  complement,
  difference,
  fromRanges,
  intersection,
  symmetricDifference,
  union,
  type CodePointSet,
} from './code-point-set.js';
import { RegexSyntaxError } from './syntax-error.js';
import { perlSet, propertySet } from './unicode.js';

const ASCII_SETS: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  ascii: '\u0000\u007f',
  blank: '\t\t  ',
  cntrl: '\u0000\u001f\u007f\u007f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: '09AZ__az',
  xdigit: '09AFaf',
};

/** The set of one of the ASCII classes, `word` for example. */
export function asciiSet(name: string): CodePointSet {
  const bounds = Array.from(ASCII_SETS[name] ?? '', (character) => character.charCodeAt(0));
  return fromRanges(bounds.flatMap((bound, index) => (index % 2 === 0 ? [[bound, bounds[index + 1] ?? bound] as const] : [])));
}

/**
 * The characters that a class matches under the flags `i` and `u`.
 * @throws RegexSyntaxError for a property that is unknown, or what Unicode switched off (`(?-u)`) forbids
 */
export function evaluateClass(node: BracketNode | PerlNode | PropertyNode, flags: FlagChange): CodePointSet {
  switch (node.kind) {
    case 'perl':
      return evaluatePerl(node, flags);
    case 'property':
      return evaluateProperty(node, flags);
    case 'bracket':
      return foldAndNegate(evaluateSet(node.set, flags), node.isNegated, node.span, flags);
  }
}

/**
 * The character of a literal.
 * @throws RegexSyntaxError for a byte that is not ASCII
 */
export function literalCharacter(node: LiteralNode, flags: FlagChange): number {
  if (flags.u === false && node.isByte && node.character > 0x7f) failBytes(node.span);
  return node.character;
}

/** Adds the characters that differ in case only. */
export function foldWith(flags: FlagChange, set: CodePointSet): CodePointSet {
  if (flags.i !== true) return set;
  return flags.u === false ? foldAsciiCase(set) : foldCase(set);
}

function evaluatePerl(node: PerlNode, flags: FlagChange): CodePointSet {
  if (flags.u !== false) return negateIf(node.isNegated, perlSet(node.name));
  // the complement of an ASCII class holds bytes that no text has
  if (node.isNegated) failBytes(node.span);
  return asciiSet({ d: 'digit', s: 'space', w: 'word' }[node.name]);
}

function evaluateProperty(node: PropertyNode, flags: FlagChange): CodePointSet {
  if (flags.u === false) throw new RegexSyntaxError('Unicode not allowed here', [node.span]);
  const answer = propertySet(node.name, node.value);
  switch (answer.kind) {
    case 'set':
      return negateIf(node.isNegated, foldWith(flags, answer.set));
    case 'unknown':
      throw new RegexSyntaxError(`Unicode property ${answer.what === 'value' ? 'value ' : ''}not found`, [node.span]);
    case 'unsupported':
      throw new RegexSyntaxError('Unicode property not supported', [node.span]);
  }
}

function evaluateSet(set: ClassSet, flags: FlagChange): CodePointSet {
  if (set.kind === 'union') return union(...set.items.map((item) => evaluateItem(item, flags)));
  const left = foldWith(flags, evaluateSet(set.left, flags));
  const right = foldWith(flags, evaluateSet(set.right, flags));
  switch (set.operator) {
    case '&&':
      return intersection(left, right);
    case '--':
      return difference(left, right);
    case '~~':
      return symmetricDifference(left, right);
  }
}

function evaluateItem(item: ClassItem, flags: FlagChange): CodePointSet {
  switch (item.kind) {
    case 'literal': {
      const character = classCharacter(item, flags);
      return [character, character];
    }
    case 'range':
      return fromRanges([[classCharacter(item.first, flags), classCharacter(item.last, flags)]]);
    case 'ascii':
      return foldAndNegate(asciiSet(item.name), item.isNegated, item.span, flags);
    default:
      return evaluateClass(item, flags);
  }
}

function classCharacter(node: LiteralNode, flags: FlagChange): number {
  const character = literalCharacter(node, flags);
  if (flags.u === false && character > 0x7f) throw new RegexSyntaxError('Unicode not allowed here', [node.span]);
  return character;
}

function foldAndNegate(set: CodePointSet, isNegated: boolean, span: Span, flags: FlagChange): CodePointSet {
  const folded = foldWith(flags, set);
  if (flags.u !== false) return negateIf(isNegated, folded);
  // bytes: the complement is free of bytes above ASCII only if the set held all of those, and it never does
  if (isNegated) failBytes(span);
  return folded;
}

function negateIf(isNegated: boolean, set: CodePointSet): CodePointSet {
  return isNegated ? complement(set) : set;
}

function failBytes(span: Span): never {
  throw new RegexSyntaxError('pattern can match invalid UTF-8', [span]);
}
