import { getHeapStatistics } from 'node:v8';

/** For one text: a few bytes of it can become a hundred times as many. */
const LIMIT_BYTES = getHeapStatistics().heap_size_limit / 2;

/** The memory that the values of one text may take. */
export class ValueMemory {
  private taken = 0;

  /** A value has been created that takes about so many bytes. False when they may take no more. */
  take(bytes: number): boolean {
    this.taken += bytes;
    return this.taken <= LIMIT_BYTES;
  }
}
