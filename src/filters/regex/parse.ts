import type { GroupHead, Node } from './ast.js';
import { checkNesting } from './nesting.js';
import { parseClass } from './parse-class.js';
import { parseEscape } from './parse-escape.js';
import { parseGroupHead } from './parse-group.js';
import { parseRepetition } from './parse-repetition.js';
import { PatternReader } from './pattern-reader.js';

/** A sequence under way. */
interface Sequence {
  readonly start: number;
  readonly parts: Node[];
}

/** A group that is still open, or the whole pattern (no head). */
interface OpenGroup {
  readonly head: GroupHead | undefined;
  /** Of the opening parenthesis. */
  readonly start: number;
  readonly bodyStart: number;
  readonly wasVerbose: boolean;
  readonly branches: Node[];
  sequence: Sequence;
}

/**
 * Reads a pattern of Rust's regex crate into its tree.
 * @throws RegexSyntaxError with the reason and the place that Rust gives
 */
export function parseRegex(pattern: string): Node {
  return new Parser(new PatternReader(pattern)).parse();
}

class Parser {
  private readonly names = new Map<string, number>();
  private readonly stack: OpenGroup[] = [];
  private captures = 0;

  constructor(private readonly reader: PatternReader) {}

  parse(): Node {
    const { reader } = this;
    let group = this.openGroup(undefined, 0);
    for (;;) {
      reader.skipIgnored();
      if (reader.isAtEnd) break;
      group = this.parseNext(group);
    }
    if (group.head !== undefined) return reader.fail('unclosed group', { start: group.start, end: group.start + 1 });
    const root = this.closeBranches(group);
    checkNesting(root);
    return root;
  }

  private openGroup(head: GroupHead | undefined, start: number): OpenGroup {
    const { reader } = this;
    const sequence = { start: reader.offset, parts: [] };
    return { head, start, bodyStart: reader.offset, wasVerbose: reader.isVerbose, branches: [], sequence };
  }

  private parseNext(group: OpenGroup): OpenGroup {
    const { reader } = this;
    const { parts } = group.sequence;
    switch (reader.character) {
      case '(':
        return this.parseGroup(group);
      case ')':
        return this.closeGroup(group);
      case '|':
        group.branches.push(this.finishSequence(group.sequence));
        reader.advance();
        group.sequence = { start: reader.offset, parts: [] };
        return group;
      case '[':
        parts.push(parseClass(reader));
        return group;
      case '?':
      case '*':
      case '+':
      case '{':
        parts.push(parseRepetition(reader, parts.pop()));
        return group;
      default:
        parts.push(this.parsePrimitive());
        return group;
    }
  }

  private parsePrimitive(): Node {
    const { reader } = this;
    const { character } = reader;
    const span = reader.here();
    if (character === '\\') return parseEscape(reader);
    reader.advance();
    if (character === '.') return { kind: 'dot', span };
    if (character === '^') return { kind: 'assertion', span, assertion: 'start-line' };
    if (character === '$') return { kind: 'assertion', span, assertion: 'end-line' };
    return { kind: 'literal', span, character: character.codePointAt(0) ?? 0, isByte: false };
  }

  private parseGroup(outer: OpenGroup): OpenGroup {
    const { reader } = this;
    const start = reader.offset;
    const head = parseGroupHead(reader, this.names);
    if (head.kind === 'flags') {
      reader.isVerbose = head.flags.x ?? reader.isVerbose;
      outer.sequence.parts.push(head);
      return outer;
    }
    this.stack.push(outer);
    if (head.kind === 'capture') this.captures += 1;
    const group = this.openGroup(head.kind === 'capture' ? { kind: 'capture', index: this.captures } : head, start);
    if (head.kind === 'plain') reader.isVerbose = head.flags.x ?? reader.isVerbose;
    return group;
  }

  private closeGroup(group: OpenGroup): OpenGroup {
    const { reader } = this;
    const outer = this.stack.pop();
    if (outer === undefined || group.head === undefined) return reader.fail('unopened group', reader.here());
    reader.isVerbose = group.wasVerbose;
    const body = this.closeBranches(group);
    reader.advance();
    outer.sequence.parts.push({ kind: 'group', span: reader.since(group.start), group: group.head, body });
    return outer;
  }

  private closeBranches(group: OpenGroup): Node {
    const last = this.finishSequence(group.sequence);
    if (group.branches.length === 0) return last;
    const span = this.reader.since(group.bodyStart);
    return { kind: 'alternation', span, branches: [...group.branches, last] };
  }

  private finishSequence(sequence: Sequence): Node {
    const { parts, start } = sequence;
    const span = this.reader.since(start);
    const [only] = parts;
    if (only === undefined) return { kind: 'empty', span };
    return parts.length === 1 ? only : { kind: 'concatenation', span, parts };
  }
}
