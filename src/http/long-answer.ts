import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { StreamableFile } from '@nestjs/common';

/** The text of an answer, in the pieces that it is made in: each has no more than a record. */
export type Pieces = Iterable<string>;

/** What Nest sends as an answer. */
export type SentAnswer = string | StreamableFile;

/** So much of an answer is made in one go, in UTF-16 units; one that is no longer is sent as it is. */
const SLICE_CHARACTERS = 1024 * 1024;

/** The most units that were made in one go since the process began, the last piece aside: tests hold it against what may be. */
export const LARGEST_ANSWER_SLICE = { characters: 0, limit: SLICE_CHARACTERS };

/** The texts of the items with commas between them. */
export function* commaSeparated<T>(items: Iterable<T>, text: (item: T) => string): Pieces {
  let separator = '';
  for (const item of items) {
    yield separator + text(item);
    separator = ',';
  }
}

/** The JSON of an object whose lists may be long, an item of them at a time. Members that are undefined are left out. */
export function* objectPieces(object: Readonly<Record<string, unknown>>): Pieces {
  let separator = '{';
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (Array.isArray(value)) yield* listPieces(value);
    else yield JSON.stringify(value);
  }
  yield separator === '{' ? '{}' : '}';
}

function* listPieces(list: readonly unknown[]): Pieces {
  yield '[';
  yield* commaSeparated(list, (item) => JSON.stringify(item));
  yield ']';
}

/**
 * An answer as Nest sends it: its text when it is short; else a stream, which makes a slice of it when the client has taken those before,
 * and lets other requests go first.
 */
export function sendPieces(pieces: Pieces): SentAnswer {
  const iterator = pieces[Symbol.iterator]();
  const first = nextSlice(iterator);
  if (first.isLast) return first.text;
  return new StreamableFile(Readable.from(restOf(iterator, first.text), { objectMode: false, highWaterMark: 1 }), {
    type: 'application/json',
  });
}

async function* restOf(iterator: Iterator<string>, first: string): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for (let isLast = false; !isLast;) {
    await turn();
    const slice = nextSlice(iterator);
    ({ isLast } = slice);
    yield Buffer.from(slice.text);
  }
}

function nextSlice(iterator: Iterator<string>): { readonly text: string; readonly isLast: boolean } {
  const texts: string[] = [];
  let length = 0;
  while (length < SLICE_CHARACTERS) {
    LARGEST_ANSWER_SLICE.characters = Math.max(LARGEST_ANSWER_SLICE.characters, length);
    const next = iterator.next();
    if (next.done === true) return { text: texts.join(''), isLast: true };
    texts.push(next.value);
    length += next.value.length;
  }
  return { text: texts.join(''), isLast: false };
}
