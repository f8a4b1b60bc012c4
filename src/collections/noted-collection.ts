import { currentRequest } from '../observability/request-context.js';
import type { Collection } from './collection.js';

/** The request under way is for this collection: whoever watches requests reads its name. */
export function noteCollection(collection: Collection): Collection {
  const request = currentRequest();
  if (request !== undefined) {
    request.place = { tenant: collection.tenant, database: collection.database, collection: collection.name };
  }
  return collection;
}
