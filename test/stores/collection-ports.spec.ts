import type { Collection } from '../../src/collections/collection.js';
import { CollectionPortStore } from '../../src/collections/collection-port.store.js';
import { CollectionPortsService } from '../../src/collections/collection-ports.service.js';
import type { CollectionsService } from '../../src/collections/collections.service.js';
import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

let storage: TestStorage;
let database: Database;

beforeAll(async () => {
  storage = await createStorage();
  database = await openDatabase(readConfig(storage.environment), () => undefined);
});

afterAll(async () => {
  await database.close();
  await storage.remove();
});

describe('the port of a collection', () => {
  it('is none when the collection has been deleted since it was looked up', async () => {
    const ports = new CollectionPortsService({} as CollectionsService, new CollectionPortStore(database));
    expect(await ports.portOf({ id: '424242' } as Collection, { open: [5081], assignable: [5081], restMs: 0 })).toBeUndefined();
  });
});
