import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MiB = 1024 * 1024;
const PIECE = Buffer.alloc(MiB, 1);

/** A disk of its own, in memory: only root may make one, and not in every container. */
export interface SmallDisk {
  readonly directory: string;
  /** Leaves so many MiB free; 0 takes the last byte. */
  fill(leftMiB: number): Promise<void>;
  /** Undoes all that `fill` has done. */
  empty(): void;
  /** From now on nothing can be written. */
  freeze(): void;
  remove(): void;
}

/** Why there can be none here, for a test's name; nothing where there can. */
export const noSmallDisk = reasonAgainst();

function reasonAgainst(): string {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-disk-'));
  const failure = mount(directory, 1);
  if (failure === '') spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true });
  return failure === '' ? '' : ` (skipped, no disk can be mounted here: ${failure})`;
}

export function makeSmallDisk(sizeMiB: number): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-disk-'));
  const failure = mount(directory, sizeMiB);
  if (failure !== '') throw new Error(failure);
  const ballast = join(directory, '.ballast');
  const free = (): number => {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  };
  return {
    directory,
    fill: async (leftMiB) => {
      while (free() >= (leftMiB + 1) * MiB) await appendFile(ballast, PIECE);
      while (leftMiB === 0 && free() > 0) await appendFile(ballast, PIECE.subarray(0, free()));
    },
    empty: () => {
      // cut off, and not removed: that needs no room either
      if (statSync(ballast, { throwIfNoEntry: false }) !== undefined) writeFileSync(ballast, '');
    },
    freeze: () => {
      spawnSync('mount', ['-o', 'remount,ro', directory]);
    },
    remove: () => {
      spawnSync('umount', ['--lazy', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Empty when it is mounted, else why not. */
function mount(directory: string, sizeMiB: number): string {
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(sizeMiB)}m`, 'polyvec', directory]);
  if (error !== undefined) return error.message;
  return status === 0 ? '' : stderr.toString().trim();
}
