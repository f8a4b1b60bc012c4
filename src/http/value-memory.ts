import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config/config.js';
import { LIMIT_SETTINGS } from '../config/limits.js';

/** An empty object takes about as much memory, and time to be made, as so many other values. */
export const OBJECT_VALUES = 5;
/** What any other value takes besides its text, about. */
const VALUE_BYTES = 40;
/** For one text: a few bytes of it can become a hundred times as many. */
const MOST_VALUES = Math.floor(getHeapStatistics().heap_size_limit / 2 / VALUE_BYTES);

/** After so much has been read, other requests are let go first, where a list is read that may be long. */
export const SLICE = { values: 50_000, characters: 1024 * 1024 } as const;

/** How many values one text may have in all, and without a pause: what is read in one go holds up every other request. */
export interface ValueLimits {
  readonly maxValues: number;
  readonly maxValuesAtOnce: number;
}

/** The limits of a configuration. */
export function valueLimitsOf(config: Pick<Config, 'maxJsonValues' | 'maxValuesAtOnce'>): ValueLimits {
  return { maxValues: config.maxJsonValues, maxValuesAtOnce: config.maxValuesAtOnce };
}

/** The most values that were read in one go since the process began: tests hold it against the limit. */
export const LARGEST_SLICE = { values: 0 };

/** How many values one text may have. */
export class ValueMemory {
  private readonly limit: number;
  private readonly limitAtOnce: number;
  /** Leaves room for an item that is as large as the others together. */
  private readonly sliceValues: number;
  private taken = 0;
  private sliceStart = 0;

  /** No more than fit into half of what the process may have. A number is that of all values. */
  constructor(limits: ValueLimits | number = Infinity) {
    const { maxValues, maxValuesAtOnce } = typeof limits === 'number' ? { maxValues: limits, maxValuesAtOnce: Infinity } : limits;
    this.limit = Math.min(maxValues, MOST_VALUES);
    this.limitAtOnce = Math.min(maxValuesAtOnce, this.limit);
    this.sliceValues = Math.min(SLICE.values, this.limitAtOnce / 2);
  }

  /** What there is too much of, and the setting that moves the limit: a part of a sentence. */
  get excess(): string {
    if (this.taken > this.limit) return `more than ${String(this.limit)} values (${LIMIT_SETTINGS.maxJsonValues.variable})`;
    return `more than ${String(this.limitAtOnce)} values in one part (${LIMIT_SETTINGS.maxValuesAtOnce.variable})`;
  }

  /** So many values more have been found. False when that is too many. */
  take(values: number): boolean {
    this.taken += values;
    const inSlice = this.taken - this.sliceStart;
    if (this.taken > this.limit || inSlice > this.limitAtOnce) return false;
    if (inSlice > LARGEST_SLICE.values) LARGEST_SLICE.values = inSlice;
    return true;
  }

  get isDue(): boolean {
    return this.taken - this.sliceStart >= this.sliceValues;
  }

  beginSlice(): void {
    this.sliceStart = this.taken;
  }
}
