import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { Metric } from '../../collections/collection.js';
import type { CatalogEntry, Checkpoint, Destination, SourceCollection } from '../copy.js';

const FORMAT = 1;

/** What a file of records cannot say itself: it lies beside it, as JSON. While the file is being written, it is the checkpoint. */
export interface Description extends Destination {
  readonly metric: Metric;
  readonly dimension: number | null;
  /** A JSON object's text. */
  readonly metadata: string | null;
  readonly catalog: CatalogEntry | undefined;
  /** Where the records came from. */
  readonly source: string;
  readonly origin: string;
  readonly fingerprint: string;
  readonly checkpoint: Checkpoint;
  /** Those of the file that the checkpoint counts. */
  readonly bytes: number;
}

/** The names of what belongs to a file of records. */
export interface FilePaths {
  readonly file: string;
  readonly description: string;
  /** The same two while it is being written. */
  readonly part: string;
  readonly partDescription: string;
}

export function pathsOf(file: string): FilePaths {
  return {
    ...{ file, description: `${file}.collection.json` },
    ...{ part: `${file}.part`, partDescription: `${file}.part.json` },
  };
}

export function describe(source: string, from: SourceCollection, to: Destination, checkpoint: Checkpoint): Description {
  const { metric, dimension, metadata, catalog, key: origin, fingerprint } = from;
  const { tenant, database, name } = to;
  return {
    ...{ tenant, database, name, metric, dimension, metadata, catalog, source, origin, fingerprint, checkpoint },
    bytes: 0,
  };
}

/** Undefined when there is none. @throws Error when the file is something else */
export async function readDescription(path: string): Promise<Description | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { format, checkpoint, ...rest } = JSON.parse(text) as Stored;
  if (format !== FORMAT) throw new Error(`${path} was written by another version of Polyvec`);
  return { ...rest, catalog: rest.catalog, checkpoint: { ...checkpoint, checksum: BigInt(checkpoint.checksum) } };
}

/** In one step: a reader finds the old one or the new one. */
export async function writeDescription(path: string, description: Description): Promise<void> {
  const { checkpoint } = description;
  const stored: Stored = { format: FORMAT, ...description, checkpoint: { ...checkpoint, checksum: String(checkpoint.checksum) } };
  await replaceFile(path, `${JSON.stringify(stored, null, 2)}\n`);
}

/** In one step, on the disk when it returns. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { flush: true });
  await rename(`${path}.new`, path);
}

/** Undefined when there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

type Stored = Omit<Description, 'checkpoint'> & {
  readonly format: number;
  readonly checkpoint: Omit<Checkpoint, 'checksum'> & { readonly checksum: string };
};
