import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { UnderWay } from '../collections/under-way.js';
import { Limits } from '../limits/limits.js';
import { Database, type Queryable } from '../postgres/database.js';
import { inOneGo, inSteps, isLong } from '../slices.js';
import { settleDuplicates } from './batch.js';
import { requireDimension } from './dimension.js';
import { Maintenance } from './maintenance/maintenance.js';
import type { DeleteRequest, Deletion, MetadataPatch, RecordBatch, Selection, WriteMode, WriteOutcome } from './record.js';
import { RecordStore } from './record.store.js';
import { RecordPageStore } from './record-page.store.js';
import { type Columns, RecordWriteStore } from './record-write.store.js';
import { hasUnknownFields } from './unknown-fields.js';

/** Writes, merges and deletes. Every call is atomic, and visible to the next one on any instance. */
@Injectable()
export class RecordWrites {
  /** By the collection's uuid. Those that come meanwhile wait: mostly they are no first ones any more then, and need no transaction. */
  private readonly firstWrites = new UnderWay();

  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly collectionStore: CollectionStore,
    private readonly store: RecordStore,
    private readonly writeStore: RecordWriteStore,
    private readonly pageStore: RecordPageStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /** Writes all records of the batch, or none. Ids that occur twice are written one after the other. */
  async write(collection: Collection, namespace: string, batch: RecordBatch, mode: WriteMode): Promise<WriteOutcome> {
    this.limits.requireWrite(namespace, batch.records);
    const embeddings = batch.records.map((record) => record.embedding);
    const settling = settleDuplicates(batch.records, mode.existing);
    const settled = isLong(batch.records.length) ? await inSteps(settling) : inOneGo(settling);
    let columns: Columns | undefined;
    const sparse = batch.records.some((record) => record.sparse != null);
    return this.collections.run(collection, namespace, async (current) => {
      const dimension = requireDimension(current, embeddings);
      if (batch.records.length === 0) return { lsn: null };
      const hasNewFields = hasUnknownFields(current, batch.fields);
      // once for all attempts, and before a transaction begins, in which others might wait for it
      columns ??= await this.writeStore.columns(settled.records, this.database.vectorOid);
      const ready = { ...settled, columns, hasNewFields };
      const write = (queryable: Queryable, known: Collection): Promise<WriteOutcome | 'stale'> =>
        this.writeStore.write(queryable, known, namespace, ready, mode);
      const isFirst = (dimension !== undefined && current.dimension === null) || (sparse && !current.hasSparse);
      const outcome = isFirst
        ? await this.writeFirst(current, { dimension, sparse, embeddings }, write)
        : await write(this.database, current);
      if (outcome === 'stale') return 'stale';
      this.maintenance.note(current, settled.records.length);
      // the catalog knows more now: which fields the write has added
      if (hasNewFields && !isFirst) this.collections.forget(current);
      return outcome;
    });
  }

  /**
   * The first write with an embedding gives the collection its dimension, in the same transaction; likewise with a sparse one. `stale`, too,
   * when another one was first.
   */
  private async writeFirst(
    collection: Collection,
    first: {
      readonly dimension: number | undefined;
      readonly sparse: boolean;
      readonly embeddings: readonly (Float32Array | null)[];
    },
    write: (queryable: Queryable, known: Collection) => Promise<WriteOutcome | 'stale'>,
  ): Promise<WriteOutcome | 'stale'> {
    const other = this.firstWrites.ended(collection.uuid);
    if (other !== undefined) await other;
    if (!this.collections.isRemembered(collection)) return 'stale';
    return this.firstWrites.run(collection.uuid, async () => {
      const outcome = await this.database.transaction(async (transaction) => {
        if (first.dimension !== undefined) await this.collectionStore.fixDimension(transaction, collection, first.dimension);
        if (first.sparse) await this.collectionStore.admitSparse(transaction, collection);
        const fixed = await this.collectionStore.refresh(transaction, collection);
        if (fixed === undefined) return 'stale';
        requireDimension(fixed, first.embeddings);
        return write(transaction, fixed);
      });
      // before those that wait look: there is a dimension now, or there are sparse vectors
      this.collections.forget(collection);
      return outcome;
    });
  }

  /** Merges the patch into every selected record, and returns their number. */
  async merge(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: MetadataPatch,
  ): Promise<WriteOutcome & { readonly count: number }> {
    this.limits.requirePatch(selection, patch);
    return this.collections.run(collection, namespace, async (current) => {
      this.maintenance.noteFilter(current, selection);
      requireDimension(current, [patch.embedding ?? null]);
      const hasNewFields = hasUnknownFields(current, patch.fields);
      if (hasNewFields) this.collections.forget(current);
      const merged = await this.pageStore.merge(current, namespace, selection, { ...patch, hasNewFields });
      if (merged !== 'stale') this.maintenance.note(current, merged.count);
      return merged;
    });
  }

  /** Deletes the selected records, and returns what was asked for of them. */
  async delete(collection: Collection, namespace: string, request: DeleteRequest): Promise<Deletion> {
    this.limits.requireSelection(request);
    return this.collections.run(collection, namespace, async (current) => {
      this.maintenance.noteFilter(current, request);
      const deletion = await this.store.delete(current, namespace, request);
      if (deletion !== 'stale') this.maintenance.note(current, deletion.count);
      return deletion;
    });
  }
}
