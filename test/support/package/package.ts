import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAX_BYTES = 64 * 1024 * 1024;

/** What a program has done. */
export interface Outcome {
  readonly code: number | null;
  /** What it wrote, to both of its outputs. */
  readonly output: string;
}

/** Runs a program to its end, without the settings of this process. */
export function runIn(directory: string, program: string, words: readonly string[]): Outcome {
  const { PATH, HOME } = process.env;
  const options = { cwd: directory, env: { PATH, HOME }, encoding: 'utf8', maxBuffer: MAX_BYTES } as const;
  const { status, stdout, stderr, error } = spawnSync(program, words, options);
  if (error !== undefined) throw error;
  return { code: status, output: stdout + stderr };
}

/** Makes the package in a directory. @returns the path of the tarball */
export function packInto(directory: string): string {
  const { code, output } = runIn(ROOT, process.execPath, ['scripts/package.js', directory]);
  if (code !== 0) throw new Error(`the package could not be made: ${output}`);
  return output.trim().split('\n').at(-1) ?? '';
}

/** An empty directory, and in it the package of a person who has nothing else. */
export function emptyProject(): string {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-project-'));
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  return directory;
}
