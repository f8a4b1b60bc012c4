/**
 * Reads JSON text once, from front to back, and tells what is wrong and where. Whoever knows what comes next (a list of
 * vectors, a metadata object) takes the reader and reads it in the form it needs; `json.ts` reads any value.
 */

import { type JsonKind, kindOf } from './json-kind.js';
import { TAKEN_MARK } from './json-sieve.js';
import { depthReason, JsonSyntaxError, placeIn } from './json-syntax-error.js';
import { unescapeText } from './json-text.js';
import { OBJECT_VALUES, SLICE, type ValueLimits, ValueMemory } from './value-memory.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** As deep as Chroma's reader goes. */
const MAX_DEPTH = 127;
/** A list of numbers beyond it is none of a vector's: pgvector's have at most 16,000. */
const LONG_LIST_CHARACTERS = 1024 * 1024;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

export class JsonReader {
  /** Where the value being read lies: keys, and indexes of lists. */
  private readonly path: (string | number)[] = [];
  private position = 0;
  /** Items of lists, keys and objects so far; vectors that are read as a whole count as one. */
  private readonly values: ValueMemory;
  private takenCount = 0;
  private sliceStart = 0;

  /**
   * Lists and objects deeper than `maxDepth` within each other, and more values than `limits` say, are an error. `taken` is what a sieve took out
   * of the text.
   */
  constructor(
    readonly text: string,
    private readonly maxDepth = MAX_DEPTH,
    limits?: ValueLimits | number,
    private readonly taken: readonly unknown[] = [],
  ) {
    this.values = new ValueMemory(limits);
  }

  /** Whether so much has been read since the slice began that others should be let go first. */
  get isDue(): boolean {
    return this.values.isDue || this.position - this.sliceStart >= SLICE.characters;
  }

  /** Others have been let go first: what is read from here on is counted anew. */
  beginSlice(): void {
    this.values.beginSlice();
    this.sliceStart = this.position;
  }

  /** What the next value is, by its first character. */
  kind(): JsonKind {
    this.skipSpace();
    return kindOf(this.text.charCodeAt(this.position));
  }

  /** Checks the next value's syntax and returns its source text. */
  skipValue(): string {
    this.skipSpace();
    const start = this.position;
    const skip = (): void => {
      this.skipValue();
    };
    const kind = this.kind();
    if (kind === 'object') this.readObject(skip);
    else if (kind === 'array') this.readArray(skip);
    else if (kind === 'string') this.readString();
    else if (kind === 'number') this.readNumber();
    else if (kind === 'boolean') this.readBoolean();
    else this.readNull();
    return this.text.slice(start, this.position);
  }

  /** Calls `entry` for every key; it must read exactly the one value that follows. */
  readObject(entry: (key: string) => void): void {
    for (let key = this.firstKey(); key !== undefined; key = this.nextKey()) entry(key);
  }

  /** Calls `item` for every element; it must read exactly one value. */
  readArray(item: (index: number) => void): void {
    let index = 0;
    for (let more = this.firstItem(); more; more = this.nextItem()) {
      item(index);
      index += 1;
    }
  }

  /** Enters an object: its first key, whose value follows, or nothing when it is empty. */
  firstKey(): string | undefined {
    this.enter(0x7b);
    this.count(OBJECT_VALUES - 1);
    return this.leave(0x7d) ? undefined : this.readKey();
  }

  /** The key after a value that was read, or nothing at the object's end. */
  nextKey(): string | undefined {
    this.path.pop();
    if (this.leave(0x7d)) return undefined;
    this.separator('expected `,` or `}`', 'EOF while parsing an object');
    return this.readKey();
  }

  /** Enters a list; whether an item follows. */
  firstItem(): boolean {
    this.enter(0x5b);
    if (this.leave(0x5d)) return false;
    if (this.atEnd()) throw this.error('EOF while parsing a list');
    this.path.push(0);
    this.count(1);
    return true;
  }

  /** Behind an item that was read: whether another follows. */
  nextItem(): boolean {
    const index = Number(this.path.pop());
    if (this.leave(0x5d)) return false;
    this.separator('expected `,` or `]`', 'EOF while parsing a list');
    if (this.atEnd()) throw this.error('EOF while parsing a value');
    this.path.push(index + 1);
    this.count(1);
    return true;
  }

  readString(): string {
    this.skipSpace();
    const start = this.position + 1;
    let escaped = false;
    let at = start;
    for (; ; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escaped = true;
        at += 1;
      } else if (!(code >= 0x20)) {
        this.position = at;
        throw this.error(
          at >= this.text.length
            ? 'EOF while parsing a string'
            : 'control character (\\u0000-\\u001F) found while parsing a string',
        );
      }
    }
    this.position = at + 1;
    const source = this.text.slice(start, at);
    return escaped ? this.unescape(source) : source;
  }

  /** Reads a number and returns its source text. */
  readNumber(): string {
    this.skipSpace();
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null) {
      if (this.atEnd()) throw this.error('EOF while parsing a value');
      throw this.error(this.text.startsWith('-', this.position) ? 'invalid number' : 'expected value');
    }
    const text = match[0];
    if (/[\d.eE+-]/.test(this.text.charAt(this.position + text.length))) throw this.error('invalid number');
    if (!Number.isFinite(Number(text))) throw this.error('number out of range');
    this.position += text.length;
    return text;
  }

  readBoolean(): boolean {
    const value = this.text.charCodeAt(this.position) === 0x74;
    this.word(value ? 'true' : 'false');
    return value;
  }

  readNull(): void {
    this.word('null');
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.skipSpace();
    if (!this.atEnd()) throw this.error('trailing characters');
  }

  /**
   * The numbers of a flat array, or nothing when the next value is anything else; then nothing has been read.
   * The array's text goes to the engine's own parser, which reads floats several times faster than a script can.
   */
  tryNumbers(): readonly number[] | undefined {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== 0x5b) return undefined;
    const close = this.text.indexOf(']', this.position);
    if (close < 0) return undefined;
    // no vector is as long: what is, counts by its text, as it would if its numbers were read one by one
    if (close - this.position > LONG_LIST_CHARACTERS) this.count(Math.ceil((close - this.position) / 2));
    try {
      const numbers = JSON.parse(this.text.slice(this.position, close + 1)) as unknown[];
      for (const value of numbers) if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
      this.position = close + 1;
      return numbers as number[];
    } catch {
      return undefined;
    }
  }

  /** The value that a sieve took out of the text here, or nothing; then nothing has been read. */
  tryTaken(): unknown {
    this.skipSpace();
    if (this.takenCount === this.taken.length || this.text.charCodeAt(this.position) !== TAKEN_MARK) return undefined;
    this.position += 1;
    this.takenCount += 1;
    return this.taken[this.takenCount - 1];
  }

  /** A string without escapes, or nothing when the next value is anything else; then nothing has been read. */
  tryPlainString(): string | undefined {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== QUOTE) return undefined;
    const close = this.text.indexOf('"', this.position + 1);
    if (close < 0) return undefined;
    const source = this.text.slice(this.position + 1, close);
    if (source.includes('\\')) return undefined;
    this.position = close + 1;
    return source;
  }

  error(reason: string): JsonSyntaxError {
    const path = this.path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`)).join('');
    const { line, column } = placeIn(this.text, this.position);
    return new JsonSyntaxError(path.replace(/^\./, ''), reason, line, this.atEnd() ? column : column + 1);
  }

  private readKey(): string {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== QUOTE) {
      throw this.error(this.atEnd() ? 'EOF while parsing an object' : 'key must be a string');
    }
    const key = this.readString();
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== COLON) {
      throw this.error(this.atEnd() ? 'EOF while parsing an object' : 'expected `:`');
    }
    this.position += 1;
    this.path.push(key);
    this.count(1);
    return key;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position += 1;
    }
  }

  private atEnd(): boolean {
    return this.position >= this.text.length;
  }

  private enter(open: number): void {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== open) throw this.error('expected value');
    if (this.path.length >= this.maxDepth) throw this.error(depthReason(this.maxDepth, MAX_DEPTH));
    this.position += 1;
  }

  private leave(close: number): boolean {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== close) return false;
    this.position += 1;
    return true;
  }

  /** Counts what takes the memory, or the time, of so many values. @throws JsonSyntaxError for too many */
  count(values: number): void {
    if (!this.values.take(values)) throw this.error(this.values.excess);
  }

  private separator(reason: string, atEnd: string): void {
    if (this.text.charCodeAt(this.position) !== COMMA) throw this.error(this.atEnd() ? atEnd : reason);
    this.position += 1;
    this.skipSpace();
    const next = this.text.charCodeAt(this.position);
    if (next === 0x7d || next === 0x5d) throw this.error('trailing comma');
  }

  private word(word: string): void {
    this.skipSpace();
    if (!this.text.startsWith(word, this.position)) throw this.error('expected ident');
    this.position += word.length;
  }

  private unescape(source: string): string {
    const { value, reason } = unescapeText(source);
    if (value === undefined) throw this.error(reason);
    return value;
  }
}
