import type { Collection } from '../../collections/collection.js';
import type { CollectionStore } from '../../collections/collection.store.js';
import type { Database } from '../../postgres/database.js';
import { StatisticsStore } from '../../records/maintenance/statistics.store.js';
import type { NamespaceTotals } from '../../records/namespace.js';
import { NamespaceStore } from '../../records/namespace.store.js';
import type { PageRequest, WriteMode } from '../../records/record.js';
import { RecordPageStore } from '../../records/record-page.store.js';
import { RecordWriteStore } from '../../records/record-write.store.js';
import type { Checkpoint, ConflictPolicy, CopyRecord, Destination, Filling, RecordName } from '../copy.js';
import { fieldKeys } from '../record-digest.js';
import { EVERYTHING, toCopyRecord, totalsOfAll, writeState } from '../stored-record.js';
import type { CopiesStore } from './copies.store.js';

const PAGE_ROWS = 500;
/** Each attempt follows a change of the catalog by a gateway. */
const MAX_ATTEMPTS = 5;

/** What is being filled. */
export interface FillingPlace {
  readonly collection: Collection;
  readonly to: Destination;
  readonly policy: ConflictPolicy;
  readonly isHidden: boolean;
  /** It had records of its own before. */
  readonly isShared: boolean;
}

/** A collection of a Polyvec database that is being filled. */
export class CollectionFilling implements Filling {
  readonly tolerance = 0;
  private readonly writeStore = new RecordWriteStore();
  private readonly pageStore: RecordPageStore;
  private readonly namespaceStore: NamespaceStore;
  /** Fields that the catalog knows already. */
  private readonly fields = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly collections: CollectionStore,
    private readonly copies: CopiesStore,
    private readonly place: FillingPlace,
  ) {
    this.pageStore = new RecordPageStore(database);
    this.namespaceStore = new NamespaceStore(database);
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

  get isWhole(): boolean {
    return !this.place.isShared;
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    for (const { name } of await this.namespaces()) {
      for (let after: string | undefined; ;) {
        const page = await this.page(name, { parts: EVERYTHING, limit: PAGE_ROWS, after });
        if (page.length === 0) break;
        yield page;
        after = page.at(-1)?.id;
      }
    }
  }

  async find(names: readonly RecordName[]): Promise<readonly CopyRecord[]> {
    const found: CopyRecord[] = [];
    for (const [namespace, named] of byNamespace(names)) {
      found.push(...(await this.page(namespace, { parts: EVERYTHING, limit: named.length, ids: named.map(({ id }) => id) })));
    }
    return found;
  }

  async count(): Promise<number> {
    return (await this.namespaces()).reduce((sum, { count }) => sum + count, 0);
  }

  async finish(): Promise<void> {
    const { isHidden, collection, to } = this.place;
    const state = await this.state();
    if (!isHidden) await this.copies.finishVisible(collection, state);
    else if ((await this.copies.publish(collection, to, state)) === 'taken') {
      throw new Error(
        `another collection has got the name ${to.name} meanwhile: it stays as it is, and what was copied is hidden still`,
      );
    }
    await new StatisticsStore(this.database).refresh(await this.current());
  }

  /** What its writes have come to. */
  async state(): Promise<string> {
    return writeState(this.place.collection, await this.namespaces());
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
        if (records.some(({ sparse }) => (sparse ?? null) !== null)) await this.collections.admitSparse(transaction, collection);
        const current = await this.collections.refresh(transaction, collection);
        if (current === undefined) throw new Error(`the collection ${this.place.to.name} is gone`);
        for (const [namespace, written] of byNamespace(records)) {
          const batch = { records: written.map((record) => ({ ...record, removedKeys: [] })), superseded: [], hasNewFields };
          const holder = await this.collections.findHolder(transaction, current, namespace);
          const outcome = holder && (await this.writeStore.write(transaction, holder, namespace, batch, this.mode));
          // the checkpoint goes back with the transaction
          if (outcome === undefined || outcome === 'stale') throw new Stale();
        }
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

  private async page(namespace: string, request: PageRequest): Promise<readonly CopyRecord[]> {
    const holder = await this.collections.findHolder(this.database, await this.current(), namespace);
    const page = holder && (await this.pageStore.readPage(holder, namespace, request));
    return page === undefined || page === 'stale'
      ? this.page(namespace, request)
      : page.records.map((record) => toCopyRecord(record, namespace));
  }

  private async namespaces(): Promise<readonly NamespaceTotals[]> {
    const totals = await totalsOfAll(this.database, this.collections, this.namespaceStore, await this.current());
    return totals === 'stale' ? this.namespaces() : totals;
  }

  private async current(): Promise<Collection> {
    const current = await this.collections.refresh(this.database, this.place.collection);
    if (current === undefined) throw new Error(`the collection ${this.place.to.name} is gone`);
    return current;
  }
}

/** Undoes the transaction: the catalog has changed since the collection was read. */
class Stale extends Error {}

/** In groups, in their order. */
export function byNamespace<T extends RecordName>(named: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of named) {
    const { namespace = '' } = one;
    const group = groups.get(namespace);
    if (group === undefined) groups.set(namespace, [one]);
    else group.push(one);
  }
  return groups;
}
