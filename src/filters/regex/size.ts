import type { Expression } from './expression.js';

/*
 * Bounds under which Postgres compiles a pattern in well below a second and the embedded engine's stack suffices. Beyond
 * them Postgres reports an error, or takes minutes.
 */

/** Characters in a row. */
const LONGEST_PATH = 2000;
/** Characters in all. */
const MOST_CHARACTERS = 20_000;
/** Parts that may be left out: Postgres' work grows with the third power of a run of them. */
const MOST_OPTIONAL = 300;
/** Assertions that need look-around. */
const MOST_LOOKS = 200;

interface Size {
  readonly path: number;
  readonly characters: number;
  readonly optional: number;
  readonly looks: number;
}

const NOTHING: Size = { path: 0, characters: 0, optional: 0, looks: 0 };
const CHARACTER: Size = { path: 1, characters: 1, optional: 0, looks: 0 };

export function isTooLarge(expression: Expression): boolean {
  const size = measure(expression);
  const { path, characters, optional, looks } = size;
  return path > LONGEST_PATH || characters > MOST_CHARACTERS || optional > MOST_OPTIONAL || looks > MOST_LOOKS;
}

function measure(expression: Expression): Size {
  switch (expression.kind) {
    case 'empty':
      return NOTHING;
    case 'literal': {
      const { length } = expression.characters;
      return { path: length, characters: length, optional: 0, looks: 0 };
    }
    case 'set':
      return CHARACTER;
    case 'look':
      return { ...NOTHING, looks: 1 };
    case 'capture':
      return measure(expression.body);
    case 'repeat':
      return measureRepeat(expression);
    case 'concatenation':
      return expression.parts.map(measure).reduce(inSequence, NOTHING);
    case 'alternation':
      return expression.branches.map(measure).reduce(asChoice, NOTHING);
  }
}

function measureRepeat(expression: Extract<Expression, { kind: 'repeat' }>): Size {
  const { body, least, most } = expression;
  const { path, characters, optional, looks } = measure(body);
  const times = Math.max(1, most ?? least + 1);
  // Postgres nests `x{0,9}`, so it is one optional part, unless what it repeats may itself be left out
  const own = least === most ? 0 : 1 + Math.floor(times / 255);
  return {
    path: path * times,
    characters: characters * times,
    optional: optional * times + own,
    looks: looks * Math.ceil(times / 255),
  };
}

function inSequence(left: Size, right: Size): Size {
  return { ...asChoice(left, right), path: left.path + right.path };
}

function asChoice(left: Size, right: Size): Size {
  return {
    path: Math.max(left.path, right.path),
    characters: left.characters + right.characters,
    optional: left.optional + right.optional,
    looks: left.looks + right.looks,
  };
}
