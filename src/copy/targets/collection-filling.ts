import type { Collection } from '../../collections/collection.js';
import type { CollectionStore } from '../../collections/collection.store.js';
import type { Database } from '../../postgres/database.js';
import { embeddingOf } from '../../records/embedding-of.js';
import { StatisticsStore } from '../../records/maintenance/statistics.store.js';
import type { PageRequest, Parts, StoredRecord, WriteMode } from '../../records/record.js';
import { RecordPageStore } from '../../records/record-page.store.js';
import { RecordWriteStore } from '../../records/record-write.store.js';
import type { Checkpoint, ConflictPolicy, CopyRecord, Destination, Filling } from '../copy.js';
import { fieldKeys } from '../record-digest.js';
import type { CopiesStore } from './copies.store.js';

/** Records have no namespace on their way yet: Chroma knows the default one only. */
const NAMESPACE = '';
const PAGE_ROWS = 500;
const EVERYTHING: Parts = { document: true, uri: true, metadata: true, embedding: 'binary' };
/** Each attempt follows a change of the catalog by a gateway. */
const MAX_ATTEMPTS = 5;

/** What is being filled. */
export interface FillingPlace {
  readonly collection: Collection;
  readonly to: Destination;
  readonly policy: ConflictPolicy;
  readonly isHidden: boolean;
}

/** A collection of a Polyvec database that is being filled. */
export class CollectionFilling implements Filling {
  private readonly writeStore = new RecordWriteStore();
  private readonly pageStore: RecordPageStore;
  /** Fields that the catalog knows already. */
  private readonly fields = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly collections: CollectionStore,
    private readonly copies: CopiesStore,
    private readonly place: FillingPlace,
  ) {
    this.pageStore = new RecordPageStore(database);
  }

  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    const fields = records.flatMap(({ metadata }) => fieldKeys(metadata));
    const hasNewFields = fields.some((field) => !this.fields.has(field));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if ((await this.attempt(records, hasNewFields, previous, next)) === 'stale') continue;
      for (const field of fields) this.fields.add(field);
      return;
    }
    throw new Error(`the collection ${this.place.to.name} is changed by others all the time`);
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    for (let after: string | undefined; ;) {
      const page = await this.page({ parts: EVERYTHING, limit: PAGE_ROWS, after });
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)?.id;
    }
  }

  async find(ids: readonly string[]): Promise<readonly CopyRecord[]> {
    return this.page({ parts: EVERYTHING, limit: ids.length, ids });
  }

  async count(): Promise<number> {
    const counted = await this.pageStore.count(await this.current(), NAMESPACE, {});
    return counted === 'stale' ? this.count() : counted.count;
  }

  async finish(): Promise<void> {
    const { isHidden, collection, to } = this.place;
    if (!isHidden) await this.copies.finishVisible(collection);
    else if ((await this.copies.publish(collection, to)) === 'taken') {
      throw new Error(
        `another collection has got the name ${to.name} meanwhile: it stays as it is, and what was copied is hidden still`,
      );
    }
    await new StatisticsStore(this.database).refresh(await this.current());
  }

  private async attempt(
    records: readonly CopyRecord[],
    hasNewFields: boolean,
    previous: Checkpoint,
    next: Checkpoint,
  ): Promise<'written' | 'stale'> {
    return this.database
      .transaction<'written'>(async (transaction) => {
        const { collection } = this.place;
        if (!(await this.copies.step(transaction, collection, previous, next))) {
          throw new Error(`another polyvec copy writes to ${this.place.to.name}`);
        }
        if (records.length === 0) return 'written';
        const [dimension] = records.flatMap(({ embedding }) => embedding?.length ?? []);
        if (dimension !== undefined) await this.collections.fixDimension(transaction, collection, dimension);
        const current = await this.collections.refresh(transaction, collection);
        if (current === undefined) throw new Error(`the collection ${this.place.to.name} is gone`);
        const batch = { records: records.map((record) => ({ ...record, removedKeys: [] })), superseded: [], hasNewFields };
        const outcome = await this.writeStore.write(transaction, current, NAMESPACE, batch, this.mode);
        // the checkpoint goes back with the transaction
        if (outcome === 'stale') throw new Stale();
        return 'written';
      })
      .catch((error: unknown) => {
        if (error instanceof Stale) return 'stale' as const;
        throw error;
      });
  }

  private get mode(): WriteMode {
    const keeps = !this.place.isHidden && this.place.policy === 'skip';
    return { existing: keeps ? 'keep' : 'replace', missing: 'insert' };
  }

  private async page(request: PageRequest): Promise<readonly CopyRecord[]> {
    const page = await this.pageStore.readPage(await this.current(), NAMESPACE, request);
    return page === 'stale' ? this.page(request) : page.records.map(toCopyRecord);
  }

  private async current(): Promise<Collection> {
    const current = await this.collections.refresh(this.database, this.place.collection);
    if (current === undefined) throw new Error(`the collection ${this.place.to.name} is gone`);
    return current;
  }
}

/** Undoes the transaction: the catalog has changed since the collection was read. */
class Stale extends Error {}

function toCopyRecord({ id, document, uri, metadata, embedding }: StoredRecord): CopyRecord {
  return { id, document, uri, metadata, embedding: embedding === null ? null : embeddingOf(embedding) };
}
