/** What went wrong; every protocol words it for its clients in its own way. */
export type ErrorKind =
  | 'invalid'
  | 'not_found'
  | 'already_exists'
  | 'conflict'
  | 'unauthenticated'
  | 'forbidden'
  | 'misdirected'
  | 'too_large'
  | 'unsupported'
  | 'unavailable'
  | 'internal';

/**
 * What is unavailable at the moment. `statement`: it took too long. `capacity`: no connection became free in time. `storage`: the
 * database's disk is full. `read_only`: the database accepts no writes, for example during a failover.
 */
export type Unavailable = 'database' | 'statement' | 'capacity' | 'storage' | 'read_only' | 'embedding' | 'rerank';

/** A limit that a request can exceed by what it asks for. */
export type LimitName =
  | 'maxRecords'
  | 'maxIds'
  | 'maxResults'
  | 'maxMatches'
  | 'maxSearches'
  | 'searchesTimeoutMs'
  | 'maxAnswerBytes'
  | 'maxFilterPredicates'
  | 'maxFilterDepth'
  | 'maxFilterValues'
  | 'maxFilterBytes'
  | 'maxRegexCharacters'
  | 'maxMetadataBytes'
  | 'maxMetadataKeys'
  | 'maxMetadataKeyBytes'
  | 'maxDocumentBytes'
  | 'maxIdBytes'
  | 'maxNameBytes';

/** What a request asks for, and what a limit of this gateway allows. */
export interface ExceededLimit {
  readonly limit: LimitName;
  readonly allowed: number;
  readonly actual: number;
}

/** Kind, subject and the values a protocol may want to put into its own sentence; never wire text. */
export type ErrorDetail =
  | { readonly kind: 'invalid'; readonly subject: 'dimension'; readonly expected: number; readonly actual: number }
  | { readonly kind: 'invalid'; readonly subject: 'dimensions' }
  | { readonly kind: 'invalid'; readonly subject: 'dimension_limit'; readonly limit: number; readonly actual: number }
  /** A dense vector for a collection of sparse ones, or the other way round. */
  | { readonly kind: 'invalid'; readonly subject: 'vector_type'; readonly expected: 'dense' | 'sparse' }
  | { readonly kind: 'invalid'; readonly subject: 'filter'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly subject: 'pattern'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly subject: 'text'; readonly reason: string }
  | ({ readonly kind: 'invalid'; readonly subject: 'limit' } & ExceededLimit)
  | {
      readonly kind: 'not_found';
      readonly subject:
        'tenant' | 'database' | 'collection' | 'namespace' | 'snapshot' | 'restore_job' | 'backup_schedule' | 'model';
      readonly name: string;
    }
  | {
      readonly kind: 'already_exists';
      readonly subject: 'tenant' | 'database' | 'collection' | 'resource_name' | 'namespace' | 'snapshot' | 'backup_schedule';
      readonly name: string;
      /** What has the name, where the client's protocol does not show it: another protocol's collection without a dimension. */
      readonly hidden?: { readonly protocol: string; readonly metric: string };
    }
  | { readonly kind: 'conflict'; readonly subject: 'collection'; readonly name: string }
  | { readonly kind: 'forbidden'; readonly subject: 'reset' | 'deletion'; readonly name?: string }
  /** A web page of another site sent it. */
  | { readonly kind: 'forbidden'; readonly subject: 'origin'; readonly origin: string }
  /** It is for a host that this gateway does not answer for. */
  | { readonly kind: 'misdirected'; readonly subject: 'host'; readonly host: string }
  /** The caller's key does not allow this. */
  | { readonly kind: 'forbidden'; readonly subject: 'permission' }
  | { readonly kind: 'too_large'; readonly subject: 'body'; readonly limitBytes: number }
  | ({ readonly kind: 'too_large'; readonly subject: 'batch' } & ExceededLimit)
  | { readonly kind: 'unsupported'; readonly subject: string }
  | { readonly kind: 'unavailable'; readonly subject: Unavailable; readonly retryAfterMs?: number }
  /** The bodies of the requests in progress use all the memory that is reserved for them. */
  | { readonly kind: 'unavailable'; readonly subject: 'bodies'; readonly limitBytes: number; readonly retryAfterMs: number }
  /** What requests in progress have read uses all the memory that is reserved for it. */
  | { readonly kind: 'unavailable'; readonly subject: 'answers'; readonly limitBytes: number; readonly retryAfterMs: number }
  | { readonly kind: 'unauthenticated'; readonly subject: 'key' }
  | { readonly kind: 'internal'; readonly subject: string };

/** Whether what was read is more than a request may have in memory at a time, or than all requests together may. */
export function isBeyondAnswerBudget(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  const { detail } = error;
  if (detail.kind === 'unavailable') return detail.subject === 'answers';
  return detail.kind === 'invalid' && detail.subject === 'limit' && detail.limit === 'maxAnswerBytes';
}

/** An error that a client may read. Everything else that is thrown is our bug, and the client reads "internal error". */
export class GatewayError extends Error {
  constructor(
    readonly detail: ErrorDetail,
    options?: ErrorOptions,
  ) {
    super(`${detail.kind}: ${detail.subject}`, options);
  }

  get kind(): ErrorKind {
    return this.detail.kind;
  }
}
