import { type CodePointSet, complement, difference, fromRanges, intersection, LAST_CODE_POINT, union } from './code-point-set.js';
import { ASSIGNED_RANGES } from './unicode-assigned.js';
import { CORRECTIONS } from './unicode-corrections.js';
import { BINARY_PROPERTIES, GENERAL_CATEGORIES, OTHER_PROPERTIES, SCRIPTS, UNSUPPORTED_PROPERTIES } from './unicode-names.js';

/*
 * Sets come from the runtime's own Unicode tables, which may be newer than Rust's. Code points that Unicode 16 leaves
 * unassigned are put back to that state, so that both agree on every character.
 */

export type PropertyAnswer =
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'unknown'; readonly what: 'property' | 'value' }
  | { readonly kind: 'unsupported' };

/** Where Unicode 16 assigns characters; all between and behind them is alike. */
const SCANNED: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0xd7ff],
  [0xe000, 0x323af],
  [0xe0000, 0xe0fff],
];

/** These take a value, and those we do not know. */
const VALUED = /^(?:age|gcb|graphemeclusterbreak|sb|sentencebreak|wb|wordbreak)$/;
/** These are set for good, for unassigned code points too. */
const FIXED = /(?:Default_Ignorable_Code_Point|Pattern_Syntax)/;

const PROPERTY_NOT_FOUND: PropertyAnswer = { kind: 'unknown', what: 'property' };
const VALUE_NOT_FOUND: PropertyAnswer = { kind: 'unknown', what: 'value' };
const UNSUPPORTED: PropertyAnswer = { kind: 'unsupported' };

const categories = readNames(GENERAL_CATEGORIES);
const scripts = readNames(SCRIPTS);
const binaries = readNames(BINARY_PROPERTIES);
const unsupported = new Set(UNSUPPORTED_PROPERTIES.split(' '));
const others = new Set(OTHER_PROPERTIES.split(' '));
const assigned = readAssigned();
const unassigned = complement(assigned);
const sets = new Map<string, CodePointSet>();
let scannedText = '';

/** The set of `\d`, `\s` or `\w`. */
export function perlSet(name: 'd' | 's' | 'w'): CodePointSet {
  if (name === 'd') return setOf('\\p{Nd}');
  if (name === 's') return setOf('\\p{White_Space}');
  return setOf('[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]');
}

/** The set of `\p{name}` or `\p{name=value}`, under the names' aliases and loose spellings. */
export function propertySet(name: string, value: string | undefined): PropertyAnswer {
  const property = normalize(name);
  return value === undefined ? namedSet(property) : valueSet(property, normalize(value));
}

function namedSet(name: string): PropertyAnswer {
  // these three are both properties and values; as Rust, we mean the values
  if (name !== 'cf' && name !== 'sc' && name !== 'lc') {
    const binary = binaries.get(name);
    if (binary === 'Noncharacter_Code_Point') return { kind: 'set', set: noncharacters() };
    if (binary !== undefined) return found(binary);
    if (VALUED.test(name)) return PROPERTY_NOT_FOUND;
    if (unsupported.has(name)) return UNSUPPORTED;
    if (others.has(name)) return PROPERTY_NOT_FOUND;
  }
  const category = categorySet(name);
  if (category !== undefined) return category;
  const script = scripts.get(name);
  return script === undefined ? PROPERTY_NOT_FOUND : scriptSet('Script', script);
}

function valueSet(property: string, value: string): PropertyAnswer {
  switch (property) {
    case 'gc':
    case 'generalcategory':
      return categorySet(value) ?? VALUE_NOT_FOUND;
    case 'sc':
    case 'script':
      return scriptSet('Script', scripts.get(value));
    case 'scx':
    case 'scriptextensions':
      return scriptSet('Script_Extensions', scripts.get(value));
    default:
      if (VALUED.test(property)) return UNSUPPORTED;
      return binaries.has(property) || unsupported.has(property) || others.has(property) ? VALUE_NOT_FOUND : PROPERTY_NOT_FOUND;
  }
}

function categorySet(name: string): PropertyAnswer | undefined {
  if (name === 'any') return { kind: 'set', set: [0, LAST_CODE_POINT] };
  if (name === 'ascii') return { kind: 'set', set: [0, 0x7f] };
  if (name === 'assigned') return { kind: 'set', set: assigned };
  const category = categories.get(name);
  if (category === undefined) return undefined;
  if (category === 'Unassigned') return { kind: 'set', set: unassigned };
  // there are no surrogates in a text
  if (category === 'Surrogate') return VALUE_NOT_FOUND;
  if (category === 'Private_Use') return { kind: 'set', set: [0xe000, 0xf8ff, 0xf0000, 0xffffd, 0x100000, 0x10fffd] };
  if (category === 'Other') return { kind: 'set', set: complement(setOf('\\P{C}')) };
  return found(`gc=${category}`);
}

function scriptSet(property: string, script: string | undefined): PropertyAnswer {
  // Rust knows these two by name only
  if (script === undefined || script === 'Unknown' || script === 'Katakana_Or_Hiragana') return VALUE_NOT_FOUND;
  return found(`${property}=${script}`);
}

function found(property: string): PropertyAnswer {
  return { kind: 'set', set: setOf(`\\p{${property}}`) };
}

/** The scanned code points that the JavaScript class matches. */
function setOf(source: string): CodePointSet {
  const known = sets.get(source);
  if (known !== undefined) return known;
  const set = FIXED.test(source) ? scan(source) : corrected(source, intersection(scan(source), assigned));
  sets.set(source, set);
  return set;
}

/** Takes back what later versions of Unicode say of characters that Unicode 16 has. */
function corrected(source: string, set: CodePointSet): CodePointSet {
  const correction = CORRECTIONS.get(source.slice(3, -1));
  return correction === undefined ? set : union(difference(set, correction.remove), correction.add);
}

function scan(source: string): CodePointSet {
  if (scannedText === '') scannedText = SCANNED.map(([first, last]) => textOf(first, last)).join('');
  const ranges: [number, number][] = [];
  for (const match of scannedText.matchAll(new RegExp(`${source}+`, 'gu'))) {
    ranges.push(...contiguous(match[0]));
  }
  return fromRanges(ranges);
}

/** The code points of a piece of the scanned text, split where it runs from one scanned range into the next. */
function contiguous(text: string): [number, number][] {
  const first = text.codePointAt(0) ?? 0;
  const last = text.codePointAt(text.length - 2) ?? 0;
  const end = last > 0xffff ? last : text.charCodeAt(text.length - 1);
  return SCANNED.filter((range) => range[0] <= end && first <= range[1]).map((range) => [
    Math.max(first, range[0]),
    Math.min(end, range[1]),
  ]);
}

function noncharacters(): CodePointSet {
  const planeEnds = Array.from({ length: 17 }, (_, plane): [number, number] => [
    plane * 0x10000 + 0xfffe,
    plane * 0x10000 + 0xffff,
  ]);
  return fromRanges([[0xfdd0, 0xfdef], ...planeEnds]);
}

function textOf(first: number, last: number): string {
  const pieces: string[] = [];
  for (let start = first; start <= last; start += 4096) {
    const length = Math.min(4096, last - start + 1);
    pieces.push(String.fromCodePoint(...Array.from({ length }, (_, index) => start + index)));
  }
  return pieces.join('');
}

function readAssigned(): CodePointSet {
  let next = 0;
  const ranges = ASSIGNED_RANGES.split(',').map((entry): [number, number] => {
    const [gap = '0', more = '0'] = entry.split('.');
    const first = next + Number.parseInt(gap, 36);
    next = first + Number.parseInt(more, 36) + 1;
    return [first, next - 1];
  });
  return fromRanges(ranges);
}

function readNames(table: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of table.split('|')) {
    const [name = '', ...aliases] = entry.split(' ');
    for (const alias of [name, ...aliases]) names.set(normalize(alias), name);
  }
  return names;
}

/** Lower case, without separators and a leading `is`; non-ASCII letters do not count. */
function normalize(name: string): string {
  const hasPrefix = /^is/i.test(name);
  const rest = (hasPrefix ? name.slice(2) : name).replace(/[^\u0000-\u007f]|[ _-]/g, '').toLowerCase();
  return hasPrefix && rest === 'c' ? 'isc' : rest;
}
