import { setImmediate as turn } from 'node:timers/promises';

/** A pass over as many records takes some milliseconds. */
const LONG_LIST = 20_000;
/** No pass over fewer takes long, unless their texts are of megabytes. */
const SHORT_LIST = 100;
/** A pass over as many bytes of texts takes as long. */
const LONG_TEXT = 4 * 1024 * 1024;

/** Work that may stop between its parts: at each `yield`. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Does the work without a stop. */
export function inOneGo<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work, and lets the event loop go on wherever it stops. */
export async function inSteps<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

/** Whether a pass that has come to this record of a list should stop here. */
export function isStep(index: number): boolean {
  return index % LONG_LIST === LONG_LIST - 1;
}

/** The most items of a list that `mapLong` has made in one go since the process began, once it did not make all: tests hold it against `limit`. */
export const LARGEST_PASS = { items: 0, limit: LONG_LIST };

/** The list with something made of each item. Of a long one in steps; `bytesOf`: how long the texts are that were made. */
export async function mapLong<Item, Made>(
  list: readonly Item[],
  make: (item: Item, index: number) => Made,
  bytesOf: (made: Made) => number = () => 0,
): Promise<readonly Made[]> {
  return isLong(list.length) ? inSteps(mapping(list, make, bytesOf)) : list.map(make);
}

function* mapping<Item, Made>(
  list: readonly Item[],
  make: (item: Item, index: number) => Made,
  bytesOf: (made: Made) => number,
): Sliced<readonly Made[]> {
  const counter = new StepCounter();
  const all: Made[] = [];
  let items = 0;
  for (const [index, item] of list.entries()) {
    const made = make(item, index);
    all.push(made);
    items += 1;
    if (!counter.isDue(bytesOf(made))) continue;
    LARGEST_PASS.items = Math.max(LARGEST_PASS.items, items);
    items = 0;
    yield;
  }
  return all;
}

/** Counts the records and the bytes of a pass. */
export class StepCounter {
  private records = 0;
  private bytes = 0;

  /** Whether the pass should stop after a record of so many bytes. */
  isDue(bytes: number): boolean {
    this.records += 1;
    this.bytes += bytes;
    if (this.records < LONG_LIST && this.bytes < LONG_TEXT) return false;
    this.records = 0;
    this.bytes = 0;
    return true;
  }
}

/** Whether work on so many records may be worth a stop: on fewer, it is done in one go. */
export function isLong(records: number): boolean {
  return records >= SHORT_LIST;
}

/** Lets the event loop go on. */
export async function pause(): Promise<void> {
  await turn();
}
