import { type CodePointSet, complement, EVERYTHING, intersection, onlyMember, rangesOf } from './code-point-set.js';

/** No text in Postgres holds a NUL. */
const TEXT_CHARACTERS: CodePointSet = intersection(EVERYTHING, [1, 0x10ffff]);

/** Matches at no place: a character that is none. */
export const NEVER = '[^\\u0001-\\U0010ffff]';

const texts = new WeakMap<CodePointSet, string>();

/** One character, such that Postgres reads it as itself in brackets and outside, and no option or director appears. */
export function emitCharacter(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  if (/^[0-9A-Za-z]$/.test(character) || codePoint > 0xa0) return character;
  return codePoint === 0 ? NEVER : `\\u${codePoint.toString(16).padStart(4, '0')}`;
}

/** An atom that matches one character of the set: explicit code points, whatever the locale. */
export function emitSet(set: CodePointSet): string {
  const known = texts.get(set);
  if (known !== undefined) return known;
  const text = emitRanges(intersection(set, TEXT_CHARACTERS));
  texts.set(set, text);
  return text;
}

function emitRanges(set: CodePointSet): string {
  const others = intersection(complement(set), TEXT_CHARACTERS);
  if (set.length === 0) return NEVER;
  if (others.length === 0) return '.';
  const only = onlyMember(set);
  if (only !== undefined) return emitCharacter(only);
  return others.length < set.length ? `[^${emitItems(others)}]` : `[${emitItems(set)}]`;
}

function emitItems(set: CodePointSet): string {
  return rangesOf(set)
    .map(([first, last]) => (first === last ? emitCharacter(first) : `${emitCharacter(first)}-${emitCharacter(last)}`))
    .join('');
}
