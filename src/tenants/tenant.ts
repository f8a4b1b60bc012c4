/** A customer: everything below it is invisible to every other one. */
export interface Tenant {
  readonly name: string;
  /** The first part of a Chroma resource name; null until one is given. */
  readonly resourceName: string | null;
  /** Pinecone's project id. */
  readonly shortId: string;
}

/** A named group of collections within a tenant. */
export interface TenantDatabase {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
}

/** Where a request looks for collections. */
export interface Scope {
  readonly tenant: string;
  readonly database: string;
}

/** One page of a list: how many to skip, how many to give at most. */
export interface Page {
  readonly offset: number;
  readonly limit: number | null;
}

export const DEFAULT_TENANT = 'default_tenant';
export const DEFAULT_DATABASE = 'default_database';
