import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import { Database } from '../postgres/database.js';
import { randomOf } from './random.js';
import type { Parts, Selection, StoredRecord } from './record.js';
import { type NumberRange, RecordSampleStore, type SamplePiece } from './record-sample.store.js';

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
    private readonly database: Database,
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
    const range = await around(() =>
      this.collections.run(collection, namespace, (current) => this.store.range(current, namespace)),
    );
    if (range === undefined) return;
    const read = (starts: readonly bigint[], each: number): Promise<SamplePiece> =>
      around(() =>
        this.collections.run(collection, namespace, (current) =>
          this.store.from(current, namespace, { ...request, starts, each }),
        ),
      );
    yield* range.count <= request.count ? this.all(range, read) : this.some(range, request, read);
  }

  private async *all({ low }: NumberRange, read: Read): AsyncGenerator<readonly StoredRecord[]> {
    for (let start: bigint | undefined = low; start !== undefined;) {
      const { records, last }: SamplePiece = await read([start], PIECE);
      if (records.length > 0) yield records;
      this.database.settleAnswer(0);
      start = records.length < PIECE || last === undefined ? undefined : last + 1n;
    }
  }

  private async *some(range: NumberRange, request: SampleRequest, read: Read): AsyncGenerator<readonly StoredRecord[]> {
    const seen = new Set<string>();
    for (const starts of startsOf(range, request)) {
      const { records } = await read(starts, TOGETHER);
      const fresh = records.filter(({ id }) => !seen.has(id)).slice(0, request.count - seen.size);
      for (const { id } of fresh) seen.add(id);
      if (fresh.length > 0) yield fresh;
      this.database.settleAnswer(0);
      if (seen.size >= request.count) return;
    }
  }
}

type Read = (starts: readonly bigint[], each: number) => Promise<SamplePiece>;

/** Where to read from, in pieces. */
function* startsOf({ low, high }: NumberRange, { count, seed }: SampleRequest): Generator<readonly bigint[]> {
  const span = Number(high - low) + 1;
  const random = randomOf(seed);
  const places = Math.ceil(count / TOGETHER);
  const perPiece = Math.ceil(PIECE / TOGETHER);
  const part = span / places;
  // evenly over the range, with a little chance in each part of it; where no numbers are missing, no record is read twice
  const chance = Math.max(0, part - TOGETHER);
  const starts = Array.from({ length: places }, (_item, place) => low + BigInt(Math.floor(place * part + random() * chance)));
  for (let first = 0; first < places; first += perPiece) yield starts.slice(first, first + perPiece);
}
