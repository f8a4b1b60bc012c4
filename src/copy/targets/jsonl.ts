import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CopyRecord, Destination, Filling, SourceCollection, Standing, Target } from '../copy.js';
import { NOTHING_YET } from '../copy.js';
import { describe, type Description, type FilePaths, pathsOf, readDescription, sizeOf } from '../jsonl/description.js';
import { linesOf } from '../jsonl/lines.js';
import { fileName } from '../parquet/folder.js';
import { JsonlFilling } from './jsonl-filling.js';

/** What file systems allow, less what our names end with. */
const MAX_NAME_BYTES = 255 - '.jsonl.collection.json.new'.length;

/** A folder with a file for each collection, or one file: it has another name until it has been compared. */
export class JsonlFolder implements Target {
  readonly policies = ['fail', 'overwrite', 'newer-fail'] as const;
  readonly label: string;
  private readonly path: string;

  constructor(
    place: string,
    /** The place is the file of the only collection. */
    private readonly isFile: boolean,
  ) {
    this.path = resolve(place);
    this.label = `jsonl:${this.path}`;
  }

  async problemsOf(_from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const { file } = this.pathsFor(to);
    const names = this.isFile ? [] : namesOf(to);
    const problems = names
      .filter((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)
      .map((name) => `the name of a file can have at most ${String(MAX_NAME_BYTES)} bytes: ${name}`);
    const found = await stat(file).catch(() => undefined);
    return found?.isDirectory() === true ? [...problems, `${file} is a folder`] : problems;
  }

  async standing(_source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    const paths = this.pathsFor(to);
    const unfinished = await unfinishedAt(paths);
    if (unfinished !== undefined) {
      if (unfinished.origin !== from.key) return { kind: 'another', source: unfinished.source };
      return { kind: 'begun', checkpoint: unfinished.checkpoint, isSourceUnchanged: unfinished.fingerprint === from.fingerprint };
    }
    const size = await sizeOf(paths.file);
    if (size === undefined) return { kind: 'new' };
    const finished = await readDescription(paths.description);
    if (finished?.origin === from.key && finished.bytes === size) {
      const isSourceUnchanged = finished.fingerprint === from.fingerprint;
      return { kind: 'finished', checkpoint: finished.checkpoint, isSourceUnchanged, isTargetUnchanged: true };
    }
    return { kind: 'occupied', records: await countLines(paths.file) };
  }

  problemOf({ dimension }: SourceCollection, { embedding, sparse }: CopyRecord): string | undefined {
    if (embedding !== null && dimension !== null && embedding.length !== dimension) {
      return `its vector has ${String(embedding.length)} dimensions, and the collection ${String(dimension)}`;
    }
    const isFinite = [embedding, sparse?.values].every((values) => values?.every(Number.isFinite) !== false);
    return isFinite ? undefined : 'its vector has a component that is not finite, which JSON cannot hold';
  }

  async fill(source: string, from: SourceCollection, to: Destination): Promise<Filling> {
    const paths = this.pathsFor(to);
    await mkdir(dirname(paths.file), { recursive: true });
    const description = (await unfinishedAt(paths)) ?? describe(source, from, to, NOTHING_YET);
    return JsonlFilling.open(paths, description);
  }

  async finished(to: Destination): Promise<Filling> {
    const paths = this.pathsFor(to);
    const description = await readDescription(paths.description);
    if (description === undefined) throw new Error(`${paths.description} is gone`);
    return new JsonlFilling(paths, description, paths.file);
  }

  async discard(to: Destination): Promise<void> {
    const { part, partDescription } = this.pathsFor(to);
    await rm(part, { force: true });
    await rm(partDescription, { force: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private pathsFor(to: Destination): FilePaths {
    return pathsOf(this.isFile ? this.path : join(this.path, ...namesOf(to)));
  }
}

/** Without the part the last step has been made: the file has its name. */
async function unfinishedAt({ part, partDescription }: FilePaths): Promise<Description | undefined> {
  return (await sizeOf(part)) === undefined ? undefined : readDescription(partDescription);
}

function namesOf({ tenant, database, name }: Destination): readonly [string, string, string] {
  return [fileName(tenant), fileName(database), `${fileName(name)}.jsonl`];
}

async function countLines(file: string): Promise<number> {
  let last = 0;
  for await (const { number } of linesOf(file)) last = number;
  return last;
}
