import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { embeddingOf } from '../../../records/embedding-of.js';
import { EngineDescription } from '../../../records/engine-description.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSamples } from '../../../records/record-samples.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { ConsoleCollections } from '../collections/operations.js';
import { invalid } from '../console-error.js';
import type { MapHeader } from '../contract/streams.js';
import { toFilter } from '../filter/chroma-filter.js';
import { readFilter } from '../filter/input.js';
import { POINT_DIMENSIONS, Projection } from './projection.js';
import type { MapRequest } from './requests.js';

const MAX_EMBEDDED = 10_000;
const PIECE_MS = 2_000;
const MAX_TOTAL = 10_000_000;
const PARTS: Parts = { document: false, uri: false, metadata: false, embedding: 'binary' };
const MAX_COLOR_CHARACTERS = 100;

type Color = string | number | boolean | null;

/** A sample's points, and what goes before them. */
export interface SampleMap {
  readonly header: MapHeader;
  readonly points: Int8Array;
}

/** Makes points of a sample of a collection's embeddings: a hundredth of their size, and near each other where they are. */
@Injectable()
export class ConsoleMaps {
  constructor(
    private readonly collections: ConsoleCollections,
    private readonly engine: EngineDescription,
    private readonly reads: RecordReads,
    private readonly replica: ReplicaReads,
    private readonly samples: RecordSamples,
    private readonly work: LimitedWork,
  ) {}

  /** @throws GatewayError, ConsoleError; what `ended` aborts is thrown as its reason */
  async make(uuid: string, request: MapRequest, ended: AbortSignal): Promise<SampleMap> {
    const filter = toFilter(readFilter(request.filter));
    const { namespace, count, seed, colorBy } = request;
    if (this.engine.isEmbedded && count > MAX_EMBEDDED)
      throw invalid(`count: is more than ${String(MAX_EMBEDDED)}, the most on the embedded engine`);
    const collection = await this.work.run(() => this.collections.require(uuid));
    const { dimension } = collection;
    if (dimension === null) throw invalid('The collection has no dense vectors yet');
    const total = await this.total(collection, namespace, filter);
    const projection = new Projection({ dimension, seed });
    try {
      const ids: string[] = [];
      const colors: Color[] = [];
      const parts = { ...PARTS, metadata: colorBy !== undefined };
      const around = <T>(work: () => Promise<T>): Promise<T> =>
        this.work.run(() => this.replica.read(collection, work), PIECE_MS);
      for await (const records of this.samples.take(collection, namespace, { filter, parts, count, seed }, around)) {
        ended.throwIfAborted();
        const whole = records.filter(({ embedding }) => embedding !== null);
        await projection.add(sideBySide(whole, dimension));
        for (const record of whole) {
          ids.push(record.id);
          if (colorBy !== undefined) colors.push(colorOf(record, colorBy));
        }
      }
      const points = await projection.finish();
      const header = { count: ids.length, total, dimensions: Math.min(dimension, POINT_DIMENSIONS), seed, ids };
      return { header: { ...header, colors: colorBy === undefined ? null : colors }, points };
    } finally {
      await projection.close();
    }
  }

  private async total(collection: Collection, namespace: string, filter: ReturnType<typeof toFilter>): Promise<number> {
    return this.work.run(() =>
      filter === undefined
        ? this.reads.count(collection, namespace)
        : this.reads.countUpTo(collection, namespace, { filter }, MAX_TOTAL),
    );
  }
}

function sideBySide(records: readonly StoredRecord[], dimension: number): Float32Array<ArrayBuffer> {
  const vectors = new Float32Array(records.length * dimension);
  records.forEach(({ embedding }, place) => {
    vectors.set(embeddingOf(embedding ?? '').subarray(0, dimension), place * dimension);
  });
  return vectors;
}

function colorOf({ metadata }: StoredRecord, field: string): Color {
  const value = (JSON.parse(metadata ?? '{}') as Readonly<Record<string, unknown>>)[field];
  if (typeof value === 'string') return value.slice(0, MAX_COLOR_CHARACTERS);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
