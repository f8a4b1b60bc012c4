import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Checkpoint, CopyRecord, Filling, RecordName } from '../copy.js';
import { type Description, type FilePaths, readDescription, writeDescription } from '../jsonl/description.js';
import { linesOf } from '../jsonl/lines.js';
import { lineOf, recordOfOwn } from '../jsonl/record-line.js';
import { nameOf } from '../record-digest.js';

const PAGE_ROWS = 500;

/** A file that is being written: what lies behind the checkpoint's last byte does not count. */
export class JsonlFilling implements Filling {
  readonly isWhole = true;
  readonly tolerance = 0;
  /** Where the records begin and how long they are; made when differences are looked for. */
  private index: ReadonlyMap<string, { readonly at: number; readonly length: number }> | undefined;

  constructor(
    private readonly paths: FilePaths,
    private description: Description,
    /** Where the records are. */
    private readonly file: string,
  ) {}

  /** Goes on with the part that is there, or begins one. */
  static async open(paths: FilePaths, description: Description): Promise<JsonlFilling> {
    const handle = await open(paths.part, 'a');
    try {
      const { size } = await handle.stat();
      if (size < description.bytes) throw new Error(`${paths.part} is shorter than it was: --restart begins anew`);
      await handle.truncate(description.bytes);
    } finally {
      await handle.close();
    }
    await writeDescription(paths.partDescription, description);
    return new JsonlFilling(paths, description, paths.part);
  }

  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    const known = await readDescription(this.paths.partDescription);
    if (known?.checkpoint.cursor !== previous.cursor) throw new Error(`another polyvec copy writes to ${this.paths.file}`);
    const bytes = Buffer.from(records.map(lineOf).join(''));
    const handle = await open(this.file, 'r+');
    try {
      await writeAll(handle, bytes, known.bytes);
      // the checkpoint must not get to the disk before what it counts
      await handle.datasync();
    } finally {
      await handle.close();
    }
    this.description = { ...known, checkpoint: next, bytes: known.bytes + bytes.length };
    await writeDescription(this.paths.partDescription, this.description);
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    let page: CopyRecord[] = [];
    for await (const { text } of linesOf(this.file)) {
      page.push(recordOfOwn(text ?? ''));
      if (page.length < PAGE_ROWS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async find(names: readonly RecordName[]): Promise<readonly CopyRecord[]> {
    this.index ??= await this.indexed();
    const handle = await open(this.file, 'r');
    try {
      const found: CopyRecord[] = [];
      for (const name of names) {
        const place = this.index.get(nameOf(name));
        if (place === undefined) continue;
        const { buffer } = await handle.read(Buffer.alloc(place.length), 0, place.length, place.at);
        found.push(recordOfOwn(buffer.toString('utf8')));
      }
      return found;
    } finally {
      await handle.close();
    }
  }

  async count(): Promise<number> {
    let count = 0;
    for await (const page of this.records()) count += page.length;
    return count;
  }

  /** The description first: a file that has its name has one. */
  async finish(): Promise<void> {
    const { file, description, part, partDescription } = this.paths;
    await writeDescription(description, this.description);
    await rename(part, file);
    await rm(partDescription, { force: true });
  }

  private async indexed(): Promise<ReadonlyMap<string, { readonly at: number; readonly length: number }>> {
    const index = new Map<string, { readonly at: number; readonly length: number }>();
    let at = 0;
    for await (const { text, end } of linesOf(this.file)) {
      index.set(nameOf(recordOfOwn(text ?? '')), { at, length: end - at });
      at = end;
    }
    return index;
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
