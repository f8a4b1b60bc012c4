import type { Collection } from '../collections/collection.js';
import type { CollectionStore } from '../collections/collection.store.js';
import type { Database } from '../postgres/database.js';
import { embeddingOf, sparseOf } from '../records/embedding-of.js';
import type { NamespaceTotals } from '../records/namespace.js';
import type { NamespaceStore } from '../records/namespace.store.js';
import type { Parts, StoredRecord } from '../records/record.js';
import type { CopyRecord } from './copy.js';

/** All parts that a copy takes along. */
export const EVERYTHING: Parts = { document: true, uri: true, metadata: true, embedding: 'binary', sparse: true };

/** A record that was read with all of them. */
export function toCopyRecord(stored: StoredRecord, namespace: string): CopyRecord {
  const { id, document, uri, metadata, embedding } = stored;
  const sparse = sparseOf(stored);
  return {
    ...{ id, document, uri, metadata, embedding: embedding === null ? null : embeddingOf(embedding) },
    ...(namespace !== '' && { namespace }),
    ...(sparse !== null && { sparse }),
  };
}

/** Another one whenever a client has written to the collection: every write moves the counter of its namespace. */
export function writeState({ uuid }: Pick<Collection, 'uuid'>, totals: readonly NamespaceTotals[]): string {
  return `${uuid} ${JSON.stringify(totals.map(({ name, lsn, count }) => [name, lsn, count]))}`;
}

/** The namespaces of the collection and of its children, by name. */
export async function totalsOfAll(
  database: Database,
  collections: CollectionStore,
  store: NamespaceStore,
  collection: Collection,
): Promise<readonly NamespaceTotals[] | 'stale'> {
  const all: NamespaceTotals[] = [];
  const held = [undefined, ...collection.children.keys()];
  for (const namespace of held) {
    const holder = namespace === undefined ? collection : await collections.findHolder(database, collection, namespace);
    const totals = holder === undefined ? 'stale' : await store.totals(holder, undefined);
    if (totals === 'stale') return 'stale';
    all.push(...totals);
  }
  return all.sort((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
}
