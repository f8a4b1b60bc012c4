import { GatewayError } from '../errors.js';
import { isWithinReach } from '../tenants/caller.js';
import type { Collection } from './collection.js';
import { noteCollection } from './noted-collection.js';

/** The error for a collection that does not exist, or that the caller may not know of. */
export function missingCollection(name: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'collection', name });
}

/** @throws GatewayError `not_found` unless the collection was found and is within the caller's reach */
export function requireFound(collection: Collection | undefined, name: string): Collection {
  if (collection === undefined || !isWithinReach(collection)) throw missingCollection(name);
  return noteCollection(collection);
}

/** Whether an operation failed because its collection does not exist. */
export function isMissingCollection(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'not_found' && error.detail.subject === 'collection';
}

/**
 * Runs `operation` on a collection that was looked up before, possibly from memory. If the collection has been deleted since, runs
 * `again`, which looks it up anew; once.
 */
export async function retryIfMissing<T>(operation: () => Promise<T>, again: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!isMissingCollection(error)) throw error;
  }
  return again();
}
