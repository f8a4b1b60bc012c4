import { isPooled } from '../../../collections/collection.js';
import type { CollectionOverview } from '../../../collections/overview.js';
import type { CollectionRow } from '../contract/collections.js';

export function toCollectionRow(overview: CollectionOverview): CollectionRow {
  const { collection, records, namespaces, aliases, port } = overview;
  const { uuid, name, tenant, database, protocol, metric, dimension, vectorType, deletionProtection, createdAt } = collection;
  return {
    ...{ uuid, name, tenant, database, protocol, metric, dimension, vectorType, records, namespaces, aliases, port },
    tier: isPooled(collection) ? 'pool' : 'dedicated',
    countedAt: overview.countedAt?.toISOString() ?? null,
    indexes: indexesOf(overview),
    deletionProtection,
    createdAt: createdAt.toISOString(),
  };
}

function indexesOf({ collection, childIndexes }: CollectionOverview): CollectionRow['indexes'] {
  const { indexes, isIndexing } = collection;
  return {
    ready: indexes.length + childIndexes.count,
    isBuilding: isIndexing,
    indexedVectors: indexes.reduce((sum, { rows }) => sum + rows, childIndexes.vectors),
  };
}
