import type { Database } from '../postgres/database.js';
import type { Collection } from './collection.js';
import type { CollectionStore } from './collection.store.js';
import { CollectionLocks } from './collection-locks.js';
import { CollectionMemory } from './collection-memory.js';
import { CurrentCollections } from './current-collections.js';

const at = (epoch: number): Collection =>
  ({
    id: '1',
    uuid: 'one',
    name: 'one',
    tenant: 't',
    database: 'd',
    parent: null,
    children: new Map(),
    epoch: String(epoch),
  }) as Partial<Collection> as Collection;

describe('a statement that is stale', () => {
  let memory: CollectionMemory;
  let reads: number;
  let current: CurrentCollections;
  /** A statement that is current from that epoch on. */
  const from =
    (epoch: number) =>
    (collection: Collection): Promise<string> =>
      Promise.resolve(Number(collection.epoch) < epoch ? 'stale' : collection.epoch);

  beforeEach(() => {
    memory = new CollectionMemory();
    reads = 0;
    const store: Pick<CollectionStore, 'refresh'> = { refresh: () => Promise.resolve(at(2 + reads++)) };
    current = new CurrentCollections({} as Database, memory, new CollectionLocks(), store as CollectionStore);
  });

  it('runs again with what another request has read since, without reading it once more', async () => {
    memory.keep(at(1));
    const known = memory.byUuid('one') ?? at(0);
    expect(await current.run(known, '', from(2))).toBe('2');
    expect(await current.run(known, '', from(2))).toBe('2');
    expect(reads).toBe(1);
  });

  it('waits for what another request is about to know', async () => {
    memory.keep(at(1));
    expect(await Promise.all([1, 2, 3].map(() => current.run(at(1), '', from(2))))).toEqual(['2', '2', '2']);
    expect(reads).toBe(1);
  });

  it('reads when what is remembered is no newer, or stale as well', async () => {
    memory.keep(at(1));
    expect(await current.run(at(1), '', from(3))).toBe('3');
    expect(reads).toBe(2);
    expect(memory.byUuid('one')?.epoch).toBe('3');
    expect(await current.run(at(1), '', from(4))).toBe('4');
    expect(reads).toBe(3);
  });
});
