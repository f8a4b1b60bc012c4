import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CopyRecord, Destination, Filling, SourceCollection, Standing, Target } from '../copy.js';
import { NOTHING_YET } from '../copy.js';
import { describe, readDescription } from '../jsonl/description.js';
import {
  DESCRIPTION,
  ENDING,
  fileName,
  filesIn,
  namespaceFolder,
  othersIn,
  type PartFile,
  totalBytes,
} from '../parquet/folder.js';
import { ParquetFile } from '../parquet/parquet-file.js';
import { recordOfOwnRow } from '../parquet/rows.js';
import { writeParquet } from '../parquet/write-file.js';
import { type FolderFormat, type FolderPaths, ParquetFilling } from './parquet-filling.js';

/** What file systems allow, less what our names end with. */
const MAX_NAME_BYTES = 255 - '.part'.length;

/** Pinecone's schema for imports. */
const PINECONE: FolderFormat = {
  write: (folder, prefix, records) => writeParquet(join(folder, `${prefix}${ENDING}`), records),
  read: recordsOf,
};

/** What a folder of collections is like. */
export interface FolderLayout {
  readonly scheme: string;
  readonly format: FolderFormat;
  /** The folder of a collection, below that of all. */
  folderOf(to: Destination): string;
}

const OWN_LAYOUT: FolderLayout = {
  scheme: 'parquet',
  format: PINECONE,
  folderOf: ({ tenant, database, name }) => join(fileName(tenant), fileName(database), fileName(name)),
};

/** A folder with a folder for each collection, which has another name until it has been compared; in Pinecone's schema for imports. */
export class ParquetFolder implements Target {
  readonly policies = ['fail', 'overwrite', 'newer-fail'] as const;
  readonly label: string;
  private readonly path: string;

  constructor(
    place: string,
    private readonly layout: FolderLayout = OWN_LAYOUT,
  ) {
    const { scheme } = layout;
    if (place === '') throw new Error(`TO must name a folder, ${scheme}:folder`);
    this.path = resolve(place);
    this.label = `${scheme}:${this.path}`;
  }

  async problemsOf(_from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const { folder } = this.pathsFor(to);
    const others = await othersIn(folder);
    const names = [to.tenant, to.database, to.name].filter((name) => Buffer.byteLength(fileName(name)) > MAX_NAME_BYTES);
    const problems = names.map((name) => `the name of a folder can have at most ${String(MAX_NAME_BYTES)} bytes: ${name}`);
    return others.length === 0 ? problems : [...problems, `${folder} has other files in it: ${others.slice(0, 3).join(', ')}`];
  }

  async standing(_source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    const { folder, part } = this.pathsFor(to);
    const unfinished = await readDescription(join(part, DESCRIPTION));
    if (unfinished !== undefined) {
      const { origin, source, checkpoint, fingerprint } = unfinished;
      if (origin !== from.key) return { kind: 'another', source };
      return { kind: 'begun', checkpoint, isSourceUnchanged: fingerprint === from.fingerprint };
    }
    const files = await filesIn(folder);
    const finished = await readDescription(join(folder, DESCRIPTION));
    if (finished?.origin === from.key && finished.bytes === totalBytes(files)) {
      const isSourceUnchanged = finished.fingerprint === from.fingerprint;
      return { kind: 'finished', checkpoint: finished.checkpoint, isSourceUnchanged, isTargetUnchanged: true };
    }
    if (finished === undefined && files.length === 0) return { kind: 'new' };
    return { kind: 'occupied', records: finished?.checkpoint.records ?? 0 };
  }

  problemOf({ dimension }: SourceCollection, { embedding, namespace = '' }: CopyRecord): string | undefined {
    if (embedding !== null && dimension !== null && embedding.length !== dimension) {
      return `its vector has ${String(embedding.length)} dimensions, and the collection ${String(dimension)}`;
    }
    return Buffer.byteLength(namespaceFolder(namespace)) > MAX_NAME_BYTES
      ? `the name of its namespace is too long for a folder: ${namespace}`
      : undefined;
  }

  async fill(source: string, from: SourceCollection, to: Destination): Promise<Filling> {
    const paths = this.pathsFor(to);
    await mkdir(paths.part, { recursive: true });
    const description = (await readDescription(join(paths.part, DESCRIPTION))) ?? describe(source, from, to, NOTHING_YET);
    return ParquetFilling.open(paths, description, this.layout.format);
  }

  async finished(to: Destination): Promise<Filling> {
    const paths = this.pathsFor(to);
    const description = await readDescription(join(paths.folder, DESCRIPTION));
    if (description === undefined) throw new Error(`${paths.folder} is gone`);
    return new ParquetFilling(paths, description, paths.folder, this.layout.format);
  }

  async discard(to: Destination): Promise<void> {
    await rm(this.pathsFor(to).part, { recursive: true, force: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private pathsFor(to: Destination): FolderPaths {
    const folder = join(this.path, this.layout.folderOf(to));
    return { folder, part: `${folder}.part` };
  }
}

async function* recordsOf({ path, namespace }: PartFile): AsyncIterable<readonly CopyRecord[]> {
  const file = await ParquetFile.open(path);
  try {
    for await (const { rows } of file.groups(0)) yield rows.map((row) => recordOfOwnRow(row, namespace));
  } finally {
    await file.close();
  }
}
