import type { CollectionPage, CollectionRow } from '../../../src/console/api/contract/collections.js';
import { call, withParameters } from '../api.js';

/** The first page. Where there are more collections, the second one has all the others. */
const PAGE = 200;
/** So many are listed; what lies behind is found by its tenant and database. */
export const MOST_COLLECTIONS = 10_000;
/** So many are looked at again at a time. */
const MOST_AGAIN = 100;

export interface Within {
  readonly tenant: string | null;
  readonly database: string | null;
}

/** All collections within the key's reach, of a tenant and a database where they are named. */
export async function loadCollections({ tenant, database }: Within, signal?: AbortSignal): Promise<readonly CollectionRow[]> {
  const rows: CollectionRow[] = [];
  let after: string | null = null;
  do {
    const limit = after === null ? PAGE : MOST_COLLECTIONS - rows.length;
    const path: string = withParameters('/collections', { tenant, database, after, limit });
    const page: CollectionPage = await call('GET', path, { signal });
    rows.push(...page.collections);
    after = page.next;
  } while (after !== null && rows.length < MOST_COLLECTIONS);
  return rows;
}

/** The list with those of its rows as they are now whose indexes were being built: they alone change by themselves. */
export async function withBuildingAgain(rows: readonly CollectionRow[], signal?: AbortSignal): Promise<readonly CollectionRow[]> {
  const uuids = rows.filter(isBuilding).map(({ uuid }) => uuid);
  const only = uuids.slice(0, MOST_AGAIN).join(',');
  const page = await call<CollectionPage>('GET', withParameters('/collections', { only }), { signal });
  const now = new Map(page.collections.map((row) => [row.uuid, row]));
  return rows.map((row) => now.get(row.uuid) ?? row);
}

export function isBuilding({ indexes }: CollectionRow): boolean {
  return indexes.isBuilding;
}
