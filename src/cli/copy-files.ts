import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CopyArguments } from './copy-rules.js';

type Call = Pick<CopyArguments, 'from' | 'to'>;

/** What the endings of files' names say they are. */
const ENDINGS = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
  '.npy': 'npy',
  '.fvecs': 'fvecs',
  '.bvecs': 'bvecs',
  '.hdf5': 'hdf5',
  '.h5': 'hdf5',
} as const;

/** What `polyvec import` copies. @throws Error for a file that does not say what it is */
export function importsOf(files: readonly string[], into: string): readonly Call[] {
  const to = into.includes(':') ? into : `polyvec:${into}`;
  return files.map((file) => ({ from: fileUri(file), to }));
}

/** What `polyvec export` copies. */
export function exportsOf(collections: readonly string[], to: string): readonly Call[] {
  const target = isUri(to) ? to : `jsonl:${to}`;
  const wanted = collections.length === 0 ? [''] : collections;
  return wanted.map((collection) => ({ from: isUri(collection) ? collection : `polyvec:${collection}`, to: target }));
}

function fileUri(file: string): string {
  if (isUri(file)) return file;
  if (file === '-') return 'jsonl:-';
  const ending = Object.keys(ENDINGS).find((each) => file.endsWith(each));
  if (ending !== undefined) return `${ENDINGS[ending as keyof typeof ENDINGS]}:${file}`;
  return existsSync(join(file, 'chroma.sqlite3')) ? `chroma-dir:${file}` : `jsonl:${file}`;
}

/** One letter and a colon are a drive. */
function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+-]+:/.test(text);
}
