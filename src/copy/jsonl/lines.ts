import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
/** Longer ones are not held in memory. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** A line of a file. */
export interface Line {
  /** Null: longer than any record may be. */
  readonly text: string | null;
  /** From 1 on. */
  readonly number: number;
  /** Where the next one begins. */
  readonly end: number;
  /** Whether a line break ends it. */
  readonly isWhole: boolean;
}

/** The lines of a file from a byte on, which is the beginning of its line `number`. */
export async function* linesOf(file: string, start = 0, number = 1): AsyncIterable<Line> {
  let [held, heldBytes, end, count]: [Buffer[], number, number, number] = [[], 0, start, number];
  const take = (bytes: number, isWhole: boolean): Line => {
    const text = heldBytes > MAX_LINE_BYTES ? null : Buffer.concat(held).toString('utf8').replace(/\r$/, '');
    end += bytes;
    [held, heldBytes, count] = [[], 0, count + 1];
    return { text, number: count - 1, end, isWhole };
  };
  for await (const block of createReadStream(file, { start, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, from)) {
      held.push(block.subarray(from, at));
      heldBytes += at - from;
      yield take(heldBytes + 1, true);
      from = at + 1;
    }
    heldBytes += block.length - from;
    if (heldBytes <= MAX_LINE_BYTES) held.push(block.subarray(from));
    else held = [];
  }
  if (heldBytes > 0) yield take(heldBytes, false);
}
