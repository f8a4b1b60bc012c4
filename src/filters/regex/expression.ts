import { isDeepStrictEqual } from 'node:util';
import type { AssertionKind } from './ast.js';
import { type CodePointSet, onlyMember, union } from './code-point-set.js';

/** What an assertion asks of the place between two characters. */
export type Look =
  | { readonly kind: Exclude<AssertionKind, 'start-line' | 'end-line'>; readonly isAscii: boolean }
  | { readonly kind: 'start-line' | 'end-line'; readonly isCrlf: boolean };

/**
 * A pattern after flags, case and character classes are worked out. Built only by the functions below, which simplify as
 * Rust does. A set is `isBytes` where Rust would have a class of bytes; Chroma refuses what still holds one.
 */
export type Expression = (
  | { readonly kind: 'empty' }
  | { readonly kind: 'literal'; readonly characters: readonly number[] }
  | { readonly kind: 'set'; readonly set: CodePointSet; readonly isBytes: boolean }
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'repeat'; readonly body: Expression; readonly least: number; readonly most: number | undefined }
  | { readonly kind: 'capture'; readonly body: Expression; readonly index: number }
  | { readonly kind: 'concatenation'; readonly parts: readonly Expression[] }
  | { readonly kind: 'alternation'; readonly branches: readonly Expression[] }
) & {
  /** It can match the empty text, if its assertions hold. */
  readonly isNullable: boolean;
  /** It can match nothing but the empty text. */
  readonly isZeroWidth: boolean;
};

export const EMPTY: Expression = { kind: 'empty', isNullable: true, isZeroWidth: true };

export function literal(characters: readonly number[]): Expression {
  return { kind: 'literal', characters, isNullable: false, isZeroWidth: false };
}

export function set(members: CodePointSet, isBytes: boolean): Expression {
  const only = onlyMember(members);
  if (only !== undefined) return literal([only]);
  return { kind: 'set', set: members, isBytes: isBytes || members.length === 0, isNullable: false, isZeroWidth: false };
}

export function look(what: Look): Expression {
  return { kind: 'look', look: what, isNullable: true, isZeroWidth: true };
}

export function capture(body: Expression, index: number): Expression {
  return { kind: 'capture', body, index, isNullable: body.isNullable, isZeroWidth: body.isZeroWidth };
}

export function repeat(body: Expression, least: number, most: number | undefined): Expression {
  const low = body.isZeroWidth ? Math.min(least, 1) : least;
  const high = body.isZeroWidth ? Math.min(most ?? 1, 1) : most;
  if (high === 0) return EMPTY;
  if (low === 1 && high === 1) return body;
  const isNullable = low === 0 || body.isNullable;
  return { kind: 'repeat', body, least: low, most: high, isNullable, isZeroWidth: body.isZeroWidth };
}

export function concatenation(parts: readonly Expression[]): Expression {
  const flat: Expression[] = [];
  let characters: number[] = [];
  const flush = (): void => {
    if (characters.length > 0) flat.push(literal(characters));
    characters = [];
  };
  for (const part of parts.flatMap((each) => (each.kind === 'concatenation' ? each.parts : [each]))) {
    if (part.kind === 'literal') {
      for (const character of part.characters) characters.push(character);
    } else if (part.kind !== 'empty') {
      flush();
      flat.push(part);
    }
  }
  flush();
  const [only = EMPTY] = flat;
  if (flat.length <= 1) return only;
  return { kind: 'concatenation', parts: flat, ...widthOf(flat.every(nullable), flat.every(zeroWidth)) };
}

export function alternation(given: readonly Expression[]): Expression {
  const branches = given.flatMap((branch) => (branch.kind === 'alternation' ? branch.branches : [branch]));
  const [only = EMPTY] = branches;
  if (branches.length <= 1) return only;
  return (
    mergeCharacters(branches) ??
    mergeSets(branches) ??
    liftPrefix(branches) ?? {
      kind: 'alternation',
      branches,
      ...widthOf(branches.some(nullable), branches.every(zeroWidth)),
    }
  );
}

function mergeCharacters(branches: readonly Expression[]): Expression | undefined {
  const characters: CodePointSet[] = [];
  for (const branch of branches) {
    const [only, second] = branch.kind === 'literal' ? branch.characters : [];
    if (only === undefined || second !== undefined) return undefined;
    characters.push([only, only]);
  }
  return set(union(...characters), false);
}

function mergeSets(branches: readonly Expression[]): Expression | undefined {
  const sets: CodePointSet[] = [];
  for (const branch of branches) {
    if (branch.kind !== 'set') return undefined;
    sets.push(branch.set);
  }
  return set(union(...sets), false);
}

/** `ax|ay` becomes `a(x|y)`, where `a` is more than a literal: that can free sets to be merged. */
function liftPrefix(branches: readonly Expression[]): Expression | undefined {
  const lists = branches.map((branch) => (branch.kind === 'concatenation' ? branch.parts : []));
  const [first = [], ...rest] = lists;
  let length = first.length;
  for (const list of rest) {
    const firstDifference = first.findIndex((part, index) => index >= length || !isDeepStrictEqual(part, list[index]));
    length = firstDifference < 0 ? length : firstDifference;
    if (length === 0) return undefined;
  }
  if (length === 0) return undefined;
  return concatenation([...first.slice(0, length), alternation(lists.map((list) => concatenation(list.slice(length))))]);
}

/** Rust would search bytes, not characters, for some part of it. */
export function holdsBytes(expression: Expression): boolean {
  switch (expression.kind) {
    case 'set':
      return expression.isBytes;
    case 'repeat':
    case 'capture':
      return holdsBytes(expression.body);
    case 'concatenation':
      return expression.parts.some(holdsBytes);
    case 'alternation':
      return expression.branches.some(holdsBytes);
    default:
      return false;
  }
}

function widthOf(isNullable: boolean, isZeroWidth: boolean): Pick<Expression, 'isNullable' | 'isZeroWidth'> {
  return { isNullable, isZeroWidth };
}

function nullable(expression: Expression): boolean {
  return expression.isNullable;
}

function zeroWidth(expression: Expression): boolean {
  return expression.isZeroWidth;
}
