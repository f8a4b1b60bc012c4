import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CopyRecord, Destination, Filling, SourceCollection, Standing, Target } from '../copy.js';
import { NOTHING_YET } from '../copy.js';
import { describe, readDescription } from '../jsonl/description.js';
import { DESCRIPTION, fileName, filesIn, namespaceFolder, othersIn, totalBytes } from '../parquet/folder.js';
import { type FolderPaths, ParquetFilling } from './parquet-filling.js';

/** What file systems allow, less what our names end with. */
const MAX_NAME_BYTES = 255 - '.part'.length;

/** A folder with a folder for each collection, in Pinecone's schema for imports: it has another name until it has been compared. */
export class ParquetFolder implements Target {
  readonly policies = ['fail', 'overwrite', 'newer-fail'] as const;
  readonly label: string;
  private readonly path: string;

  constructor(place: string) {
    if (place === '') throw new Error('TO must name a folder, parquet:folder');
    this.path = resolve(place);
    this.label = `parquet:${this.path}`;
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
    return ParquetFilling.open(paths, description);
  }

  async finished(to: Destination): Promise<Filling> {
    const paths = this.pathsFor(to);
    const description = await readDescription(join(paths.folder, DESCRIPTION));
    if (description === undefined) throw new Error(`${paths.folder} is gone`);
    return new ParquetFilling(paths, description, paths.folder);
  }

  async discard(to: Destination): Promise<void> {
    await rm(this.pathsFor(to).part, { recursive: true, force: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private pathsFor({ tenant, database, name }: Destination): FolderPaths {
    const folder = join(this.path, fileName(tenant), fileName(database), fileName(name));
    return { folder, part: `${folder}.part` };
  }
}
