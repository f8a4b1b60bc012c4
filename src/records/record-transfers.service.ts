import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { Database, type Queryable } from '../postgres/database.js';
import { embeddingOf, sparseOf } from './embedding-of.js';
import { Maintenance } from './maintenance/maintenance.js';
import type { Parts, RecordWrite, StoredRecord } from './record.js';
import { RecordStore } from './record.store.js';
import { RecordWriteStore } from './record-write.store.js';

const EVERYTHING: Parts = { document: true, uri: true, metadata: true, embedding: 'binary', sparse: true };
const REPLACE = { existing: 'replace', missing: 'insert' } as const;
/** Each attempt follows a change of one of the catalog rows. */
const MAX_ATTEMPTS = 5;

/** Records of some ids, from one collection to another of the same dimension. */
export interface Transfer {
  readonly source: Collection;
  readonly destination: Collection;
  readonly namespace: string;
  readonly ids: readonly string[];
  /** `move` deletes them where they were. */
  readonly mode: 'copy' | 'move';
}

/** Takes records from one collection to another. */
@Injectable()
export class RecordTransfersService {
  constructor(
    private readonly database: Database,
    private readonly collections: CollectionStore,
    private readonly store: RecordStore,
    private readonly writeStore: RecordWriteStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * Copies or moves the records in one transaction; ones of the same ids in the destination are replaced. Returns the ids that
   * existed. The two collections must not be one, and their vectors must fit.
   * @throws GatewayError `not_found` when one of the collections is gone
   */
  async transfer(transfer: Transfer): Promise<ReadonlySet<string>> {
    this.limits.requireSelection(transfer);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const ids = await this.database.transaction(async (transaction) => this.transferWithin(transaction, transfer));
      if (ids === 'stale') continue;
      this.maintenance.note(transfer.destination, ids.length);
      if (transfer.mode === 'move') this.maintenance.note(transfer.source, ids.length);
      return new Set(ids);
    }
    throw new GatewayError({ kind: 'conflict', subject: 'collection', name: transfer.destination.name });
  }

  private async transferWithin(transaction: Queryable, transfer: Transfer): Promise<readonly string[] | 'stale'> {
    const { namespace, ids, mode } = transfer;
    const source = await this.holder(transaction, transfer.source, namespace);
    if (source === undefined) return 'stale';
    const request = { ids, parts: EVERYTHING, offset: 0, limit: null };
    // locked until the end: what is deleted is what was copied
    const page = { after: undefined, limit: ids.length, lock: 'lock' } as const;
    const { records: found } = await this.store.readPage(transaction, source, namespace, request, page);
    if (found.length === 0) return [];
    const records = found.map(toRecordWrite);
    if (records.some(({ sparse }) => sparse !== null)) await this.collections.admitSparse(transaction, transfer.destination);
    const destination = await this.holder(transaction, transfer.destination, namespace);
    if (destination === undefined) return 'stale';
    const batch = { records, superseded: [], hasNewFields: source.fields.length > 0 };
    if ((await this.writeStore.write(transaction, destination, namespace, batch, REPLACE)) === 'stale') return 'stale';
    const known = records.map(({ id }) => id);
    if (mode === 'copy') return known;
    const deletion = await this.store.delete(source, namespace, { ids: known, limit: null, listIds: false }, transaction);
    return deletion === 'stale' ? 'stale' : known;
  }

  private async holder(transaction: Queryable, collection: Collection, namespace: string): Promise<Collection | undefined> {
    const current = await this.collections.refresh(transaction, collection);
    if (current === undefined) throw new GatewayError({ kind: 'not_found', subject: 'collection', name: collection.name });
    return this.collections.findHolder(transaction, current, namespace);
  }
}

function toRecordWrite(record: StoredRecord): RecordWrite {
  const { id, document, uri, metadata, embedding } = record;
  return {
    id,
    document,
    uri,
    metadata,
    removedKeys: [],
    embedding: embedding === null ? null : embeddingOf(embedding),
    sparse: sparseOf(record),
  };
}
