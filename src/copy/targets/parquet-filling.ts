import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Checkpoint, CopyRecord, Filling, RecordName } from '../copy.js';
import { type Description, readDescription, writeDescription } from '../jsonl/description.js';
import { DESCRIPTION, filesIn, namespaceFolder, type PartFile, totalBytes } from '../parquet/folder.js';
import { nameOf } from '../record-digest.js';
import { byNamespace } from './collection-filling.js';

const DIGITS = 12;

/** Where a collection's files are, and where they are while it is being filled. */
export interface FolderPaths {
  readonly folder: string;
  readonly part: string;
}

/** How the records of a folder are written, and read again. */
export interface FolderFormat {
  /** One file or several, in the folder of their namespace, whose names begin with the prefix. On the disk when it returns. */
  write(folder: string, prefix: string, records: readonly CopyRecord[]): Promise<void>;
  read(file: PartFile): AsyncIterable<readonly CopyRecord[]>;
  /** What is in the folder `part` is about to be there as `folder`. */
  publish?(part: string, description: Description): Promise<void>;
}

/** A folder that is being filled, a file for each batch and namespace. Its name is how many records were there before. */
export class ParquetFilling implements Filling {
  readonly isWhole = true;
  readonly tolerance = 0;
  /** The files that records are in; made when differences are looked for. */
  private index: ReadonlyMap<string, PartFile> | undefined;

  constructor(
    private readonly paths: FolderPaths,
    private description: Description,
    /** Where the files are. */
    private readonly folder: string,
    private readonly format: FolderFormat,
  ) {}

  /** Goes on with the folder that is there: files behind the checkpoint do not count. */
  static async open(paths: FolderPaths, description: Description, format: FolderFormat): Promise<ParquetFilling> {
    for (const { path } of await filesIn(paths.part)) {
      if (Number(basename(path).slice(0, DIGITS)) >= description.checkpoint.records) await rm(path);
    }
    await writeDescription(join(paths.part, DESCRIPTION), description);
    return new ParquetFilling(paths, description, paths.part, format);
  }

  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    const known = await readDescription(join(this.folder, DESCRIPTION));
    if (known?.checkpoint.cursor !== previous.cursor) throw new Error(`another polyvec copy writes to ${this.paths.folder}`);
    for (const [namespace, some] of byNamespace(records)) {
      const folder = join(this.folder, namespaceFolder(namespace));
      await mkdir(folder, { recursive: true });
      await this.format.write(folder, String(previous.records).padStart(DIGITS, '0'), some);
    }
    this.description = { ...known, checkpoint: next };
    await writeDescription(join(this.folder, DESCRIPTION), this.description);
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    for (const file of await filesIn(this.folder)) yield* this.format.read(file);
  }

  async find(names: readonly RecordName[]): Promise<readonly CopyRecord[]> {
    this.index ??= await this.indexed();
    const wanted = new Set(names.map(nameOf));
    const files = new Set([...wanted].flatMap((name) => this.index?.get(name) ?? []));
    const found: CopyRecord[] = [];
    for (const file of files) {
      for await (const page of this.format.read(file)) found.push(...page.filter((record) => wanted.has(nameOf(record))));
    }
    return found;
  }

  async count(): Promise<number> {
    let count = 0;
    for await (const page of this.records()) count += page.length;
    return count;
  }

  /** Of a folder that was there before, the new one takes the place: for a moment there is none. */
  async finish(): Promise<void> {
    const { folder, part } = this.paths;
    const bytes = totalBytes(await filesIn(part));
    await writeDescription(join(part, DESCRIPTION), { ...this.description, bytes });
    await this.format.publish?.(part, this.description);
    // nothing else is in it: that has been looked at before the start
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
  }

  private async indexed(): Promise<ReadonlyMap<string, PartFile>> {
    const index = new Map<string, PartFile>();
    for (const file of await filesIn(this.folder)) {
      for await (const page of this.format.read(file)) for (const record of page) index.set(nameOf(record), file);
    }
    return index;
  }
}
