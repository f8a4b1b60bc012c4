import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import type { Filter } from '../../../filters/filter.js';
import { embeddingOf } from '../../../records/embedding-of.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { IndexesService } from '../../../records/maintenance/indexes.service.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import type { Match, Parts } from '../../../records/record.js';
import { RecordSamples } from '../../../records/record-samples.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { listenToSearches } from '../../../records/search/search-report.js';
import { ConsoleCollections } from '../collections/operations.js';
import { invalid } from '../console-error.js';
import type { QualityLine } from '../contract/streams.js';
import { toConsoleError } from '../errors.js';
import { toFilter } from '../filter/chroma-filter.js';
import { readFilter } from '../filter/input.js';
import { planInWords } from '../records/plan-words.js';
import type { QualityRequest } from './requests.js';
import type { Streamed } from './streamed.js';

const LIMIT = 10;
const WORST = 10;
const MAX_NAMESPACES = 100;
const NOTHING: Parts = { document: false, uri: false, metadata: false, embedding: false };
const VECTOR: Parts = { ...NOTHING, embedding: 'binary' };
/** The same queries each time, so that measurements can be compared. */
const SEED = 7;

interface Measured {
  readonly id: string;
  readonly recall: number;
  readonly plan: string;
}

/** Measures how much of what is nearest searches find as clients send them, by a collection's own vectors. */
@Injectable()
export class ConsoleQuality {
  constructor(
    private readonly collections: ConsoleCollections,
    private readonly namespaces: NamespacesService,
    private readonly samples: RecordSamples,
    private readonly searches: RecordSearches,
    private readonly indexes: IndexesService,
    private readonly work: LimitedWork,
  ) {}

  /** @throws before anything is streamed for a collection that cannot be measured */
  async prepare(uuid: string): Promise<Collection> {
    const collection = await this.work.run(() => this.collections.require(uuid));
    if (collection.vectorType === 'sparse')
      throw invalid('The collection holds sparse vectors, which are always searched exactly');
    return collection;
  }

  /** A line as each namespace is measured, and of the progress between them. */
  async measure(collection: Collection, { queries, filter }: QualityRequest, streamed: Streamed): Promise<void> {
    const write = (line: QualityLine): void => {
      streamed.line(line);
    };
    try {
      const selection = toFilter(readFilter(filter));
      const totals = await this.work.run(() => this.namespaces.totals(collection));
      const filled = totals.filter(({ count }) => count > 0).slice(0, MAX_NAMESPACES);
      const of = filled.reduce((sum, { count }) => sum + Math.min(count, queries), 0);
      let done = 0;
      for (const { name, count } of filled) {
        const measured: Measured[] = [];
        for await (const query of this.queriesOf(collection, name, queries)) {
          if (streamed.ended.aborted) return;
          const result = await this.compare(collection, name, query, selection);
          if (result !== undefined) measured.push(result);
          done += 1;
          write({ kind: 'progress', done, of });
        }
        write(toLine(await this.indexes.indexedVectors(collection, name), name, count, measured));
      }
    } catch (error) {
      write({ kind: 'failed', message: toConsoleError(error).message });
    }
  }

  private async *queriesOf(
    collection: Collection,
    namespace: string,
    count: number,
  ): AsyncGenerator<{ readonly id: string; readonly embedding: Float32Array }> {
    const around = <T>(work: () => Promise<T>): Promise<T> => this.work.run(work);
    for await (const records of this.samples.take(collection, namespace, { parts: VECTOR, count, seed: SEED }, around)) {
      for (const { id, embedding } of records) if (embedding !== null) yield { id, embedding: embeddingOf(embedding) };
    }
  }

  /** Undefined where there is nothing to find. */
  private async compare(
    collection: Collection,
    namespace: string,
    { id, embedding }: { readonly id: string; readonly embedding: Float32Array },
    filter: Filter | undefined,
  ): Promise<Measured | undefined> {
    const request = { queries: [embedding], filter, parts: NOTHING, limit: LIMIT };
    let plan = '';
    const listen = (line: string): void => {
      plan = line;
    };
    const [found = []] = await this.work.run(() =>
      listenToSearches(listen, () => this.searches.search(collection, namespace, request)),
    );
    const [nearest = []] = await this.work.run(() => this.searches.searchExactly(collection, namespace, request));
    return nearest.length === 0 ? undefined : { id, recall: recallOf(found, nearest), plan };
  }
}

/** Others at the same distance are as good. */
function recallOf(found: readonly Match[], nearest: readonly Match[]): number {
  const farthest = Math.max(...nearest.map(({ distance }) => Number(distance)));
  const hits = found.filter(({ distance }) => Number(distance) <= farthest).length;
  return Math.min(hits, nearest.length) / nearest.length;
}

function toLine(indexed: number, namespace: string, records: number, measured: readonly Measured[]): QualityLine {
  const worst = measured
    .filter(({ recall }) => recall < 1)
    .sort((left, right) => left.recall - right.recall)
    .slice(0, WORST)
    .map(({ id, recall }) => ({ id, recall }));
  const sum = measured.reduce((total, { recall }) => total + recall, 0);
  return {
    ...{ kind: 'namespace', namespace, queries: measured.length, worst },
    recall: measured.length === 0 ? null : sum / measured.length,
    unindexed: records === 0 ? 0 : Math.max(0, 1 - indexed / records),
    plan: planInWords(measured.at(-1)?.plan ?? ''),
  };
}
