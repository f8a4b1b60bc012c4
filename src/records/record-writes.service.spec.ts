import type { Collection } from '../collections/collection.js';
import type { CollectionStore } from '../collections/collection.store.js';
import { CollectionLocks } from '../collections/collection-locks.js';
import { CollectionMemory } from '../collections/collection-memory.js';
import { CurrentCollections } from '../collections/current-collections.js';
import type { Limits } from '../limits/limits.js';
import type { Database, Queryable } from '../postgres/database.js';
import type { Maintenance } from './maintenance/maintenance.js';
import type { RecordBatch, WriteMode } from './record.js';
import type { RecordStore } from './record.store.js';
import type { RecordPageStore } from './record-page.store.js';
import type { RecordWriteStore } from './record-write.store.js';
import { RecordWrites } from './record-writes.service.js';

const ADD: WriteMode = { existing: 'keep', missing: 'insert' };
const BATCH = { records: [{ id: 'a', embedding: new Float32Array(2) }], fields: [] } as unknown as RecordBatch;

describe('first writes at the same moment', () => {
  const writes = 4;
  let transactions: number;
  let written: string[];
  let failing: number;
  let service: RecordWrites;
  let collection: Collection;

  beforeEach(() => {
    [transactions, written, failing] = [0, [], 0];
    let stored = {
      id: '1',
      uuid: 'one',
      parent: null,
      children: new Map(),
      dimension: null,
      fields: [],
      epoch: '1',
    } as unknown as Collection;
    const store: Pick<CollectionStore, 'refresh' | 'fixDimension'> = {
      refresh: () => Promise.resolve(stored),
      fixDimension: (_, { epoch }, dimension) => {
        stored = { ...stored, dimension, epoch: String(Number(epoch) + 1) };
        return Promise.resolve();
      },
    };
    const database = {
      transaction: async <T>(work: (queryable: Queryable) => Promise<T>): Promise<T> => {
        transactions += 1;
        const before = stored;
        return work({} as Queryable).catch((error: unknown) => {
          stored = before;
          throw error;
        });
      },
    } as Database;
    const writeStore = {
      columns: () => Promise.resolve({}),
      write: (_: Queryable, { epoch }: Collection) => {
        if (failing > 0) return Promise.reject(new Error(`failed, ${String((failing -= 1))} more`));
        if (epoch !== stored.epoch) return Promise.resolve('stale');
        written.push(epoch);
        return Promise.resolve({ lsn: '1' });
      },
    } as unknown as RecordWriteStore;
    const memory = new CollectionMemory();
    collection = memory.keep(stored);
    const collectionStore = store as CollectionStore;
    service = new RecordWrites(
      database,
      new CurrentCollections(database, memory, new CollectionLocks(), collectionStore),
      collectionStore,
      {} as RecordStore,
      writeStore,
      {} as RecordPageStore,
      { note: () => undefined } as unknown as Maintenance,
      { requireWrite: () => undefined } as unknown as Limits,
    );
  });

  const writeAll = async (): Promise<readonly string[]> => {
    const each = Array.from({ length: writes }, () => service.write(collection, '', BATCH, ADD));
    return (await Promise.allSettled(each)).map(({ status }) => status);
  };

  it('need one transaction: the others find that there is a dimension', async () => {
    expect(await writeAll()).toEqual(Array.from({ length: writes }, () => 'fulfilled'));
    expect(transactions).toBe(1);
    expect(written).toEqual(['2', '2', '2', '2']);
  });

  it('do not wait for each other where the first one fails', async () => {
    failing = 1;
    expect((await writeAll()).filter((status) => status === 'rejected')).toHaveLength(1);
    expect(transactions).toBe(writes);
    expect(written).toHaveLength(writes - 1);
  });
});
