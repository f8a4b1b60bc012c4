import { AsyncLocalStorage } from 'node:async_hooks';
import { GatewayError } from '../errors.js';
import { currentRequest } from '../observability/request-context.js';
import { matchesName } from './name-pattern.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT, type Scope } from './tenant.js';

/** What a key may do: `read` reads, `write` changes records and collections, `admin` changes tenants, databases and everything at once. */
export type Permission = 'read' | 'write' | 'admin';

export const PERMISSIONS: readonly Permission[] = ['read', 'write', 'admin'];

/** On whose behalf something is done, and how far that reaches. */
export interface Caller {
  /** The public part of the key; null without one. */
  readonly keyId: string | null;
  readonly permissions: ReadonlySet<Permission>;
  /** Null: every tenant. */
  readonly tenant: string | null;
  /** Null: every database of the tenant. */
  readonly database: string | null;
  /** Patterns of collections' names; null: every collection. */
  readonly collections: readonly string[] | null;
}

/** The gateway itself, and clients of one that asks for no keys. */
export const EVERYONE: Caller = {
  keyId: null,
  permissions: new Set(PERMISSIONS),
  tenant: null,
  database: null,
  collections: null,
};

/** The caller of a request; undefined until its key is known, which some routes do not ask for. */
interface CallerHolder {
  caller: Caller | undefined;
}

const holders = new AsyncLocalStorage<CallerHolder>();

/** Reaches nothing: no tenant has this name. */
const NOBODY: Caller = { keyId: null, permissions: new Set(), tenant: '', database: '', collections: [] };

/** No tenant and no database has these names. */
const NOWHERE: Scope = { tenant: '', database: '' };

/** Runs a request's work on behalf of its caller; `undefined`: nobody, who may do nothing. */
export function runAs<T>(caller: Caller | undefined, work: () => T): T {
  const request = currentRequest();
  if (request !== undefined) request.keyId = caller?.keyId ?? null;
  return holders.run({ caller }, work);
}

/** The caller of the request under way; the gateway itself outside of requests. */
export function currentCaller(): Caller {
  const holder = holders.getStore();
  return holder === undefined ? EVERYONE : (holder.caller ?? NOBODY);
}

/** Whether the current request has identified its caller. */
export function isKnownCaller(): boolean {
  return currentCaller() !== NOBODY;
}

/** Where the caller of a protocol without tenants looks for collections. */
export function callerScope(): Scope {
  const { tenant, database } = currentCaller();
  return { tenant: tenant ?? DEFAULT_TENANT, database: database ?? DEFAULT_DATABASE };
}

/** The place itself, or one where there is nothing, when it is out of the caller's reach: both look the same then. */
export function withinReach(scope: Scope): Scope {
  const { tenant, database } = currentCaller();
  const isReached = (tenant === null || tenant === scope.tenant) && (database === null || database === scope.database);
  return isReached ? scope : NOWHERE;
}

/** A place, and which names the caller may know of there. */
export interface Reach extends Scope {
  /** Patterns, or null for all. */
  readonly named: readonly string[] | null;
}

/** What of the place the caller reaches. */
export function reachOf(scope: Scope): Reach {
  const { tenant, database } = withinReach(scope);
  return { tenant, database, named: currentCaller().collections };
}

/** The tenant's name, or one that no tenant has, when it is out of the caller's reach. */
export function tenantWithinReach(name: string): string {
  const { tenant } = currentCaller();
  return tenant === null || tenant === name ? name : NOWHERE.tenant;
}

/** Whether the caller may know of the collection. */
export function isWithinReach(collection: Scope & { readonly name: string }): boolean {
  return withinReach(collection) !== NOWHERE && isNameWithinReach(collection.name);
}

function isNameWithinReach(name: string): boolean {
  const { collections } = currentCaller();
  return collections === null || collections.some((pattern) => matchesName(pattern, name));
}

/** @throws GatewayError `forbidden` when the caller's key is not for collections of that name */
export function requireNameWithinReach(name: string): void {
  if (!isNameWithinReach(name)) throw new GatewayError({ kind: 'forbidden', subject: 'permission' });
}

/** @throws GatewayError `forbidden` unless the caller reaches every tenant */
export function requireEveryTenant(): void {
  if (currentCaller().tenant !== null) throw new GatewayError({ kind: 'forbidden', subject: 'permission' });
}

/** @throws GatewayError `forbidden` when the caller's key is for some collections only: what it did would reach others */
export function requireEveryCollection(): void {
  if (currentCaller().collections !== null) throw new GatewayError({ kind: 'forbidden', subject: 'permission' });
}

/** @throws GatewayError `unauthenticated` without a key, `forbidden` with one that is not for this */
export function requirePermission(permission: Permission | 'key'): void {
  if (!isKnownCaller()) throw new GatewayError({ kind: 'unauthenticated', subject: 'key' });
  if (permission !== 'key' && !currentCaller().permissions.has(permission)) {
    throw new GatewayError({ kind: 'forbidden', subject: 'permission' });
  }
}
