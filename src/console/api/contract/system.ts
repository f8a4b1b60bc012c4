/** GET `/system` (operator). */
export interface SystemState {
  readonly engine: string;
  readonly version: string;
  readonly startedAt: string;
  readonly process: { readonly rssBytes: number; readonly heapBytes: number; readonly eventLoopDelayMs: number };
  readonly database: { readonly connections: number; readonly idle: number; readonly waiting: number };
  readonly collections: { readonly pooled: number; readonly dedicated: number };
  readonly indexes: {
    readonly ready: number;
    readonly building: number;
    readonly vectors: number;
    /** 0 to 1. */
    readonly progress: number;
  };
  /** Since the start, by protocol: requests, failures, and the sum of seconds; the page makes rates of two readings. */
  readonly requests: readonly {
    readonly protocol: string;
    readonly count: number;
    readonly failures: number;
    readonly seconds: number;
  }[];
  /** Searches since the start, by how they were carried out. */
  readonly plans: readonly { readonly plan: string; readonly count: number }[];
  /** Secrets are `set` or `not set`. */
  readonly settings: readonly {
    readonly name: string;
    readonly value: string;
    readonly isDefault: boolean;
    readonly about: string;
  }[];
}

/** GET `/keys` (operator). */
export interface KeyList {
  readonly keys: readonly KeyRow[];
}

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly ('read' | 'write' | 'admin')[];
  readonly tenant: string | null;
  readonly database: string | null;
  readonly collections: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** POST `/keys`; answers 201 {@link CreatedKey}. DELETE `/keys/{id}` revokes. */
export interface NewKey {
  readonly name: string;
  readonly permissions: readonly ('read' | 'write' | 'admin')[];
  readonly tenant: string | null;
  readonly database: string | null;
  readonly collections: readonly string[] | null;
}

export interface CreatedKey extends KeyRow {
  /** Shown once: only its hash is kept. */
  readonly secret: string;
}

/**
 * GET `/backups?tenant=&database=`, POST `/collections/{uuid}/backups` with `{name}`, POST `/backups/{id}/restore` with `{name}`, DELETE `/backups/{id}`. Lists of rows, a row, the
 * {@link CollectionDetail} that it has become, and nothing. Without tenant and database: the key's, or the default ones.
 */
export interface BackupRow {
  readonly id: string;
  readonly name: string;
  readonly collection: string;
  readonly records: number;
  readonly createdAt: string;
}

/** POST `/samples` with `{tenant, database}`: makes the collection `polyvec-samples` of 1,000 records. Answers its {@link CollectionDetail}. */
export interface SampleInput {
  readonly tenant: string;
  readonly database: string;
}

/** GET `/places` (operator): where large collections lie; sizes are those of tables and indexes on the disk. */
export interface PlaceList {
  /** False: one plain Postgres, which is the only node. */
  readonly isCluster: boolean;
  readonly nodes: readonly PlaceNode[];
  /** Of all places that go from node to node, in bytes; null: none does. */
  readonly move: { readonly copied: number; readonly total: number; readonly status: string } | null;
}

export interface PlaceNode {
  /** `host:port`. */
  readonly name: string;
  readonly role: 'server' | 'coordinator' | 'worker';
  /** False: it is down, and sizes are not known. */
  readonly answers: boolean;
  /** Whether new places may be put on it. */
  readonly takesPlaces: boolean;
  /** Of all its places. */
  readonly bytes: number;
  readonly placeCount: number;
  /** The largest, at most 1,000. */
  readonly places: readonly PlaceRow[];
}

export interface PlaceRow {
  readonly place: string;
  readonly bytes: number;
  /** Null: the catalog with all collections that share tables, or one that is being dropped. */
  readonly collection: {
    readonly uuid: string;
    readonly tenant: string;
    readonly database: string;
    readonly name: string;
  } | null;
  readonly isShared: boolean;
  readonly isMoving: boolean;
}
