import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { stringifyJson } from '../../../http/json.js';
import type { Parts, RankedRecord, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { RecordTextsService } from '../../../records/words/record-texts.service.js';
import { partsOf } from '../data/parts.js';
import { requireSomeId } from '../data/vector-rules.js';
import type { FilterOptions } from '../filter/parse-filter.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { DEFAULT_PAGE, MAX_FETCH_IDS, MAX_TOP_K } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { namespaceOf } from '../wire/namespace-name.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import { parseDocumentFilter, sourcesOf } from './document-filter.js';
import { requireDocuments } from './document-index.js';
import type { FetchDocumentsRequest, ListDocumentsRequest, SearchDocumentsRequest } from './requests.js';
import { scoringOf } from './score-by.js';

/** Fields that an answer has: all, or those of these names. */
export type WantedFields = 'all' | readonly string[];

/** Documents of one namespace. */
interface Found<T> {
  readonly records: readonly T[];
  readonly schema: DocumentSchema;
  readonly fields: WantedFields;
  readonly next: string | undefined;
}

/** Finds documents, reads them by id, by filter and in pages. */
@Injectable()
export class DocumentReads {
  private readonly filterOptions: FilterOptions;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reads: RecordReads,
    private readonly searches: RecordSearches,
    private readonly texts: RecordTextsService,
    private readonly replicaReads: ReplicaReads,
    private readonly limits: RateLimits,
  ) {
    this.filterOptions = { neMatchesMissing: config.pineconeNeMatchesMissing };
  }

  async search(collection: Collection, sent: string, request: SearchDocumentsRequest): Promise<Found<RankedRecord>> {
    const namespace = namespaceOf(sent);
    const schema = requireDocuments(collection);
    const scoring = scoringOf(collection, schema, request.score_by);
    const limit = request.top_k;
    if (limit === undefined || limit > MAX_TOP_K) throw invalidArgument(`'top_k' must be between 1 and ${String(MAX_TOP_K)}`);
    const filter = parseDocumentFilter(schema, request.filter, this.filterOptions);
    const fields = wantedFields(request.include_fields, []);
    const parts = partsFor(schema, fields);
    this.limits.require(collection, namespace, { kind: 'query' });
    const records = await this.replicaReads.read(collection, async () =>
      scoring.kind === 'texts'
        ? this.texts.searchText(collection, namespace, {
            texts: scoring.texts,
            indexable: sourcesOf(schema),
            filter,
            parts,
            limit,
          })
        : (await this.searches.rank(collection, namespace, { ...scoring, filter, parts, limit })).records,
    );
    return { records, schema, fields, next: undefined };
  }

  async fetch(collection: Collection, sent: string, request: FetchDocumentsRequest): Promise<Found<StoredRecord>> {
    const namespace = namespaceOf(sent);
    const schema = requireDocuments(collection);
    const { ids } = request;
    if ((ids === undefined) === (request.filter === undefined))
      throw invalidArgument("Must specify exactly one of 'ids' or 'filter'");
    const fields = wantedFields(request.include_fields, 'all');
    const parts = partsFor(schema, fields);
    if (ids !== undefined) {
      if (request.pagination_token !== undefined) throw invalidArgument("'pagination_token' needs 'filter'");
      if (ids.length === 0 || ids.length > MAX_FETCH_IDS) {
        throw invalidArgument(`'ids' must name 1 to ${String(MAX_FETCH_IDS)} documents, got ${String(ids.length)}`);
      }
      for (const id of ids) requireSomeId(id);
      this.limits.require(collection, namespace, { kind: 'fetch' });
      const { records } = await this.page(collection, namespace, { ids, parts, limit: ids.length });
      return { records, schema, fields, next: undefined };
    }
    const query = ['documents', namespace, stringifyJson(request.filter ?? new Map())];
    const filter = parseDocumentFilter(schema, request.filter, this.filterOptions);
    const limit = request.limit ?? DEFAULT_PAGE;
    const after = decodeCursor(request.pagination_token, query);
    this.limits.require(collection, namespace, { kind: 'fetch_by_metadata' });
    const { records } = await this.page(collection, namespace, { filter, after, parts, limit: limit + 1 });
    return { ...pageOf(records, limit, query), schema, fields };
  }

  async list(collection: Collection, sent: string, request: ListDocumentsRequest): Promise<Found<StoredRecord>> {
    const namespace = namespaceOf(sent);
    const schema = requireDocuments(collection);
    const { prefix = '', limit = DEFAULT_PAGE } = request;
    const query = ['documents', namespace, prefix];
    const after = decodeCursor(request.pagination_token, query);
    this.limits.require(collection, namespace, { kind: 'list' });
    const { records } = await this.page(collection, namespace, { prefix, after, parts: partsOf(false, false), limit: limit + 1 });
    return { ...pageOf(records, limit, query), schema, fields: [] };
  }

  private async page(
    ...[collection, namespace, request]: Parameters<RecordReads['readById']>
  ): ReturnType<RecordReads['readById']> {
    return this.replicaReads.read(collection, () => this.reads.readById(collection, namespace, request));
  }
}

function pageOf(
  records: readonly StoredRecord[],
  limit: number,
  query: readonly string[],
): Pick<Found<StoredRecord>, 'records' | 'next'> {
  const next = records.length > limit ? encodeCursor(records[limit - 1]?.id ?? '', query) : undefined;
  return { records: records.slice(0, limit), next };
}

/** `otherwise`: where none are named. */
function wantedFields(named: readonly string[] | undefined, otherwise: WantedFields): WantedFields {
  if (named === undefined || named.length === 0) return otherwise;
  return named.includes('*') ? 'all' : named;
}

function partsFor({ dense, sparse }: DocumentSchema, fields: WantedFields): Parts {
  const wants = (name: string | undefined): boolean => name !== undefined && (fields === 'all' || fields.includes(name));
  const metadata = fields === 'all' || fields.some((name) => name !== dense && name !== sparse);
  return { embedding: wants(dense), sparse: wants(sparse), metadata, document: metadata, uri: metadata };
}
