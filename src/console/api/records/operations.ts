import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { ShownStatements } from '../../../records/shown-statements.service.js';
import { ConsoleCollections } from '../collections/operations.js';
import { invalid } from '../console-error.js';
import type { FieldList } from '../contract/collections.js';
import type { FilterSyntaxes, MatchingIds, RecordPage } from '../contract/records.js';
import { toChroma, toFilter } from '../filter/chroma-filter.js';
import { readFilter, type SentFilter } from '../filter/input.js';
import { toPinecone, toVectorizer } from '../filter/other-filters.js';
import { FieldSamples } from './field-samples.js';
import { type MatchingRequest, MAX_PAGE, type RecordsRequest } from './requests.js';
import { ROW_PARTS, toRecordRow, WHOLE_PARTS } from './responses.js';

const NO_PARTS: Parts = { document: false, uri: false, metadata: false, embedding: false };

/** Walks through records, and says how clients would ask for them. */
@Injectable()
export class ConsoleRecords {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: ConsoleCollections,
    private readonly reads: RecordReads,
    private readonly replica: ReplicaReads,
    private readonly samples: FieldSamples,
    private readonly statements: ShownStatements,
    private readonly work: LimitedWork,
  ) {}

  /** In the order of first insert; by ids, in the order of the ids. */
  async page(uuid: string, request: RecordsRequest): Promise<RecordPage> {
    const filter = toFilter(readFilter(request.filter));
    const { namespace, ids, after, limit, embeddings = false } = request;
    if (ids === undefined && embeddings) throw invalid('embeddings: come only with ids');
    if (after !== undefined && !/^\d{1,19}$/.test(after)) throw invalid('after: must be the next of a page');
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      if (ids !== undefined) {
        const records = await this.named(collection, namespace, ids);
        return { records: records.map((record) => toRecordRow(record, { embedding: embeddings, whole: true })), next: null };
      }
      const wanted = { filter, after, limit, parts: ROW_PARTS };
      const { records, next } = await this.replica.read(collection, () => this.reads.readAfter(collection, namespace, wanted));
      return { records: records.map((record) => toRecordRow(record, { embedding: false, whole: false })), next: next ?? null };
    });
  }

  /** Of these ids those whose records a filter selects. */
  async matching(uuid: string, { namespace, ids, filter: sent }: MatchingRequest): Promise<MatchingIds> {
    const filter = toFilter(readFilter(sent));
    if (ids.length === 0) return { ids: [] };
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      const wanted = { ids, filter, after: undefined, limit: ids.length, parts: NO_PARTS };
      const { records } = await this.replica.read(collection, () => this.reads.readAfter(collection, namespace, wanted));
      return { ids: records.map(({ id }) => id) };
    });
  }

  /** Of the first `MAX_PAGE` ids those that exist, in their order, whole. Within a slot of the limited work. */
  async named(collection: Collection, namespace: string, ids: readonly string[]): Promise<readonly StoredRecord[]> {
    if (ids.length > MAX_PAGE) throw invalid(`ids: are more than ${String(MAX_PAGE)}`);
    const wanted = { ids, parts: WHOLE_PARTS, limit: ids.length };
    const { records } = await this.replica.read(collection, () => this.reads.readById(collection, namespace, wanted));
    const byId = new Map(records.map((record) => [record.id, record]));
    return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
  }

  /** From a sample. */
  async fields(uuid: string, namespace: string): Promise<FieldList> {
    const collection = await this.work.run(() => this.collections.require(uuid));
    return this.samples.fields(collection, namespace);
  }

  /** The filter as clients of each protocol write it, and as the gateway runs it. */
  async syntaxes(uuid: string, sent: SentFilter): Promise<FilterSyntaxes> {
    const collection = await this.work.run(() => this.collections.require(uuid));
    const lists = await this.samples.listFields(collection, '');
    return {
      chroma: toChroma(sent),
      pinecone: toPinecone(sent, lists, this.config.pineconeNeMatchesMissing),
      vectorizer: toVectorizer(sent, lists),
      sql: this.statements.predicate(collection, '', toFilter(sent)),
    };
  }
}
