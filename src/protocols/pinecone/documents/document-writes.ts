import { Inject, Injectable } from '@nestjs/common';
import type { Collection, Field } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { Filter } from '../../../filters/filter.js';
import type { JsonObject } from '../../../http/json.js';
import type { RecordWrite, Selection } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { partsOf } from '../data/parts.js';
import { textsAt } from '../data/record-requests.js';
import { requireSomeId } from '../data/vector-rules.js';
import type { FilterOptions } from '../filter/parse-filter.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { MAX_DELETE_IDS, MAX_DOCUMENTS } from '../limits.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { namespaceOf } from '../wire/namespace-name.js';
import { documentId, type DocumentReading, toContent, toRecord, without } from './document-fields.js';
import { parseDocumentFilter } from './document-filter.js';
import { requireDocuments } from './document-index.js';
import type { DeleteDocumentsRequest, SentDocument, UpdateDocumentsRequest, UpsertDocumentsRequest } from './requests.js';

const REPLACE = { existing: 'replace', missing: 'insert' } as const;
const MERGE = { existing: 'merge', missing: 'skip' } as const;
const NOTHING = partsOf(false, false);

/** What a write did. `matched` is undefined for writes by id. */
interface Written {
  readonly lsn: string;
  readonly matched: number | undefined;
}

/** Writes documents, changes and deletes them. */
@Injectable()
export class DocumentWrites {
  private readonly filterOptions: FilterOptions;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly limits: RateLimits,
  ) {
    this.filterOptions = { neMatchesMissing: config.pineconeNeMatchesMissing };
  }

  /** All documents are written, or none. */
  async upsert(collection: Collection, sent: string, { documents }: UpsertDocumentsRequest): Promise<Written> {
    const namespace = namespaceOf(sent);
    const reading = this.readingOf(collection);
    requireCount(documents);
    const records = documents.map((document, index) => toRecord(reading, document, `documents[${String(index)}]`));
    requireDistinct(records);
    this.limits.require(collection, namespace, { kind: 'upsert', bytes: sizeOf(records) });
    const { lsn } = await this.writes.write(collection, namespace, { records, fields: reading.collector.fields }, REPLACE);
    return { lsn: lsn ?? '0', matched: undefined };
  }

  async update(collection: Collection, sent: string, request: UpdateDocumentsRequest): Promise<Written> {
    const namespace = namespaceOf(sent);
    const { documents, filter, set_fields: set, remove_fields: removed } = request;
    const patches = (set?.size ?? 0) > 0 || (removed?.length ?? 0) > 0;
    if (documents !== undefined) {
      if (filter !== undefined || patches)
        throw invalidArgument("'documents' excludes 'filter', 'set_fields' and 'remove_fields'");
      return this.updateById(collection, namespace, documents);
    }
    if (filter === undefined) throw invalidArgument("Must specify one of 'documents' or 'filter'");
    if (!patches) throw invalidArgument("Update by 'filter' needs 'set_fields' or 'remove_fields'");
    return this.updateByFilter(collection, namespace, filter, request);
  }

  async delete(collection: Collection, sent: string, { ids, filter, delete_all: all }: DeleteDocumentsRequest): Promise<Written> {
    const namespace = namespaceOf(sent);
    const schema = requireDocuments(collection);
    if ([ids !== undefined, filter !== undefined, all === true].filter(Boolean).length !== 1) {
      throw invalidArgument("Must specify exactly one of 'ids', 'filter' or 'delete_all'");
    }
    if (ids !== undefined) requireIds(ids);
    const selection: Selection =
      ids === undefined ? { filter: parseDocumentFilter(schema, filter, this.filterOptions) } : { ids };
    this.limits.require(collection, namespace, {
      kind: filter === undefined ? 'delete' : 'delete_by_metadata',
      records: ids?.length ?? 0,
    });
    const deletion = await this.writes.delete(collection, namespace, { ...selection, limit: null, listIds: false });
    return { lsn: deletion.lsn ?? '0', matched: filter === undefined ? undefined : deletion.count };
  }

  /** Documents that are not there stay so. */
  private async updateById(collection: Collection, namespace: string, documents: readonly SentDocument[]): Promise<Written> {
    const reading = this.readingOf(collection);
    requireCount(documents);
    const records = documents.map((document, index) => {
      const path = `documents[${String(index)}]`;
      const { members, numbers } = document;
      const id = documentId(members.get('_id'), path);
      const removed = textsAt(members.get('_remove_fields') ?? undefined, `${path}._remove_fields`) ?? [];
      const set = { members: without(members, ['_id', '_remove_fields']), numbers };
      return { id, ...changesOf(reading, set, removed, path) };
    });
    requireDistinct(records);
    this.limits.require(collection, namespace, { kind: 'update' });
    const { lsn } = await this.writes.write(collection, namespace, { records, fields: reading.collector.fields }, MERGE);
    return { lsn: lsn ?? '0', matched: undefined };
  }

  /** One write; with a sparse vector several: `mergePages`. */
  private async updateByFilter(
    collection: Collection,
    namespace: string,
    sent: JsonObject,
    request: UpdateDocumentsRequest,
  ): Promise<Written> {
    const reading = this.readingOf(collection);
    const filter = parseDocumentFilter(reading.schema, sent, this.filterOptions);
    const set = { members: without(request.set_fields ?? new Map(), []), numbers: new Map<string, Float32Array>() };
    const changes = changesOf(reading, set, request.remove_fields ?? [], 'set_fields');
    this.limits.require(collection, namespace, { kind: 'update_by_metadata' });
    const { fields } = reading.collector;
    if (changes.sparse !== null) return this.mergePages(collection, namespace, filter, { changes, fields });
    const { lsn, count } = await this.writes.merge(collection, namespace, { filter }, { ...changes, fields });
    return { lsn: lsn ?? '0', matched: count };
  }

  /** In pages by id, each of them one write: a document that changes meanwhile may be passed over. */
  private async mergePages(
    collection: Collection,
    namespace: string,
    filter: Filter | undefined,
    { changes, fields }: { readonly changes: Omit<RecordWrite, 'id'>; readonly fields: readonly Field[] },
  ): Promise<Written> {
    let matched = 0;
    let lsn = '0';
    let after: string | undefined;
    do {
      const page = await this.reads.readById(collection, namespace, { filter, after, parts: NOTHING, limit: MAX_DOCUMENTS });
      const records = page.records.map(({ id }) => ({ id, ...changes }));
      lsn = page.lsn;
      if (records.length > 0) {
        const outcome = await this.writes.write(collection, namespace, { records, fields }, MERGE);
        lsn = outcome.lsn ?? lsn;
      }
      matched += records.length;
      after = records.length < MAX_DOCUMENTS ? undefined : records.at(-1)?.id;
    } while (after !== undefined);
    return { lsn, matched };
  }

  private readingOf(collection: Collection): DocumentReading {
    const schema = requireDocuments(collection);
    return { collection, schema, maxMetadataBytes: this.config.pineconeMaxMetadataBytes, collector: new FieldCollector() };
  }
}

/** The fields that are set, and those that go: metadata and texts. @throws PineconeError 400 */
function changesOf(
  reading: DocumentReading,
  set: SentDocument,
  removed: readonly string[],
  path: string,
): Omit<RecordWrite, 'id'> {
  const has = (name: string): boolean => set.members.has(name) || set.numbers.has(name);
  const both = removed.filter(has);
  if (both.length > 0) throw invalidArgument(`${path}: fields cannot be both set and removed: '${both.join("', '")}'`);
  if (has('_id') || has('_remove_fields')) throw invalidArgument(`${path}: '_id' and '_remove_fields' are no fields`);
  requireRemovable(reading.schema, removed);
  const [first] = reading.schema.texts;
  const removesDocument = first !== undefined && removed.includes(first);
  return { ...toContent(reading, set, path), removedKeys: removed, removesDocument };
}

function requireRemovable({ dense, sparse }: DocumentSchema, removed: readonly string[]): void {
  for (const name of removed) {
    if (name === dense) throw invalidArgument(`The dense_vector field '${name}' cannot be removed`);
    if (name === sparse) {
      throw new PineconeError('UNIMPLEMENTED', `Removing '${name}' is not served here: upsert the document without it`);
    }
  }
}

function requireCount(documents: readonly unknown[]): void {
  if (documents.length === 0) throw invalidArgument("'documents' must contain at least one document.");
  if (documents.length > MAX_DOCUMENTS) {
    throw invalidArgument(
      `Number of documents (${String(documents.length)}) exceeds the maximum limit of ${String(MAX_DOCUMENTS)} documents per request.`,
    );
  }
}

function requireDistinct(records: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of records) {
    if (seen.has(id)) throw invalidArgument(`Duplicate '_id' '${id}': document ids must be unique within a request.`);
    seen.add(id);
  }
}

function requireIds(ids: readonly string[]): void {
  if (ids.length === 0) throw invalidArgument("'ids' must name at least one document");
  if (ids.length > MAX_DELETE_IDS) {
    throw invalidArgument(
      `Number of ids (${String(ids.length)}) exceeds the maximum limit of ${String(MAX_DELETE_IDS)} ids per request`,
    );
  }
  for (const id of ids) requireSomeId(id);
}

/** About how many bytes are written. */
function sizeOf(records: readonly RecordWrite[]): number {
  return records.reduce(
    (bytes, { embedding, metadata, document }) =>
      bytes + (embedding?.byteLength ?? 0) + (metadata?.length ?? 0) + (document?.length ?? 0),
    0,
  );
}
