import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** What Pinecone calls the directory of the default namespace. */
const DEFAULT_NAMESPACE = '__default__';

/** The description of a collection, in its folder. */
export const DESCRIPTION = 'collection.json';
export const ENDING = '.parquet';

/** One of the files of a collection. */
export interface PartFile {
  readonly path: string;
  readonly namespace: string;
  readonly bytes: number;
  /** Another one whenever it may have changed. */
  readonly stamp: string;
}

/** The Parquet files of a folder, in their order; the folder that a file is in names its namespace. */
export async function filesIn(folder: string): Promise<readonly PartFile[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const files: PartFile[] = [];
  for (const name of names.filter((each) => each.endsWith(ENDING)).sort()) {
    files.push(await fileAt(join(folder, name), namespaceOf(relative(folder, dirname(join(folder, name))))));
  }
  return files;
}

/** Files of a folder that belong to no collection. */
export async function othersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const isOurs = (name: string): boolean => name.endsWith(ENDING) || name === DESCRIPTION;
  return entries.filter((entry) => !entry.isDirectory() && !isOurs(entry.name)).map(({ name }) => name);
}

export async function fileAt(path: string, namespace: string): Promise<PartFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, namespace, bytes: size, stamp: `${String(size)} ${String(mtimeMs)}` };
}

export function totalBytes(files: readonly PartFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The folder of a namespace, as one part of a path. */
export function namespaceFolder(namespace: string): string {
  return namespace === '' ? DEFAULT_NAMESPACE : fileName(namespace);
}

/** Whatever a name has in it, it is one part of a path, and does not begin with a dot. */
export function fileName(name: string): string {
  return encodeURIComponent(name).replace(/^\./, '%2E').replaceAll('*', '%2A');
}

function namespaceOf(folder: string): string {
  if (folder === '' || folder === DEFAULT_NAMESPACE) return '';
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}
