import { emitLook } from './emit-look.js';
import { emitCharacter, emitSet } from './emit-set.js';
import type { Expression } from './expression.js';

/** The largest count that Postgres takes in braces. */
const LARGEST_BOUND = 255;

/** The expression as a Postgres ARE that matches the same texts. Every group is `(?:`, so there is nothing to refer back to. */
export function emit(expression: Expression): string {
  switch (expression.kind) {
    case 'empty':
      return '';
    case 'literal':
      return expression.characters.map(emitCharacter).join('');
    case 'set':
      return emitSet(expression.set);
    case 'look':
      return emitLook(expression.look, undefined, undefined);
    case 'capture':
      return emit(expression.body);
    case 'repeat':
      return emitRepeat(expression);
    case 'concatenation':
      return expression.parts.map((part, index) => emitPart(part, expression.parts, index)).join('');
    case 'alternation':
      return expression.branches.map(emit).join('|');
  }
}

function emitPart(part: Expression, parts: readonly Expression[], index: number): string {
  if (part.kind === 'look') return emitLook(part.look, parts[index - 1], parts[index + 1]);
  return holdsBranches(part) ? `(?:${emit(part)})` : emit(part);
}

function holdsBranches(expression: Expression): boolean {
  return expression.kind === 'capture' ? holdsBranches(expression.body) : expression.kind === 'alternation';
}

function emitRepeat(expression: Extract<Expression, { kind: 'repeat' }>): string {
  const { body, least, most } = expression;
  // a repeated assertion either must hold, which `repeat` has made the assertion itself, or need not
  if (body.isZeroWidth) return '';
  const atom = body.kind === 'set' || isCharacter(body) ? emit(body) : `(?:${emit(body)})`;
  if (most === undefined) return least === 1 ? `${atom}+` : `${emitCount(atom, least)}${atom}*`;
  return emitCount(atom, least) + emitOptional(atom, most - least);
}

function isCharacter(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.characters.length === 1;
}

/** Side by side, not nested: a nested bound makes Postgres copy long chains, and the embedded engine's stack is small. */
function emitCount(atom: string, count: number): string {
  if (count === 0) return '';
  if (count === 1) return atom;
  if (count <= LARGEST_BOUND) return `${atom}{${count}}`;
  return `${atom}{${LARGEST_BOUND}}${emitCount(atom, count - LARGEST_BOUND)}`;
}

function emitOptional(atom: string, count: number): string {
  if (count === 0) return '';
  if (count === 1) return `${atom}?`;
  if (count <= LARGEST_BOUND) return `${atom}{0,${count}}`;
  return `${atom}{0,${LARGEST_BOUND}}${emitOptional(atom, count - LARGEST_BOUND)}`;
}
