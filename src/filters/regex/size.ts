import type { Expression } from './expression.js';

/*
 * Bounds under which Postgres compiles a pattern in well below a second and the embedded engine's stack suffices. Beyond
 * them Postgres reports an error or takes minutes, and the embedded engine may answer nothing at all.
 */

/** Characters in a row. */
const LONGEST_PATH = 2000;
/** Characters in all. */
const MOST_CHARACTERS = 20_000;
/** Parts that may be left out: Postgres' work grows with the third power of a run of them. */
const MOST_OPTIONAL = 300;
/** Assertions. */
const MOST_LOOKS = 200;
/** Assertions that may meet at one place: Postgres' work doubles with each. */
const MOST_LOOKS_AT_A_PLACE = 10;

interface Size {
  readonly path: number;
  readonly characters: number;
  readonly optional: number;
  readonly looks: number;
  /** How many assertions may meet at one place: before the first character, behind the last, anywhere. */
  readonly leading: number;
  readonly trailing: number;
  readonly meeting: number;
  /** As many when no character is matched; undefined when one always is. */
  readonly passing: number | undefined;
}

const NOTHING: Size = { path: 0, characters: 0, optional: 0, looks: 0, leading: 0, trailing: 0, meeting: 0, passing: 0 };
const CHARACTER: Size = { ...NOTHING, path: 1, characters: 1, passing: undefined };
const LOOK: Size = { ...NOTHING, looks: 1, leading: 1, trailing: 1, meeting: 1, passing: 1 };

/** Postgres could not compile it, or not in good time. */
export function isTooLarge(expression: Expression): boolean {
  const { path, characters, optional, looks, meeting } = measure(expression);
  if (path > LONGEST_PATH || characters > MOST_CHARACTERS || optional > MOST_OPTIONAL) return true;
  return looks > MOST_LOOKS || meeting > MOST_LOOKS_AT_A_PLACE;
}

function measure(expression: Expression): Size {
  switch (expression.kind) {
    case 'empty':
      return NOTHING;
    case 'literal': {
      const { length } = expression.characters;
      return { ...CHARACTER, path: length, characters: length };
    }
    case 'set':
      return CHARACTER;
    case 'look':
      return LOOK;
    case 'capture':
      return measure(expression.body);
    case 'repeat':
      return measureRepeat(expression);
    case 'concatenation':
      return expression.parts.map(measure).reduce(inSequence, NOTHING);
    case 'alternation':
      return expression.branches.map(measure).reduce(asChoice);
  }
}

function measureRepeat(expression: Extract<Expression, { kind: 'repeat' }>): Size {
  const { body, least, most } = expression;
  const size = measure(body);
  const times = most ?? least + 1;
  const { leading, trailing, passing } = size;
  const rounds = most === undefined ? Math.max(2, times) : times;
  const extra = (passing ?? 0) * (rounds - 1);
  return {
    path: size.path * times,
    characters: size.characters * times,
    // Postgres nests `x{0,9}`, so it is one optional part, unless what it repeats may itself be left out
    optional: size.optional * times + (least === most ? 0 : 1),
    looks: size.looks * times,
    leading: leading + extra,
    trailing: trailing + extra,
    meeting: rounds > 1 ? Math.max(size.meeting, trailing + leading + Math.max(0, extra - (passing ?? 0))) : size.meeting,
    passing: passing === undefined ? (least === 0 ? 0 : undefined) : passing * rounds,
  };
}

function inSequence(left: Size, right: Size): Size {
  return {
    ...asChoice(left, right),
    path: left.path + right.path,
    leading: left.passing === undefined ? left.leading : Math.max(left.leading, left.passing + right.leading),
    trailing: right.passing === undefined ? right.trailing : Math.max(right.trailing, left.trailing + right.passing),
    meeting: Math.max(left.meeting, right.meeting, left.trailing + right.leading),
    passing: left.passing === undefined || right.passing === undefined ? undefined : left.passing + right.passing,
  };
}

function asChoice(left: Size, right: Size): Size {
  return {
    path: Math.max(left.path, right.path),
    characters: left.characters + right.characters,
    optional: left.optional + right.optional,
    looks: left.looks + right.looks,
    leading: Math.max(left.leading, right.leading),
    trailing: Math.max(left.trailing, right.trailing),
    meeting: Math.max(left.meeting, right.meeting),
    passing: left.passing === undefined ? right.passing : Math.max(left.passing, right.passing ?? 0),
  };
}
