import type { Collection } from '../collections/collection.js';
import type { CurrentCollections } from '../collections/current-collections.js';
import { GatewayError } from '../errors.js';
import type { RecordSizeStore } from './record-size.store.js';
import { RecordSizesService } from './record-sizes.service.js';

const SIZE = { count: 3, payloadBytes: 4, sources: 1 };
const [here, moved, gone] = ['1', '2', '3'].map((id) => ({ id, name: id }) as Collection) as [Collection, Collection, Collection];

it('the sizes of collections leave out those that are gone meanwhile, and look again for those that have moved', async () => {
  const looks = new Map<string, number>();
  const store: Pick<RecordSizeStore, 'sizes'> = {
    sizes: (collections) => {
      const found = collections.filter(({ id }) => {
        looks.set(id, (looks.get(id) ?? 0) + 1);
        return id === here.id || (id === moved.id && looks.get(id) === 3);
      });
      return Promise.resolve(new Map(found.map(({ id }) => [id, SIZE])));
    },
  };
  const collections: Pick<CurrentCollections, 'run'> = {
    run: async (collection, _namespace, statement) => {
      if (collection === gone) throw new GatewayError({ kind: 'not_found', subject: 'collection', name: gone.name });
      let result = await statement(collection);
      while (result === 'stale') result = await statement(collection);
      return result;
    },
  };
  const service = new RecordSizesService(collections as CurrentCollections, store as RecordSizeStore);
  expect(await service.sizes([here, moved, gone], '', 'source')).toEqual(
    new Map([
      [here.id, SIZE],
      [moved.id, SIZE],
    ]),
  );
});
