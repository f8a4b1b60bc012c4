import { type CodePointSet, intersection, isSubset, union } from './code-point-set.js';
import { emitSet } from './emit-set.js';
import { asciiSet } from './evaluate-class.js';
import type { Expression, Look } from './expression.js';
import { perlSet } from './unicode.js';

/** What is known of the character beside an assertion. */
type Side = 'word' | 'other' | 'unknown';

const asciiWord = asciiSet('word');
const START_OF_CRLF_LINE = '(?:^|(?<=\\u000a)|(?<=\\u000d)(?!\\u000a))';
const END_OF_CRLF_LINE = '(?:$|(?=\\u000d)|(?<!\\u000d)(?=\\u000a))';

/** An assertion, made of look-around alone: Postgres' own `\y`, `\m` and `\M` depend on the locale. */
export function emitLook(look: Look, before: Expression | undefined, after: Expression | undefined): string {
  switch (look.kind) {
    case 'start-text':
      return '^';
    case 'end-text':
      return '$';
    case 'start-line':
      return look.isCrlf ? START_OF_CRLF_LINE : '(?:^|(?<=\\u000a))';
    case 'end-line':
      return look.isCrlf ? END_OF_CRLF_LINE : '(?:$|(?=\\u000a))';
    default: {
      const word = look.isAscii ? asciiWord : perlSet('w');
      return emitWordLook(look.kind, emitSet(word), side(before, word, 'last'), side(after, word, 'first'));
    }
  }
}

function emitWordLook(kind: Look['kind'], word: string, before: Side, after: Side): string {
  const wordBefore = before === 'word' ? '' : `(?<=${word})`;
  const otherBefore = before === 'other' ? '' : `(?<!${word})`;
  const wordAfter = after === 'word' ? '' : `(?=${word})`;
  const otherAfter = after === 'other' ? '' : `(?!${word})`;
  switch (kind) {
    case 'word-start':
      return otherBefore + wordAfter;
    case 'word-end':
      return wordBefore + otherAfter;
    case 'word-start-half':
      return otherBefore;
    case 'word-end-half':
      return otherAfter;
    case 'word-boundary':
      if (before === 'word' || after === 'other') return wordBefore + otherAfter;
      if (before === 'other' || after === 'word') return otherBefore + wordAfter;
      return `(?:${wordBefore}${otherAfter}|${otherBefore}${wordAfter})`;
    default:
      if (before === 'word' || after === 'word') return wordBefore + wordAfter;
      if (before === 'other' || after === 'other') return otherBefore + otherAfter;
      return `(?:${wordBefore}${wordAfter}|${otherBefore}${otherAfter})`;
  }
}

/** The kind of the character that the neighbour must match next to the assertion. */
function side(neighbour: Expression | undefined, word: CodePointSet, end: 'first' | 'last'): Side {
  if (neighbour === undefined || neighbour.isNullable) return 'unknown';
  const set = edge(neighbour, end);
  if (set === undefined || set.length === 0) return 'unknown';
  if (isSubset(set, word)) return 'word';
  return intersection(set, word).length === 0 ? 'other' : 'unknown';
}

function edge(expression: Expression, end: 'first' | 'last'): CodePointSet | undefined {
  switch (expression.kind) {
    case 'literal': {
      const character = expression.characters.at(end === 'first' ? 0 : -1);
      return character === undefined ? undefined : [character, character];
    }
    case 'set':
      return expression.set;
    case 'capture':
      return edge(expression.body, end);
    case 'repeat':
      return expression.isNullable ? undefined : edge(expression.body, end);
    case 'concatenation': {
      const part = expression.parts.at(end === 'first' ? 0 : -1);
      return part === undefined ? undefined : edge(part, end);
    }
    case 'alternation':
      return edgeOfEach(expression.branches, end);
    default:
      return undefined;
  }
}

function edgeOfEach(branches: readonly Expression[], end: 'first' | 'last'): CodePointSet | undefined {
  const edges: CodePointSet[] = [];
  for (const branch of branches) {
    const set = branch.isNullable ? undefined : edge(branch, end);
    if (set === undefined) return undefined;
    edges.push(set);
  }
  return union(...edges);
}
