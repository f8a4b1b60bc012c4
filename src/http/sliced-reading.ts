import { setImmediate as turn } from 'node:timers/promises';
import type { Sliced } from '../slices.js';
import type { JsonReader } from './json-reader.js';

/** Reads a list whose items `item` reads, and may stop between them. */
export function* readItems(reader: JsonReader, item: (index: number) => void): Sliced<void> {
  let index = 0;
  for (let more = reader.firstItem(); more; more = reader.nextItem()) {
    if (reader.isDue) yield;
    item(index);
    index += 1;
  }
}

/** Does the work that reads a text, and lets the event loop go on wherever it stops. */
export async function inSlices<T>(work: Sliced<T>, reader: JsonReader): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await turn();
    reader.beginSlice();
  }
}
