import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { CollectionDetail } from '../../../src/console/api/contract/collections.js';

/** The collection that the screens below `/c/{uuid}` show. */
export interface CurrentCollection {
  readonly collection: CollectionDetail;
  readonly reload: () => void;
}

export const CollectionContext = createContext<CurrentCollection | null>(null);

/** @throws Error outside of a collection's screens */
export function useCollection(): CurrentCollection {
  const current = useContext(CollectionContext);
  if (current === null) throw new Error('there is no collection here');
  return current;
}

/** The words for a namespace; the default one has no name. */
export function namespaceLabel(name: string): string {
  return name === '' ? '(default)' : name;
}
