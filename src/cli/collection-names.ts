import { labelOf } from '../collections/collection-label.js';
import type { CollectionName } from '../records/verification/verification.store.js';

/** A collection, and what to call it before a person. */
export interface NamedCollection {
  readonly uuid: string;
  /** Padded, so that what follows it in several lines is in columns. */
  readonly label: string;
  /** It holds a namespace of the one before. */
  readonly isChild: boolean;
}

/** A source of collections. */
interface Source {
  collections(named: string | undefined): Promise<readonly CollectionName[]>;
}

/** All collections, or those that are named so. @throws Error when a name is given that is none's */
export async function collectionsNamed(source: Source, named: string | undefined): Promise<readonly NamedCollection[]> {
  const found = await source.collections(named);
  if (named !== undefined && found.length === 0) throw new Error(`there is no collection "${named}"`);
  const labels = found.map(labelOf);
  const width = Math.max(0, ...labels.map(({ length }) => length));
  return found.map(({ uuid, isChild }, index) => ({ uuid, isChild, label: (labels[index] ?? '').padEnd(width) }));
}
