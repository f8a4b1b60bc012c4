import type { BracketNode, ClassItem, ClassSet, FlagChange, LiteralNode, PerlNode, PropertyNode, Span } from './ast.js';
import { foldAsciiCase, foldCase, foldCharacter } from './case-folding.js';
import {
  type CodePointSet,
  complement,
  difference,
  fromRanges,
  intersection,
  symmetricDifference,
  union,
} from './code-point-set.js';
import { RegexSyntaxError, RegexTooLargeError } from './syntax-error.js';
import { perlSet, propertySet } from './unicode.js';

/**
 * The flags in force: `(?i)` changes them up to the end of its group, through the branches that follow. And how many bounds
 * of ranges the classes of the pattern may yet work on.
 */
export interface Scope {
  flags: FlagChange;
  readonly allowance: { bounds: number };
}

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
 * @throws RegexTooLargeError when the allowance is used up
 */
export function evaluateClass(node: BracketNode | PerlNode | PropertyNode, scope: Scope): CodePointSet {
  switch (node.kind) {
    case 'perl':
      return evaluatePerl(node, scope);
    case 'property':
      return evaluateProperty(node, scope);
    case 'bracket':
      return charge(scope, foldAndNegate(evaluateSet(node.set, scope), node.isNegated, node.span, scope));
  }
}

/**
 * The character of a literal, with those that differ in case only where case does not matter.
 * @throws RegexSyntaxError for a byte that is not ASCII
 */
export function evaluateLiteral(node: LiteralNode, scope: Scope): CodePointSet {
  const character = literalCharacter(node, scope);
  if (scope.flags.i !== true) return [character, character];
  return scope.flags.u === false ? foldAsciiCase([character, character]) : foldCharacter(character);
}

function literalCharacter(node: LiteralNode, scope: Scope): number {
  if (scope.flags.u === false && node.isByte && node.character > 0x7f) failBytes(node.span);
  return node.character;
}

function fold(scope: Scope, set: CodePointSet): CodePointSet {
  if (scope.flags.i !== true) return set;
  return scope.flags.u === false ? foldAsciiCase(set) : foldCase(set);
}

function evaluatePerl(node: PerlNode, scope: Scope): CodePointSet {
  if (scope.flags.u !== false) return negateIf(node.isNegated, perlSet(node.name));
  // the complement of an ASCII class holds bytes that no text has
  if (node.isNegated) failBytes(node.span);
  return asciiSet({ d: 'digit', s: 'space', w: 'word' }[node.name]);
}

function evaluateProperty(node: PropertyNode, scope: Scope): CodePointSet {
  if (scope.flags.u === false) throw new RegexSyntaxError('Unicode not allowed here', [node.span]);
  const answer = propertySet(node.name, node.value);
  switch (answer.kind) {
    case 'set':
      return negateIf(node.isNegated, fold(scope, answer.set));
    case 'unknown':
      throw new RegexSyntaxError(`Unicode property ${answer.what === 'value' ? 'value ' : ''}not found`, [node.span]);
    case 'unsupported':
      throw new RegexSyntaxError('Unicode property not supported', [node.span]);
  }
}

function charge(scope: Scope, set: CodePointSet): CodePointSet {
  scope.allowance.bounds -= set.length;
  if (scope.allowance.bounds < 0) throw new RegexTooLargeError();
  return set;
}

function evaluateSet(set: ClassSet, scope: Scope): CodePointSet {
  if (set.kind === 'union') return union(...set.items.map((item) => evaluateItem(item, scope)));
  const left = charge(scope, fold(scope, evaluateSet(set.left, scope)));
  const right = charge(scope, fold(scope, evaluateSet(set.right, scope)));
  switch (set.operator) {
    case '&&':
      return intersection(left, right);
    case '--':
      return difference(left, right);
    case '~~':
      return symmetricDifference(left, right);
  }
}

function evaluateItem(item: ClassItem, scope: Scope): CodePointSet {
  switch (item.kind) {
    case 'literal': {
      const character = classCharacter(item, scope);
      return [character, character];
    }
    case 'range':
      return fromRanges([[classCharacter(item.first, scope), classCharacter(item.last, scope)]]);
    case 'ascii':
      return foldAndNegate(asciiSet(item.name), item.isNegated, item.span, scope);
    default:
      return evaluateClass(item, scope);
  }
}

function classCharacter(node: LiteralNode, scope: Scope): number {
  const character = literalCharacter(node, scope);
  if (scope.flags.u === false && character > 0x7f) throw new RegexSyntaxError('Unicode not allowed here', [node.span]);
  return character;
}

function foldAndNegate(set: CodePointSet, isNegated: boolean, span: Span, scope: Scope): CodePointSet {
  const folded = fold(scope, set);
  if (scope.flags.u !== false) return negateIf(isNegated, folded);
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
