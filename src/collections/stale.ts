import { isUndefinedTable } from '../postgres/sqlstate.js';
import { isPooled, type Collection } from './collection.js';

/** Tables that a statement names are not there. */
export class TablesGone {
  constructor(readonly cause: unknown) {}
}

/** A statement on tables that are gone by now is stale, too: its collection has been deleted. */
export async function untilGone<T>(
  statement: (current: Collection) => Promise<T | 'stale'>,
  collection: Collection,
): Promise<T | 'stale' | TablesGone> {
  try {
    return await statement(collection);
  } catch (error) {
    if (!isPooled(collection) && isUndefinedTable(error)) return new TablesGone(error);
    throw error;
  }
}

/** Whether the catalog has moved on from what a statement was made of. */
export function isStale(result: unknown): result is 'stale' | TablesGone {
  return result === 'stale' || result instanceof TablesGone;
}
