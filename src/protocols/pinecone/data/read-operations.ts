import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { type JsonObject, stringifyJson } from '../../../http/json.js';
import { embeddingOf, sparseOf } from '../../../records/embedding-of.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import type { PageRequest, SparseVector } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { type FilterOptions, parseFilter } from '../filter/parse-filter.js';
import { definitionOf } from '../indexes/index-definition.js';
import { DEFAULT_PAGE, MAX_FETCH_IDS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { namespaceOf } from '../wire/namespace-name.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import { type EmbeddingForm, partsOf } from './parts.js';
import type { FetchByMetadataRequest, FetchRequest, ListRequest, QueryRequest } from './requests.js';
import type { FetchResult, ListResult, QueryResult, StatsResult } from './results.js';
import { present, requireQueryVectors, requireSomeId, scoresSparse } from './vector-rules.js';

const EVERYTHING = { text: partsOf('text', true), binary: partsOf('binary', true) };
const NOTHING = partsOf(false, false);

/** The vectors that a query compares with. */
interface QueryVectors {
  readonly embedding: Float32Array | null;
  readonly sparse: SparseVector | null;
}

/** Finds vectors, reads them by id and in pages, and counts them. */
@Injectable()
export class ReadOperations {
  private readonly filterOptions: FilterOptions;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reads: RecordReads,
    private readonly searches: RecordSearches,
    private readonly namespaces: NamespacesService,
    private readonly replicaReads: ReplicaReads,
    private readonly limits: RateLimits,
  ) {
    this.filterOptions = { neMatchesMissing: config.pineconeNeMatchesMissing };
  }

  /** Embeddings come in the form that the transport writes. */
  async query(collection: Collection, request: QueryRequest, form: EmbeddingForm): Promise<QueryResult> {
    const namespace = namespaceOf(request.namespace);
    const filter = parseFilter(request.filter, this.filterOptions);
    this.limits.require(collection, namespace, { kind: 'query' });
    const query = await this.queryVectors(collection, namespace, request);
    const parts = partsOf(request.includeValues === true && form, request.includeMetadata === true);
    const echo = request.namespace ?? '';
    if (query === undefined) {
      const none = { ids: [], parts, limit: 1 };
      const { lsn } = await this.replicaReads.read(collection, () => this.reads.readById(collection, namespace, none));
      return { matches: [], namespace: echo, lsn };
    }
    const { embedding, sparse } = query;
    const wanted = { embedding, sparse, filter, parts, limit: request.topK };
    const ranked = await this.replicaReads.read(collection, () => this.searches.rank(collection, namespace, wanted));
    return { matches: ranked.records, namespace: echo, lsn: ranked.lsn };
  }

  /** Embeddings come in the form that the transport writes. */
  async fetch(collection: Collection, request: FetchRequest, form: EmbeddingForm): Promise<FetchResult> {
    const namespace = namespaceOf(request.namespace);
    const { ids } = request;
    if (ids.length === 0) throw invalidArgument('ids must not be empty: name at least one id to fetch');
    if (ids.length > MAX_FETCH_IDS) {
      throw invalidArgument(
        `The number of ids, ${String(ids.length)}, exceeds the limit of ${String(MAX_FETCH_IDS)} ids per request`,
      );
    }
    for (const id of ids) requireSomeId(id);
    this.limits.require(collection, namespace, { kind: 'fetch' });
    const { records, lsn } = await this.page(collection, namespace, { ids, parts: EVERYTHING[form], limit: ids.length });
    return { records, lsn, namespace: request.namespace ?? '', next: undefined };
  }

  async fetchByMetadata(collection: Collection, request: FetchByMetadataRequest, form: EmbeddingForm): Promise<FetchResult> {
    const namespace = namespaceOf(request.namespace);
    const limit = request.limit ?? DEFAULT_PAGE;
    const query = ['fetch', namespace, request.filter === undefined ? '{}' : stringifyJson(request.filter)];
    const filter = parseFilter(request.filter, this.filterOptions);
    const after = decodeCursor(request.paginationToken, query);
    this.limits.require(collection, namespace, { kind: 'fetch_by_metadata' });
    const page = await this.page(collection, namespace, { filter, after, parts: EVERYTHING[form], limit: limit + 1 });
    const records = page.records.slice(0, limit);
    return { records, lsn: page.lsn, namespace: request.namespace ?? '', next: nextOf(page.records, limit, query) };
  }

  async list(collection: Collection, request: ListRequest): Promise<ListResult> {
    const namespace = namespaceOf(request.namespace);
    const limit = request.limit ?? DEFAULT_PAGE;
    const prefix = request.prefix ?? '';
    const query = ['list', namespace, prefix];
    const after = decodeCursor(request.paginationToken, query);
    this.limits.require(collection, namespace, { kind: 'list' });
    const page = await this.page(collection, namespace, { prefix, after, parts: NOTHING, limit: limit + 1 });
    return {
      ids: page.records.slice(0, limit).map((record) => record.id),
      lsn: page.lsn,
      namespace: request.namespace ?? '',
      next: nextOf(page.records, limit, query),
    };
  }

  /** The counts of the namespaces, of the records that match the filter where there is one. */
  async stats(collection: Collection, request: { readonly filter?: JsonObject | undefined }): Promise<StatsResult> {
    const filter = parseFilter(request.filter, this.filterOptions);
    const { spec } = definitionOf(collection);
    if (filter !== undefined && spec.kind !== 'pod' && !this.config.pineconeStatsFilter) {
      throw invalidArgument('Serverless and Starter indexes do not support describing index stats with metadata filtering');
    }
    this.limits.require(collection, '', { kind: 'stats' });
    const namespaces = await this.replicaReads.read(collection, () => this.namespaces.totals(collection, filter));
    return {
      namespaces,
      lsn: namespaces.reduce((highest, { lsn }) => (BigInt(lsn) > highest ? BigInt(lsn) : highest), 0n).toString(),
      total: namespaces.reduce((sum, { count }) => sum + count, 0),
      dimension: collection.dimension,
      metric: collection.metric,
      vectorType: collection.vectorType,
    };
  }

  /** The vectors of the query; undefined when it names a record that does not exist. */
  private async queryVectors(
    collection: Collection,
    namespace: string,
    request: QueryRequest,
  ): Promise<QueryVectors | undefined> {
    const id = request.id ?? '';
    const dense = request.vector !== undefined && request.vector.length > 0 ? request.vector : undefined;
    const sparse = present(request.sparseVector);
    if (request.queries !== undefined) throw invalidArgument("The 'queries' field is not supported: send one query per request");
    if (id !== '' && sparse !== undefined) throw invalidArgument("Cannot provide both 'ID' and 'sparse_vector' at the same time");
    if (id !== '' && dense !== undefined) throw invalidArgument("Cannot provide both 'ID' and 'vector' at the same time");
    if (id !== '') return this.storedVectors(collection, namespace, id);
    requireQueryVectors(collection, dense, sparse);
    return { embedding: dense ?? null, sparse: sparse ?? null };
  }

  private async storedVectors(collection: Collection, namespace: string, id: string): Promise<QueryVectors | undefined> {
    requireSomeId(id);
    const parts = { ...partsOf('binary', false), document: false, uri: false };
    const wanted = { ids: [id], parts, limit: 1 };
    const { records } = await this.replicaReads.read(collection, () => this.reads.readById(collection, namespace, wanted));
    const [record] = records;
    if (record === undefined) return undefined;
    const embedding = record.embedding === null ? null : embeddingOf(record.embedding);
    return { embedding, sparse: scoresSparse(collection) ? sparseOf(record) : null };
  }

  private async page(collection: Collection, namespace: string, request: PageRequest): ReturnType<RecordReads['readById']> {
    return this.replicaReads.read(collection, () => this.reads.readById(collection, namespace, request));
  }
}

function nextOf(records: readonly { readonly id: string }[], limit: number, query: readonly string[]): string | undefined {
  return records.length > limit ? encodeCursor(records[limit - 1]?.id ?? '', query) : undefined;
}
