import { type CodePointSet, fromRanges, rangesOf, union } from './code-point-set.js';
import { propertySet } from './unicode.js';

/** Each character that has others it equals but for case, in order, and those others. */
interface FoldTable {
  readonly characters: readonly number[];
  readonly partners: ReadonlyMap<number, readonly number[]>;
}

let table: FoldTable | undefined;
const foldedSets = new WeakMap<CodePointSet, CodePointSet>();
const foldedCharacters = new Map<number, CodePointSet>();

/** The character and those that equal it under simple case folding. The same set for the same character. */
export function foldCharacter(character: number): CodePointSet {
  const known = foldedCharacters.get(character);
  if (known !== undefined) return known;
  const folded = foldCase([character, character]);
  foldedCharacters.set(character, folded);
  return folded;
}

/** The set and every character that equals one of it under simple case folding. */
export function foldCase(set: CodePointSet): CodePointSet {
  const known = foldedSets.get(set);
  if (known !== undefined) return known;
  const folded = addPartners(set);
  foldedSets.set(set, folded);
  return folded;
}

function addPartners(set: CodePointSet): CodePointSet {
  table ??= buildTable();
  const { characters, partners } = table;
  const added: [number, number][] = [];
  for (const [first, last] of rangesOf(set)) {
    for (let index = lowerBound(characters, first); (characters[index] ?? Infinity) <= last; index += 1) {
      for (const partner of partners.get(characters[index] ?? 0) ?? []) added.push([partner, partner]);
    }
  }
  return added.length === 0 ? set : union(set, fromRanges(added));
}

/** As `foldCase`, for the letters of ASCII alone. */
export function foldAsciiCase(set: CodePointSet): CodePointSet {
  const added: [number, number][] = [];
  for (const [first, last] of rangesOf(set)) {
    for (let letter = Math.max(first, 0x41); letter <= Math.min(last, 0x7a); letter += 1) {
      if (/[A-Za-z]/.test(String.fromCharCode(letter))) added.push([letter ^ 0x20, letter ^ 0x20]);
    }
  }
  return union(set, fromRanges(added));
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function buildTable(): FoldTable {
  const groups = new Map<string, string[]>();
  for (const [first, last] of rangesOf(casedCharacters())) {
    for (let codePoint = first; codePoint <= last; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      const key = character.toLowerCase().toUpperCase();
      groups.set(key, [...(groups.get(key) ?? []), character]);
    }
  }
  const entries = [...groups.values()].flatMap(partnersWithin).sort((left, right) => left[0] - right[0]);
  return { characters: entries.map(([character]) => character), partners: new Map(entries) };
}

function casedCharacters(): CodePointSet {
  const answers = ['Changes_When_Casemapped', 'Changes_When_Casefolded'].map((name) => propertySet(name, undefined));
  return union(...answers.map((answer) => (answer.kind === 'set' ? answer.set : [])));
}

/** Full case mapping puts more together than simple folding does; the runtime's own comparison distinguishes them. */
function partnersWithin(group: readonly string[]): [number, number[]][] {
  return group.flatMap((character): [number, number[]][] => {
    const partners = group.filter((other) => other !== character && /^(.)\1$/isu.test(character + other));
    const codePoints = partners.map((partner) => partner.codePointAt(0) ?? 0);
    return codePoints.length === 0 ? [] : [[character.codePointAt(0) ?? 0, codePoints]];
  });
}
