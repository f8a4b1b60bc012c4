import { getHeapStatistics } from 'node:v8';
import { LIMIT_SETTINGS } from '../config/limits.js';

/** An empty object takes about as much memory, and time to be made, as so many other values. */
export const OBJECT_VALUES = 5;
/** What any other value takes besides its text, about. */
const VALUE_BYTES = 40;
/** For one text: a few bytes of it can become a hundred times as many. */
const MOST_VALUES = Math.floor(getHeapStatistics().heap_size_limit / 2 / VALUE_BYTES);

/** How many values one text may have: they are read in one go, and nothing else is done meanwhile. */
export class ValueMemory {
  private readonly limit: number;
  private taken = 0;

  /** No more than fit into half of what the process may have. */
  constructor(limit = Infinity) {
    this.limit = Math.min(limit, MOST_VALUES);
  }

  /** What there is too much of, and the setting that moves the limit: a part of a sentence. */
  get excess(): string {
    return `more than ${String(this.limit)} values (${LIMIT_SETTINGS.maxJsonValues.variable})`;
  }

  /** So many values more have been found. False when that is too many. */
  take(values: number): boolean {
    this.taken += values;
    return this.taken <= this.limit;
  }
}
