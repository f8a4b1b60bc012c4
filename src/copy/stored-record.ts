import type { Collection } from '../collections/collection.js';
import { embeddingOf, sparseOf } from '../records/embedding-of.js';
import type { NamespaceTotals } from '../records/namespace.js';
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
