import { rmSync, statfsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RESERVE, RESERVE_DRAFT } from './data-directory.js';
import type { LogLevel } from './engine-messages.js';

const MiB = 1024 * 1024;
/** To recover, Postgres needs up to two files of its log, of 16 MiB each. */
export const RESERVE_BYTES = 32 * MiB;
/** What a request writes, at most, for each of its bytes: the log, the table, its indexes. */
const WRITTEN_FOR_A_BYTE = 4;
/** Writes are taken again when this much is free beyond the least: what a stop of writes has freed may be filled at once. */
const MARGIN_BYTES = 16 * MiB;

/** Undefined where the system does not say. */
export function freeBytes(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** For people. */
export function inMiB(bytes: number): string {
  return `${String(Math.floor(bytes / MiB))} MiB`;
}

/** Gives the reserve back to a disk that has no room for a start. @returns whether it was needed, and there */
export function useReserve(directory: string): boolean {
  const free = freeBytes(directory) ?? Infinity;
  const path = join(directory, RESERVE);
  if (free >= RESERVE_BYTES || statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  rmSync(path, { force: true });
  return true;
}

/** Makes the reserve, unless it is there or that would leave less than `leastFreeBytes` and the margin. */
export async function keepReserve(directory: string, leastFreeBytes: number): Promise<void> {
  const path = join(directory, RESERVE);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  if ((freeBytes(directory) ?? 0) < leastFreeBytes + MARGIN_BYTES + RESERVE_BYTES) return;
  const draft = join(directory, RESERVE_DRAFT);
  const file = await open(draft, 'w', 0o600);
  try {
    // written, so that the disk has it: a file of holes takes no room
    const piece = Buffer.alloc(MiB, 'polyvec');
    for (let written = 0; written < RESERVE_BYTES; written += MiB) await file.write(piece);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/**
 * Decides whether there is room on the disk for what a request may write. Postgres ends when there is none for its log, so writes stop
 * before that.
 */
export class DiskGuard {
  private isLow = false;

  constructor(
    private readonly directory: string,
    private readonly leastFreeBytes: number,
    private readonly log: (level: LogLevel, message: string) => void,
  ) {}

  /** Whether a request of so many bytes may write. */
  allowsWrites(bytes: number): boolean {
    const free = freeBytes(this.directory);
    if (free === undefined) return true;
    const isLow = free < this.leastFreeBytes + (this.isLow ? MARGIN_BYTES : 0);
    if (isLow !== this.isLow) this.turn(isLow, free);
    return !isLow && free >= this.leastFreeBytes + WRITTEN_FOR_A_BYTE * bytes;
  }

  /** What a client is answered that would write. */
  get refusal(): string {
    const free = inMiB(freeBytes(this.directory) ?? 0);
    return `the disk of ${this.directory} has ${free} left, of which ${inMiB(this.leastFreeBytes)} are kept free`;
  }

  private turn(isLow: boolean, free: number): void {
    this.isLow = isLow;
    const disk = `the disk of the data directory ${this.directory}`;
    if (isLow) {
      const wanted = inMiB(this.leastFreeBytes + MARGIN_BYTES);
      this.log('error', `${disk} has ${inMiB(free)} left: writes are refused until ${wanted} are free, reads go on`);
    } else {
      this.log('info', `${disk} has ${inMiB(free)} free again: writes are taken`);
    }
  }
}
