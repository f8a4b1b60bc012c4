import { setImmediate as turn } from 'node:timers/promises';
import type { JsonReader } from './json-reader.js';

/** Passes over as many records take some milliseconds each. */
const LONG_LIST = 20_000;

/** Work that may stop between its parts: at each `yield`. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Reads a list whose items `item` reads, and may stop between them. */
export function* readItems(reader: JsonReader, item: (index: number) => void): Sliced<void> {
  let index = 0;
  for (let more = reader.firstItem(); more; more = reader.nextItem()) {
    if (reader.isDue) yield;
    item(index);
    index += 1;
  }
}

/** Does the work without a stop. */
export function inOneGo<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work, and lets the event loop go on wherever it stops. */
export async function inSlices<T>(work: Sliced<T>, reader: JsonReader): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await turn();
    reader.beginSlice();
  }
}

/** As `inSlices`, of work that reads no text. */
export async function inSteps<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

/** Whether a pass over so many records is worth a `pause` before the next. */
export function isLong(records: number): boolean {
  return records >= LONG_LIST;
}

/** Lets the event loop go on. */
export async function pause(): Promise<void> {
  await turn();
}
