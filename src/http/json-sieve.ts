import { inOneGo, type Sliced } from '../slices.js';
import { ByteList } from './byte-list.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import { OBJECT_VALUES, SLICE, type ValueLimits, ValueMemory } from './value-memory.js';

/** An item that was read from its source text, and the memory that it takes. */
export interface TakenItem {
  readonly value: unknown;
  readonly bytes: number;
}

/** Reads an item, a flat list or a string without escapes, from its source text: the bytes from `start` to `end`. Undefined leaves them where they are. */
export type TakeItem = (source: Buffer, start: number, end: number) => TakenItem | undefined;

/** Stands in the text for an item that was taken out: no JSON text has this character. */
export const TAKEN_MARK = 0x01;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** A longer item is not taken: nothing that is meant to be is as long. */
const MAX_ITEM_BYTES = 1024 * 1024;
/** What an item takes besides its value, about. */
const ITEM_BYTES = 200;

/**
 * Takes the items of one list out of a JSON text while it arrives, so that the text as a whole is never in memory. The list is the
 * value of a key of the outermost object. What is left, with a mark for each item, is read as any other JSON text, and it alone
 * decides whether the text is good: what is not plainly an item of the list stays in it.
 */
export class JsonSieve {
  readonly taken: unknown[] = [];
  private readonly kept = new ByteList();
  private readonly values: ValueMemory;
  private takenBytes = 0;
  /** What has come since the slice began. */
  private sliceBytes = 0;
  private depth = 0;
  private isInString = false;
  /** How many backslashes the text ends with, inside of a string. */
  private backslashes = 0;
  /** The string that was read last in the outermost object, or its beginning. */
  private lastString = '';
  /** The list's key was read last: a colon may follow; or key and colon: the list may follow. */
  private expects: 'colon' | 'list' | 'nothing' = 'nothing';
  private isInList = false;
  private expectsItem = false;
  /** The list has ended: what follows is kept as it is, and so is another list of the same key. */
  private isPast = false;
  /** An item that has begun, and what of it has arrived in earlier pieces. */
  private item: { readonly close: number; text: ByteList | undefined } | undefined;

  constructor(
    private readonly key: string,
    private readonly take: TakeItem,
    limits?: ValueLimits,
  ) {
    this.values = new ValueMemory(limits);
  }

  /** The memory that it takes at the moment. */
  get heldBytes(): number {
    return this.kept.length + this.takenBytes + (this.item?.text?.length ?? 0);
  }

  /** Whether so much has been read since the slice began that others should be let go first. */
  get isDue(): boolean {
    return this.values.isDue || this.sliceBytes >= SLICE.characters;
  }

  beginSlice(): void {
    this.values.beginSlice();
    this.sliceBytes = 0;
  }

  /** What is left of the text so far, in bytes. */
  get keptBytes(): number {
    return this.kept.length;
  }

  /** Whether the list's key is in the text, unless it is written with escapes. */
  findsKey(text: Buffer): boolean {
    return text.includes(`"${this.key}"`);
  }

  /** @throws JsonSyntaxError for what would be taken for a mark, and for more items than there is memory for */
  push(chunk: Buffer): void {
    inOneGo(this.pushing(chunk));
  }

  /** As `push`; it may stop between items, once `isDue`. */
  *pushing(chunk: Buffer): Sliced<void> {
    if (chunk.includes(TAKEN_MARK)) throw new JsonSyntaxError('', 'control character (\\u0000-\\u001F) found', 1, 1);
    this.sliceBytes += chunk.length;
    for (let at = this.scan(chunk, 0); at < chunk.length; at = this.scan(chunk, at)) yield;
  }

  /** What is left of the text. */
  finish(): Buffer {
    if (this.item?.text !== undefined) this.leaveItem(this.item.text.concat());
    return this.kept.concat();
  }

  /** To the end, or to where others should be let go first: at least past one item. Returns where that is. */
  private scan(chunk: Buffer, start: number): number {
    let keptFrom = start;
    let at = start;
    while (at < chunk.length && !this.isPast) {
      if (this.item !== undefined) {
        at = this.continueItem(this.item, chunk, at);
        keptFrom = at;
        if (this.values.isDue) return at;
      } else if (this.isInString) {
        at = this.continueString(chunk, at);
      } else {
        at = this.continueStructure(chunk, at, keptFrom);
      }
    }
    if (this.item === undefined) this.kept.append(chunk, keptFrom, chunk.length);
    return chunk.length;
  }

  /** To the next string or item, or to the list's end. What is before an item is kept, from `keptFrom` on. */
  private continueStructure(chunk: Buffer, start: number, keptFrom: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if ((byte === QUOTE || byte === OPEN_LIST) && this.isInList && this.depth === 2 && this.expectsItem) {
        this.kept.append(chunk, keptFrom, at);
        this.expectsItem = false;
        this.item = { close: byte === QUOTE ? QUOTE : CLOSE_LIST, text: undefined };
        return at;
      }
      if (byte === QUOTE) {
        this.isInString = true;
        this.backslashes = 0;
        this.lastString = '';
        return at + 1;
      }
      this.pass(byte);
      if (this.isPast) return at;
    }
    return chunk.length;
  }

  /** Follows the structure past a character outside of strings. */
  private pass(byte: number): void {
    switch (byte) {
      case OPEN_LIST:
      case OPEN_OBJECT:
        this.depth += 1;
        if (byte === OPEN_LIST && this.expects === 'list') {
          this.isInList = true;
          this.expectsItem = true;
        }
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        this.depth -= 1;
        if (this.depth < 2 && this.isInList) this.isPast = true;
        break;
      case COMMA:
        if (this.depth === 2) this.expectsItem = true;
        break;
      case COLON:
        this.expects = this.expects === 'colon' ? 'list' : 'nothing';
        return;
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        return;
    }
    this.expects = 'nothing';
  }

  /** To the end of the string. */
  private continueString(chunk: Buffer, start: number): number {
    for (let at = start; ; at += 1) {
      const quote = chunk.indexOf(QUOTE, at);
      const end = quote < 0 ? chunk.length : quote;
      let run = end;
      while (run > start && chunk[run - 1] === BACKSLASH) run -= 1;
      const backslashes = end - run + (run === start ? this.backslashes : 0);
      at = end;
      if (quote >= 0 && backslashes % 2 === 1) continue;
      this.backslashes = backslashes % 2;
      this.remember(chunk, start, end);
      if (quote < 0) return end;
      this.isInString = false;
      this.expects = this.depth === 1 && this.lastString === this.key ? 'colon' : 'nothing';
      return end + 1;
    }
  }

  private remember(chunk: Buffer, start: number, end: number): void {
    const missing = this.key.length + 1 - this.lastString.length;
    if (this.depth === 1 && missing > 0) this.lastString += chunk.toString('latin1', start, Math.min(end, start + missing));
  }

  /** To the end of the item. */
  private continueItem(item: NonNullable<typeof this.item>, chunk: Buffer, start: number): number {
    // the quote that begins a string is not the one that ends it
    const close = chunk.indexOf(item.close, item.text === undefined ? start + 1 : start);
    if (close >= 0 && item.text === undefined) {
      this.endItem(chunk, start, close + 1);
      return close + 1;
    }
    const end = close < 0 ? chunk.length : close + 1;
    item.text ??= new ByteList();
    item.text.append(chunk, start, end);
    if (close >= 0) this.endItem(item.text.concat(), 0, item.text.length);
    else if (item.text.length > MAX_ITEM_BYTES) this.leaveItem(item.text.concat());
    return end;
  }

  private endItem(text: Buffer, start: number, end: number): void {
    const taken = this.take(text, start, end);
    if (taken === undefined) {
      this.leaveItem(text.subarray(start, end));
      return;
    }
    if (!this.values.take(OBJECT_VALUES)) throw new JsonSyntaxError(this.key, this.values.excess, 1, 1);
    this.item = undefined;
    this.taken.push(taken.value);
    this.takenBytes += taken.bytes + ITEM_BYTES;
    this.kept.append(MARK);
  }

  /** Leaves the item's text where it is. */
  private leaveItem(text: Buffer): void {
    this.item = undefined;
    for (let at = 0; at < text.length;) at = this.scan(text, at);
  }
}

const MARK = Buffer.from([TAKEN_MARK]);
