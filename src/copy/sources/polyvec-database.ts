import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import type { Database } from '../../postgres/database.js';
import type { NamespaceTotals } from '../../records/namespace.js';
import { NamespaceStore } from '../../records/namespace.store.js';
import { RecordPageStore } from '../../records/record-page.store.js';
import type { Chunk, Destination, Source, SourceCollection } from '../copy.js';
import { EVERYTHING, toCopyRecord, totalsOfAll, writeState } from '../stored-record.js';
import { bytesOf } from './portions.js';
import { ShownStore } from './shown.store.js';

/** A chunk has about so many bytes, and never more records than this. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_ROWS = 1_000;
/** Until it is known how large the records are. */
const FIRST_ROWS = 50;

interface Position {
  readonly namespace: string;
  readonly after: string;
}

/** What a Polyvec database shows to its clients. */
export class PolyvecSource implements Source {
  private readonly collectionStore: CollectionStore;
  private readonly namespaceStore: NamespaceStore;
  private readonly pageStore: RecordPageStore;
  private readonly opened = new Map<string, { readonly collection: Collection; readonly fingerprint: string }>();

  constructor(
    private readonly database: Database,
    readonly label: string,
    private readonly only: Partial<Destination>,
    private readonly release: () => Promise<void>,
  ) {
    this.collectionStore = new CollectionStore(database);
    this.namespaceStore = new NamespaceStore(database);
    this.pageStore = new RecordPageStore(database);
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const found: SourceCollection[] = [];
    for (const uuid of await new ShownStore(this.database).list(this.only)) found.push(await this.describe(uuid));
    if (found.length === 0 && this.only.tenant !== undefined) throw new Error(`there is no collection at ${this.label}`);
    return found;
  }

  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const start = after === null ? undefined : (JSON.parse(after) as Position);
    const { totals } = await this.look(key);
    for (const { name } of totals) {
      if (start !== undefined && Buffer.compare(Buffer.from(name), Buffer.from(start.namespace)) < 0) continue;
      yield* this.readNamespace(key, name, name === start?.namespace ? start.after : undefined);
    }
  }

  async requireUnchanged(): Promise<void> {
    for (const [key, { collection, fingerprint }] of this.opened) {
      const now = await this.look(key);
      if (writeState(now.collection, now.totals) !== fingerprint) {
        throw new Error(`${collection.name} was written to meanwhile: stop its writers, and copy with --restart`);
      }
    }
  }

  async close(): Promise<void> {
    await this.release();
  }

  private async *readNamespace(key: string, namespace: string, start: string | undefined): AsyncIterable<Chunk> {
    let limit = FIRST_ROWS;
    for (let after = start; ;) {
      const { collection } = await this.look(key);
      const holder = await this.collectionStore.findHolder(this.database, collection, namespace);
      if (holder === undefined) continue;
      const page = await this.pageStore.readPage(holder, namespace, { parts: EVERYTHING, limit, after });
      if (page === 'stale') continue;
      const records = page.records.map((record) => toCopyRecord(record, namespace));
      const last = records.at(-1)?.id;
      if (last === undefined) return;
      yield { records, rejects: [], cursor: JSON.stringify({ namespace, after: last } satisfies Position) };
      if (records.length < limit) return;
      const largest = Math.max(...records.map(bytesOf));
      limit = Math.max(1, Math.min(MAX_ROWS, limit * 2, Math.floor(CHUNK_BYTES / largest)));
      after = last;
    }
  }

  private async describe(uuid: string): Promise<SourceCollection> {
    const { collection, totals } = await this.look(uuid);
    const { tenant, database, name, metric, dimension, metadata, protocol, vectorType, settings } = collection;
    const fingerprint = writeState(collection, totals);
    this.opened.set(uuid, { collection, fingerprint });
    const records = totals.reduce((sum, { count }) => sum + count, 0);
    return {
      ...{ key: uuid, tenant, database, name, metric, dimension, metadata, records, fingerprint, warnings: [] },
      catalog: { protocol, vectorType, settings },
    };
  }

  private async look(uuid: string): Promise<{ readonly collection: Collection; readonly totals: readonly NamespaceTotals[] }> {
    for (;;) {
      const collection = await this.collectionStore.findAnywhere(uuid);
      if (collection === undefined) throw new Error(`the collection ${uuid} is gone`);
      const totals = await totalsOfAll(this.database, this.collectionStore, this.namespaceStore, collection);
      if (totals !== 'stale') return { collection, totals };
    }
  }
}
