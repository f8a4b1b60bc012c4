import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { and, type Filter } from '../../../filters/filter.js';
import { type JsonObject, stringifyJson } from '../../../http/json.js';
import type { PageRequest, RankedRecord, Selection, StoredRecord, WriteMode } from '../../../records/record.js';
import { RecordPatchesService } from '../../../records/record-patches.service.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { RecordTextsService } from '../../../records/words/record-texts.service.js';
import { partsOf as partsFor } from '../data/parts.js';
import { requireSomeId } from '../data/vector-rules.js';
import { definitionOf } from '../indexes/index-definition.js';
import { DEFAULT_PAGE, MAX_DELETE_IDS, MAX_DOCUMENTS, MAX_FETCH_IDS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { toMetadata } from '../wire/metadata.js';
import { namespaceOf } from '../wire/namespace-name.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import { parseDocumentFilter } from './document-filter.js';
import { type DocumentTarget, isSearched, requireDeclared, requireRemovable, toChange, toRecord } from './document-records.js';
import { type DocumentSchema, documentSchemaOf } from './document-schema.js';
import { type IncludedFields, partsOf } from './included-fields.js';
import type {
  DeleteDocumentsRequest,
  FetchDocumentsRequest,
  ListDocumentsRequest,
  SearchDocumentsRequest,
  SentDocument,
  UpdateDocumentsRequest,
} from './requests.js';
import { toScoring } from './scoring.js';

const REPLACE: WriteMode = { existing: 'replace', missing: 'insert' };
const MERGE: WriteMode = { existing: 'merge', missing: 'skip' };

/** What a read found, with what it takes to show it. */
export interface DocumentsFound<T extends StoredRecord> {
  readonly schema: DocumentSchema;
  readonly records: readonly T[];
  /** The next page's token. */
  readonly next: string | undefined;
}

/** Writes documents, finds, reads, changes and deletes them, in an index whose schema names their fields. */
@Injectable()
export class DocumentOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reads: RecordReads,
    private readonly searches: RecordSearches,
    private readonly texts: RecordTextsService,
    private readonly writes: RecordWrites,
    private readonly patches: RecordPatchesService,
    private readonly replicaReads: ReplicaReads,
    private readonly limits: RateLimits,
  ) {}

  /** Returns how many. */
  async upsert(collection: Collection, sentNamespace: string, documents: readonly SentDocument[]): Promise<number> {
    const target = this.targetOf(collection);
    requireDocuments(documents);
    const collector = new FieldCollector();
    const records = documents.map((document, index) => toRecord(target, document, index, collector));
    const namespace = namespaceOf(sentNamespace);
    const bytes = records.reduce((sum, record) => sum + (record.embedding?.byteLength ?? 0) + (record.metadata?.length ?? 0), 0);
    this.limits.require(collection, namespace, { kind: 'upsert', bytes });
    await this.writes.write(collection, namespace, { records, fields: collector.fields }, REPLACE);
    return records.length;
  }

  async search(
    collection: Collection,
    sentNamespace: string,
    request: SearchDocumentsRequest,
    included: IncludedFields,
  ): Promise<DocumentsFound<RankedRecord>> {
    const { schema } = this.targetOf(collection);
    const namespace = namespaceOf(sentNamespace);
    const scoring = toScoring(request.score_by, collection, schema);
    const sent = request.filter === undefined ? undefined : this.filterOf(request.filter, schema, true);
    const wanted = { parts: partsOf(schema, included), limit: request.top_k };
    this.limits.require(collection, namespace, { kind: 'query' });
    if (scoring.kind === 'vector') {
      const { embedding, sparse } = scoring;
      const ranked = await this.replicaReads.read(collection, () =>
        this.searches.rank(collection, namespace, { ...wanted, embedding, sparse, filter: sent }),
      );
      return { schema, records: ranked.records, next: undefined };
    }
    const filter = allOf([sent, ...scoring.queries.map((query) => query.filter)]);
    const text = scoring.queries.map((query) => query.text).join(' ');
    const records = await this.replicaReads.read(collection, () =>
      this.texts.searchText(collection, namespace, { ...wanted, text, filter }),
    );
    return { schema, records, next: undefined };
  }

  async fetch(
    collection: Collection,
    sentNamespace: string,
    request: FetchDocumentsRequest,
    included: IncludedFields,
  ): Promise<DocumentsFound<StoredRecord>> {
    const { schema } = this.targetOf(collection);
    const namespace = namespaceOf(sentNamespace);
    const parts = partsOf(schema, included);
    const { ids = [], filter } = request;
    if (ids.length > 0 && filter !== undefined) throw invalidArgument("The 'ids' and 'filter' fields are mutually exclusive");
    if (filter === undefined) {
      if (request.pagination_token !== undefined) throw invalidArgument("'pagination_token' goes together with 'filter' only");
      requireIds(ids, MAX_FETCH_IDS, "No 'ids' or 'filter' provided: name at least one document, or a filter");
      this.limits.require(collection, namespace, { kind: 'fetch' });
      const { records } = await this.page(collection, namespace, { ids, parts, limit: ids.length });
      return { schema, records, next: undefined };
    }
    const limit = request.limit ?? DEFAULT_PAGE;
    const query = ['documents', namespace, stringifyJson(filter)];
    const parsed = this.filterOf(filter, schema, true);
    const after = decodeCursor(request.pagination_token, query);
    this.limits.require(collection, namespace, { kind: 'fetch_by_metadata' });
    const page = await this.page(collection, namespace, { filter: parsed, after, parts, limit: limit + 1 });
    return { schema, ...cut(page.records, limit, query) };
  }

  async list(
    collection: Collection,
    sentNamespace: string,
    request: ListDocumentsRequest,
  ): Promise<DocumentsFound<StoredRecord>> {
    const { schema } = this.targetOf(collection);
    const namespace = namespaceOf(sentNamespace);
    const limit = request.limit ?? DEFAULT_PAGE;
    const prefix = request.prefix ?? '';
    const query = ['list documents', namespace, prefix];
    const after = decodeCursor(request.pagination_token, query);
    this.limits.require(collection, namespace, { kind: 'list' });
    const page = await this.page(collection, namespace, { prefix, after, parts: partsFor(false, false), limit: limit + 1 });
    return { schema, ...cut(page.records, limit, query) };
  }

  /** Returns how many documents matched, for an update by filter. */
  async update(collection: Collection, sentNamespace: string, request: UpdateDocumentsRequest): Promise<number | undefined> {
    const { documents, filter, set_fields: set, remove_fields: removed = [] } = request;
    const target = this.targetOf(collection);
    const namespace = namespaceOf(sentNamespace);
    if (documents !== undefined) {
      if (filter !== undefined || set !== undefined || removed.length > 0) {
        throw invalidArgument("'documents' cannot be combined with 'filter', 'set_fields' or 'remove_fields'");
      }
      requireDocuments(documents);
      const collector = new FieldCollector();
      const records = documents.map((document, index) => toChange(target, document, index, collector));
      this.limits.require(collection, namespace, { kind: 'update' });
      await this.writes.write(collection, namespace, { records, fields: collector.fields }, MERGE);
      return undefined;
    }
    if (filter === undefined) throw invalidArgument("One of 'documents' and 'filter' is required");
    const selection = { filter: this.filterOf(filter, target.schema, false) };
    this.limits.require(collection, namespace, { kind: 'update_by_metadata' });
    return this.updateSelected(target, namespace, selection, { set: set ?? new Map(), removed });
  }

  /** Returns how many documents matched, for a delete by filter. */
  async delete(collection: Collection, sentNamespace: string, request: DeleteDocumentsRequest): Promise<number | undefined> {
    const { schema } = this.targetOf(collection);
    const namespace = namespaceOf(sentNamespace);
    const { ids = [], filter, delete_all: all = false } = request;
    const ways = [ids.length > 0, filter !== undefined, all].filter(Boolean).length;
    if (ways !== 1) throw invalidArgument("Provide exactly one of 'ids', 'filter' and 'delete_all'");
    if (ids.length > 0) requireIds(ids, MAX_DELETE_IDS, '');
    const selection: Selection = {
      ...(ids.length > 0 && { ids }),
      ...(filter !== undefined && { filter: this.filterOf(filter, schema, false) }),
    };
    const kind = filter === undefined ? 'delete' : 'delete_by_metadata';
    this.limits.require(collection, namespace, { kind, records: ids.length });
    const { count } = await this.writes.delete(collection, namespace, { ...selection, limit: null, listIds: false });
    return filter === undefined ? undefined : count;
  }

  /** Changes metadata alone: what documents are found by differs from one to the next. */
  private async updateSelected(
    { collection, schema, maxMetadataBytes }: DocumentTarget,
    namespace: string,
    selection: Selection,
    { set, removed }: { readonly set: JsonObject; readonly removed: readonly string[] },
  ): Promise<number> {
    if (set.size + removed.length === 0) throw invalidArgument("An update by filter needs 'set_fields' or 'remove_fields'");
    requireRemovable(schema, removed);
    for (const [name, value] of set) {
      if (isSearched(schema, name)) throw invalidArgument(`set_fields.${name}: a field that is searched is changed by id`);
      if (value === null) throw invalidArgument(`set_fields.${name}: null is no value: name the field in remove_fields`);
      if (removed.includes(name)) throw invalidArgument(`The field '${name}' is both set and removed`);
    }
    requireDeclared(schema, set, 'set_fields');
    const collector = new FieldCollector();
    const { text } = toMetadata(set, maxMetadataBytes, collector);
    const nulls = removed.map((name) => `${JSON.stringify(name)}:null`);
    const patch = `{${[...(text === null ? [] : [text.slice(1, -1)]), ...nulls].join(',')}}`;
    const { ids } = await this.patches.patchSelected(collection, namespace, selection, { text: patch, fields: collector.fields });
    return ids.length;
  }

  private targetOf(collection: Collection): DocumentTarget {
    const schema = documentSchemaOf(definitionOf(collection));
    if (schema !== undefined) return { collection, schema, maxMetadataBytes: this.config.pineconeMaxMetadataBytes };
    throw invalidArgument('This index has no document schema, so use the vectors API.');
  }

  private filterOf(sent: JsonObject, schema: DocumentSchema, matchesText: boolean): Filter {
    return parseDocumentFilter(sent, { schema, matchesText, neMatchesMissing: this.config.pineconeNeMatchesMissing });
  }

  private async page(collection: Collection, namespace: string, request: PageRequest): ReturnType<RecordReads['readById']> {
    return this.replicaReads.read(collection, () => this.reads.readById(collection, namespace, request));
  }
}

function requireDocuments(documents: readonly SentDocument[]): void {
  if (documents.length === 0) throw invalidArgument('documents: expected at least one document');
  if (documents.length > MAX_DOCUMENTS) {
    throw invalidArgument(
      `The number of documents, ${String(documents.length)}, exceeds the limit of ${String(MAX_DOCUMENTS)} per request`,
    );
  }
  const ids = documents.map((document) => document.get('_id'));
  const again = ids.findIndex((id, index) => typeof id === 'string' && ids.indexOf(id) < index);
  if (again >= 0) throw invalidArgument(`documents[${String(again)}]: the '_id' occurs twice in the request`);
}

function requireIds(ids: readonly string[], limit: number, none: string): void {
  if (ids.length === 0) throw invalidArgument(none);
  if (ids.length > limit) {
    throw invalidArgument(`The number of ids, ${String(ids.length)}, exceeds the limit of ${String(limit)} ids per request`);
  }
  for (const id of ids) requireSomeId(id);
}

function allOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  const present = filters.filter((filter) => filter !== undefined);
  return present.length === 0 ? undefined : and(...present);
}

function cut(
  records: readonly StoredRecord[],
  limit: number,
  query: readonly string[],
): { readonly records: readonly StoredRecord[]; readonly next: string | undefined } {
  const next = records.length > limit ? encodeCursor(records[limit - 1]?.id ?? '', query) : undefined;
  return { records: records.slice(0, limit), next };
}
