import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import type { JsonObject } from '../../../http/json.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import type { Deletion, RecordWrite, Selection } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { type FilterOptions, parseFilter } from '../filter/parse-filter.js';
import { definitionOf } from '../indexes/index-definition.js';
import { MAX_DELETE_IDS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { toMetadata } from '../wire/metadata.js';
import { namespaceOf } from '../wire/namespace-name.js';
import type { DeleteRequest, UpdateRequest, UpsertRequest } from './requests.js';
import type { DeleteResult, UpdateResult, UpsertResult, WriteResult } from './results.js';
import { present, requireSomeId, requireSparse, requireStorable } from './vector-rules.js';
import { toRecordWrite } from './vector-writes.js';

const REPLACE = { existing: 'replace', missing: 'insert' } as const;
const MERGE = { existing: 'merge', missing: 'skip' } as const;

/** Writes vectors, changes and deletes them. */
@Injectable()
export class VectorOperations {
  private readonly filterOptions: FilterOptions;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly namespaces: NamespacesService,
    private readonly limits: RateLimits,
  ) {
    this.filterOptions = { neMatchesMissing: config.pineconeNeMatchesMissing };
  }

  async upsert(collection: Collection, request: UpsertRequest): Promise<UpsertResult> {
    requireVectors(collection);
    const namespace = namespaceOf(request.namespace);
    const { vectors } = request;
    const limit = this.config.pineconeMaxUpsertVectors;
    if (vectors.length === 0) throw invalidArgument('Invalid request');
    if (vectors.length > limit) {
      throw invalidArgument(
        `The number of vectors, ${String(vectors.length)}, exceeds the limit of ${String(limit)} vectors per request`,
      );
    }
    const collector = new FieldCollector();
    const maxBytes = this.config.pineconeMaxMetadataBytes;
    const records = vectors.map((vector) => toRecordWrite(collection, vector, maxBytes, collector));
    this.limits.require(collection, namespace, { kind: 'upsert', bytes: sizeOf(records) });
    const { lsn } = await this.writes.write(collection, namespace, { records, fields: collector.fields }, REPLACE);
    return { upsertedCount: records.length, lsn: lsn ?? '0' };
  }

  /** By id: one record, which need not exist. By filter: the metadata of all that match. */
  async update(collection: Collection, request: UpdateRequest): Promise<UpdateResult> {
    requireVectors(collection);
    const filter = request.filter !== undefined && request.filter.size > 0 ? request.filter : undefined;
    const id = request.id ?? '';
    if (id !== '' && filter !== undefined) throw invalidArgument('Cannot specify both id and filter');
    if (id !== '') return { ...(await this.updateOne(collection, id, request)), matchedRecords: undefined };
    if (filter === undefined) {
      throw invalidArgument(
        request.filter === undefined ? 'Must specify one of id or filter' : 'Update with empty metadata filter is not allowed',
      );
    }
    return this.updateMany(collection, filter, request);
  }

  async delete(collection: Collection, request: DeleteRequest): Promise<DeleteResult> {
    requireVectors(collection);
    const namespace = namespaceOf(request.namespace);
    const selection = this.deleteSelection(request);
    const counted = selection.filter === undefined ? 'delete' : 'delete_by_metadata';
    this.limits.require(collection, namespace, { kind: counted, records: selection.ids?.length ?? 0 });
    const deletion = await this.writes.delete(collection, namespace, { ...selection, limit: null, listIds: false });
    return { lsn: requireNamespace(namespace, deletion), deletedCount: deletion.count };
  }

  private async updateOne(collection: Collection, id: string, request: UpdateRequest): Promise<WriteResult> {
    requireSomeId(id);
    const namespace = namespaceOf(request.namespace);
    const values = request.values !== undefined && request.values.length > 0 ? request.values : undefined;
    const sparse = present(request.sparseValues);
    if (values !== undefined) requireStorable(collection, values);
    if (sparse !== undefined) requireSparse(sparse);
    const collector = new FieldCollector();
    const metadata = toMetadata(request.setMetadata ?? new Map(), this.config.pineconeMaxMetadataBytes, collector);
    const record: RecordWrite = {
      id,
      embedding: values ?? null,
      sparse: sparse ?? null,
      document: metadata.document,
      uri: metadata.uri,
      metadata: metadata.text,
      removedKeys: [],
    };
    this.limits.require(collection, namespace, { kind: 'update' });
    const outcome = await this.writes.write(collection, namespace, { records: [record], fields: collector.fields }, MERGE);
    return { lsn: requireNamespace(namespace, outcome) };
  }

  private async updateMany(collection: Collection, sent: JsonObject, request: UpdateRequest): Promise<UpdateResult> {
    const namespace = namespaceOf(request.namespace);
    if ((request.values?.length ?? 0) > 0 || present(request.sparseValues) !== undefined) {
      throw invalidArgument('Update by metadata request does not support updating vector values.');
    }
    const filter = parseFilter(sent, this.filterOptions);
    this.limits.require(collection, namespace, { kind: 'update_by_metadata' });
    if (request.dryRun === true) {
      await this.requireExisting(collection, namespace);
      const { count, lsn } = await this.reads.countMatching(collection, namespace, { filter });
      return { lsn, matchedRecords: count };
    }
    const collector = new FieldCollector();
    const metadata = toMetadata(request.setMetadata ?? new Map(), this.config.pineconeMaxMetadataBytes, collector);
    if (request.setMetadata === undefined || request.setMetadata.size === 0) {
      throw invalidArgument('Update by metadata requires setMetadata');
    }
    const patch = { metadata: metadata.text, document: metadata.document, uri: metadata.uri, fields: collector.fields };
    const merged = await this.writes.merge(collection, namespace, { filter }, patch);
    return { lsn: requireNamespace(namespace, merged), matchedRecords: merged.count };
  }

  private async requireExisting(collection: Collection, namespace: string): Promise<void> {
    if (namespace !== '') await this.namespaces.require(collection, namespace, false);
  }

  private deleteSelection(request: DeleteRequest): Selection {
    const { ids = [], deleteAll = false, filter } = request;
    const filtered = filter !== undefined && filter.size > 0;
    if (ids.length > 0 && deleteAll) throw invalidArgument('Cannot specify both ids and delete_all');
    if (ids.length > 0 && filtered) throw invalidArgument('Cannot specify both ids and filter');
    if (deleteAll && filtered) throw invalidArgument('Cannot specify both delete_all and filter');
    if (ids.length > MAX_DELETE_IDS) {
      throw invalidArgument(
        `The number of ids, ${String(ids.length)}, exceeds the limit of ${String(MAX_DELETE_IDS)} ids per request`,
      );
    }
    if (ids.length > 0) {
      for (const id of ids) requireSomeId(id);
      return { ids };
    }
    if (filtered) return { filter: parseFilter(filter, this.filterOptions) };
    if (deleteAll) return {};
    if (filter !== undefined) throw invalidArgument('Delete with empty metadata filter is not allowed');
    throw invalidArgument('Must specify one of ids, delete_all or filter');
  }
}

/** Documents are written whole, by the rules of their schema. @throws PineconeError 400 */
function requireVectors(collection: Collection): void {
  if (definitionOf(collection).documentFields === undefined) return;
  throw invalidArgument('This index has a document schema, so writes must go through the documents API.');
}

/** The write counter. Only the default namespace may be missing: it always exists. */
function requireNamespace(namespace: string, outcome: Pick<Deletion, 'lsn'>): string {
  if (outcome.lsn !== null) return outcome.lsn;
  if (namespace === '') return '0';
  throw new GatewayError({ kind: 'not_found', subject: 'namespace', name: namespace });
}

/** About how many bytes are written. */
function sizeOf(records: readonly RecordWrite[]): number {
  let bytes = 0;
  for (const { embedding, metadata } of records) bytes += (embedding?.byteLength ?? 0) + (metadata?.length ?? 0);
  return bytes;
}
