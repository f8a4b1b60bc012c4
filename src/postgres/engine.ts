/** How the embedded engine and a server differ. */
export interface EngineTraits {
  /** For the start-up log, such as `Postgres 17.2, pgvector 0.8.1`. */
  readonly description: string;
  readonly vectorOid: number;
  /** So many statements may be prepared under a name by each connection; none behind a pooler, which shares sessions. */
  readonly namedStatements: number;
  /** A session may keep the plan of a statement that says so; Citus plans for nodes, and was not tried. */
  readonly keepsPlans: boolean;
  /** An index is built while others work; the embedded engine does nothing else meanwhile. */
  readonly concurrentIndexes: boolean;
  /** A list of keys is looked up in an index key by key, statistics or not: from Postgres 17 on. */
  readonly keyListsByIndex: boolean;
  /** How often the embedded engine has been restarted. */
  readonly restarts?: () => number;
}

/** `namedStatements`: a kept plan takes about 50 KB of its session, and all connections to the embedded engine share one. */
export const NAMED_STATEMENTS = { server: 200, embedded: 64 } as const;

/** Where the engine's own messages go. */
export type EngineLog = (level: 'info' | 'warn' | 'error', message: string) => void;
