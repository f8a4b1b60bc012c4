import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file's text, or `undefined` when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes texts by their file names. A key (`…-key.pem`) is for its owner's eyes alone, also where a file was there before. */
export async function writeFiles(directory: string, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    const path = join(directory, name);
    // a new file, because an old one would keep its mode; under another name, because a reader must not see half of it
    const draft = `${path}.new`;
    await rm(draft, { force: true });
    await writeFile(draft, text, { mode: name.endsWith('-key.pem') ? 0o600 : 0o644, flag: 'wx' });
    await rename(draft, path);
  }
}
