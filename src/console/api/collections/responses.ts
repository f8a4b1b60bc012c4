import { type Collection, isPooled } from '../../../collections/collection.js';
import type { CollectionOverview } from '../../../collections/overview.js';
import type { CollectionRow } from '../contract/collections.js';

export function toCollectionRow({ collection, records, namespaces, aliases, port }: CollectionOverview): CollectionRow {
  const { uuid, name, tenant, database, protocol, metric, dimension, vectorType, deletionProtection, createdAt } = collection;
  return {
    ...{ uuid, name, tenant, database, protocol, metric, dimension, vectorType, records, namespaces, aliases, port },
    tier: isPooled(collection) ? 'pool' : 'dedicated',
    indexes: indexesOf(collection),
    deletionProtection,
    createdAt: createdAt.toISOString(),
  };
}

function indexesOf({ indexes, isIndexing }: Collection): CollectionRow['indexes'] {
  return { ready: indexes.length, isBuilding: isIndexing, indexedVectors: indexes.reduce((sum, { rows }) => sum + rows, 0) };
}
