import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MiB } from '../config/config.js';

/** A reply up to this size, in UTF-16 units, is kept in memory. */
const MEMORY_LIMIT = 2 * MiB;
/** Of a string that is not all Latin-1. */
const BYTES_PER_UNIT = 2;

/**
 * Columns of a reply that grow side by side, although the reply holds them one after the other. They are kept in memory
 * while they are small, and in files beyond that: no reply is too large to answer, and none starts before it is whole,
 * so that a failure halfway is still answered as an error.
 */
export class ColumnSpool {
  private columns: string[];
  private size = 0;
  private directory: string | undefined;

  constructor(private readonly count: number) {
    this.columns = new Array<string>(count).fill('');
  }

  /** What it keeps in memory, about. */
  get heldBytes(): number {
    return this.size * BYTES_PER_UNIT;
  }

  /** Appends text to columns, by their numbers. */
  async append(texts: readonly string[]): Promise<void> {
    texts.forEach((text, column) => {
      this.columns[column] = (this.columns[column] ?? '') + text;
      this.size += text.length;
    });
    if (this.size > MEMORY_LIMIT) await this.spill();
  }

  /** Forgets everything that was appended. */
  async clear(): Promise<void> {
    this.columns = new Array<string>(this.count).fill('');
    this.size = 0;
    await this.discard();
  }

  /** The columns, each behind its text of `before`, and `end`: a string, or a stream when it is large. */
  finish(before: readonly string[], end: string): string | Readable {
    if (this.directory === undefined) {
      return before.map((text, column) => text + (this.columns[column] ?? '')).join('') + end;
    }
    const reply = Readable.from(this.parts(before, end), { objectMode: false });
    // a reader that leaves before it has begun begins no generator, and so ends none
    return reply.once('close', () => void this.discard().catch(() => undefined));
  }

  /** Removes the files. */
  async discard(): Promise<void> {
    if (this.directory === undefined) return;
    const directory = this.directory;
    this.directory = undefined;
    await rm(directory, { recursive: true, force: true });
  }

  private async *parts(before: readonly string[], end: string): AsyncGenerator<Buffer> {
    try {
      for (const [column, text] of before.entries()) {
        yield Buffer.from(text);
        if (this.directory !== undefined) yield* createReadStream(join(this.directory, String(column)));
        yield Buffer.from(this.columns[column] ?? '');
      }
      yield Buffer.from(end);
    } finally {
      await this.discard();
    }
  }

  private async spill(): Promise<void> {
    this.directory ??= await mkdtemp(join(tmpdir(), 'polyvec-'));
    for (const [column, text] of this.columns.entries()) {
      await appendFile(join(this.directory, String(column)), text);
    }
    this.columns = new Array<string>(this.count).fill('');
    this.size = 0;
  }
}
