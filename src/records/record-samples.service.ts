import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import type { Parts, Selection, StoredRecord } from './record.js';
import { type NumberRange, RecordSampleStore } from './record-sample.store.js';

/** What a sample is of, and how large it is. */
export interface SampleRequest extends Pick<Selection, 'filter'> {
  readonly parts: Parts;
  readonly count: number;
  /** The same one gives the same sample, as long as nothing is written. */
  readonly seed: number;
}

/** Records that follow each other are read together: so few index searches are worth a little chance. */
const TOGETHER = 8;
const PIECE = 1_000;

/** Takes samples by the numbers of records, without a look at the others. */
@Injectable()
export class RecordSamples {
  constructor(
    private readonly collections: CurrentCollections,
    private readonly store: RecordSampleStore,
    private readonly limits: Limits,
  ) {}

  /**
   * Up to about `count` records, each at most once, in pieces; all of them where there are no more. Each piece is one statement, which
   * `around` may surround.
   */
  async *take(
    collection: Collection,
    namespace: string,
    request: SampleRequest,
    around: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
  ): AsyncGenerator<readonly StoredRecord[]> {
    this.limits.requireFilter(request.filter);
    const range = await around(() => this.collections.run(collection, (current) => this.store.range(current, namespace)));
    if (range === undefined) return;
    const seen = new Set<string>();
    for (const starts of startsOf(range, request)) {
      const each = starts.length === 1 ? request.count : TOGETHER;
      const sample = { starts, each, parts: request.parts, filter: request.filter };
      const found = await around(() =>
        this.collections.run(collection, (current) => this.store.from(current, namespace, sample)),
      );
      const fresh = found.filter(({ id }) => !seen.has(id)).slice(0, request.count - seen.size);
      for (const { id } of fresh) seen.add(id);
      if (fresh.length > 0) yield fresh;
      if (seen.size >= request.count) return;
    }
  }
}

/** Where to read from, in pieces: from the first record on where all are wanted. */
function* startsOf({ low, high, count: all }: NumberRange, { count, seed }: SampleRequest): Generator<bigint[]> {
  const span = Number(high - low) + 1;
  if (all <= count) {
    yield [low];
    return;
  }
  const random = randomOf(seed);
  const places = Math.ceil(count / TOGETHER);
  const perPiece = Math.ceil(PIECE / TOGETHER);
  // evenly over the range, with a little chance in each part of it
  const starts = Array.from({ length: places }, (_item, place) => low + BigInt(Math.floor(((place + random()) / places) * span)));
  for (let first = 0; first < places; first += perPiece) {
    // one alone would be taken for the whole
    const piece = starts.slice(first, first + perPiece);
    yield piece.length === 1 ? [...piece, ...piece] : piece;
  }
}

/** Numbers from 0 to 1 that look random, and are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
