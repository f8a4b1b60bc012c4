import { isPooled } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { CollectionLocks } from '../collections/collection-locks.js';
import { CollectionMemory } from '../collections/collection-memory.js';
import { CurrentCollections } from '../collections/current-collections.js';
import type { Config } from '../config/config.js';
import type { Database } from '../postgres/database.js';
import { IndexBuilder } from '../records/maintenance/index-builder.js';
import { IndexChooser } from '../records/maintenance/index-chooser.js';
import { IndexGrower } from '../records/maintenance/index-grower.js';
import { IndexGrowthStore } from '../records/maintenance/index-growth.store.js';
import { IndexRebuilder, type RebuildEvent } from '../records/maintenance/index-rebuilder.js';
import { LeaseStore } from '../records/maintenance/lease.store.js';
import { VectorIndexStore } from '../records/maintenance/vector-index.store.js';
import { RecallStore } from '../records/search/recall.store.js';
import { numbered } from '../records/verification/verification.js';
import { VerificationStore } from '../records/verification/verification.store.js';
import { collectionsNamed } from './collection-names.js';
import { withDatabase } from './existing-database.js';
import type { Print } from './maintenance-config.js';

/** What `polyvec reindex` is asked for. */
export interface ReindexOptions {
  /** By name, alias or uuid, in any database; absent: all that have tables of their own. */
  readonly collection?: string | undefined;
}

/**
 * Builds vector indexes anew, and prints how far it is. Ctrl-C ends it, and leaves what there was.
 * @throws Error when there is no such collection, or no database, or when a build fails
 */
export async function reindex(config: Config, options: ReindexOptions, print: Print): Promise<void> {
  await withDatabase(config, (database) => reindexDatabase(config, database, options, print));
}

/** As above, of a database that is open. */
export async function reindexDatabase(config: Config, database: Database, options: ReindexOptions, print: Print): Promise<void> {
  const catalog = new CollectionStore(database);
  const found = await collectionsNamed(new VerificationStore(database), options.collection);
  const rebuilder = rebuilderOf(config, database, catalog);
  const stop = (): void => {
    rebuilder.stop();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    for (const { uuid, label } of found) {
      const collection = await catalog.findStored(uuid);
      if (collection === undefined) continue;
      if (isPooled(collection)) print(`${label}  in the pool, where searches are exact: no index`);
      else {
        print(`${label}  ${numbered(collection.indexes.length, 'index')}`);
        await rebuilder.rebuild(uuid, (event) => {
          print(`  ${textOf(event)}`);
        });
      }
    }
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}

function rebuilderOf(config: Config, database: Database, catalog: CollectionStore): IndexRebuilder {
  const collections = new CurrentCollections(database, new CollectionMemory(), new CollectionLocks(), catalog);
  const store = new VectorIndexStore(database);
  const chooser = new IndexChooser(config, database, new RecallStore(database), store);
  const grower = new IndexGrower(database, collections, store, new IndexGrowthStore(database));
  const builder = new IndexBuilder(config, database, collections, new LeaseStore(database), store, chooser, grower);
  return new IndexRebuilder(database, catalog, builder, store);
}

function textOf(event: RebuildEvent): string {
  switch (event.kind) {
    case 'waiting':
      return 'waiting for its turn: a gateway is building an index';
    case 'building':
      return `namespace ${JSON.stringify(event.namespace)}: indexing ${String(event.rows)} vectors`;
    case 'progress':
      return `  ${event.phase}${event.done === 0 ? '' : `, ${String(event.done)} of ${String(event.total)} rows`}`;
    case 'built':
      return `namespace ${JSON.stringify(event.namespace)}: done in ${event.seconds.toFixed(1)} s`;
    case 'emptied':
      return `namespace ${JSON.stringify(event.namespace)}: nothing left to index`;
    case 'vacuumed':
      return `dead vectors removed in ${event.seconds.toFixed(1)} s`;
  }
}
