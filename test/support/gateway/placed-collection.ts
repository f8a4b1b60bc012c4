import type { Collection } from '../../../src/collections/collection.js';
import { CollectionStore } from '../../../src/collections/collection.store.js';
import { ownPlace } from '../../../src/collections/place-tables.store.js';
import type { Database } from '../../../src/postgres/database.js';
import { createIndexes, createPlace, createTables, runEach } from '../../../src/records/maintenance/dedicated-tables.store.js';
import { enterPlace, fillPlace } from '../../../src/records/maintenance/place.store.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../../src/tenants/tenant.js';

const SCOPE = { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE };

/** An empty collection in the pool. */
export async function newCollection(database: Database, name: string, dimension: number): Promise<Collection> {
  const wanted = { name, protocol: 'chroma', metric: 'l2', metadata: null, settings: '{}', dimension } as const;
  const created = await new CollectionStore(database).create(SCOPE, wanted);
  if (typeof created === 'string') throw new Error(created);
  return created;
}

/** Gives an empty collection a place of its own, as a promotion does. */
export async function placed(database: Database, collection: Collection): Promise<Collection> {
  const { id, dimension } = collection;
  const own = { ...collection, place: ownPlace(id), recordTable: `records_${id}`, vectorTable: `vectors_${id}` };
  await database.transaction(async (transaction) => {
    const tables = [...createTables(own, dimension ?? 0), ...createIndexes(own)];
    await runEach(transaction, [...createPlace(own.place, 'local'), ...tables]);
    await fillPlace(transaction, id);
    await enterPlace(transaction, own);
  });
  return current(database, collection);
}

/** What the catalog says of it by now. */
export async function current(database: Database, { name }: Collection): Promise<Collection> {
  const found = await new CollectionStore(database).findByName(SCOPE, name);
  if (found === undefined) throw new Error(`${name} is missing`);
  return found;
}
