import type { Span } from './ast.js';
import { RegexSyntaxError } from './syntax-error.js';

const WHITE_SPACE = /^\p{White_Space}$/u;

/** A cursor over the code points of a pattern. In verbose mode (`(?x)`) it can step over white space and comments. */
export class PatternReader {
  readonly characters: readonly string[];
  offset = 0;
  isVerbose = false;

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  get isAtEnd(): boolean {
    return this.offset >= this.characters.length;
  }

  /** The character under the cursor; the empty string at the end. */
  get character(): string {
    return this.characters[this.offset] ?? '';
  }

  isAt(character: string): boolean {
    return this.characters[this.offset] === character;
  }

  isAtWhiteSpace(): boolean {
    return isWhiteSpace(this.character);
  }

  /** Moves on by one character; false when that is the end. */
  advance(): boolean {
    if (!this.isAtEnd) this.offset += 1;
    return !this.isAtEnd;
  }

  /** Moves on by one character and what verbose mode ignores; false when that is the end. */
  advanceToToken(): boolean {
    if (!this.advance()) return false;
    this.skipIgnored();
    return !this.isAtEnd;
  }

  skipIgnored(): void {
    if (!this.isVerbose) return;
    while (!this.isAtEnd && (this.isAtWhiteSpace() || this.character === '#')) {
      if (this.character === '#') this.skipComment();
      else this.advance();
    }
  }

  private skipComment(): void {
    while (!this.isAtEnd && this.character !== '\n') this.advance();
    this.advance();
  }

  /** Moves past the text if it stands here. */
  accept(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) {
      if (this.characters[this.offset + index] !== text[index]) return false;
    }
    this.offset += text.length;
    return true;
  }

  peek(): string | undefined {
    return this.characters[this.offset + 1];
  }

  /** The next character that verbose mode does not ignore; a comment's sign is stepped over, its text is not. */
  peekToken(): string | undefined {
    if (!this.isVerbose) return this.peek();
    let isComment = false;
    let index = this.offset + 1;
    for (; index < this.characters.length; index += 1) {
      const character = this.characters[index] ?? '';
      if (isWhiteSpace(character)) continue;
      if (isComment || character !== '#') break;
      isComment = true;
    }
    return this.characters[index];
  }

  text(start: number, end: number): string {
    return this.characters.slice(start, end).join('');
  }

  /** The span from there to the cursor. */
  since(start: number): Span {
    return { start, end: this.offset };
  }

  /** The span of the character under the cursor. */
  here(): Span {
    return { start: this.offset, end: this.offset + 1 };
  }

  fail(reason: string, ...spans: readonly Span[]): never {
    throw new RegexSyntaxError(reason, spans);
  }
}

function isWhiteSpace(character: string): boolean {
  return WHITE_SPACE.test(character);
}
