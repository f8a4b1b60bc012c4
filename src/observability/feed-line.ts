/** Which collection a request was for. */
export interface RequestPlace {
  readonly tenant: string;
  readonly database: string;
  readonly collection: string;
}

/** A request that is over: nothing of what its client has sent or was sent. */
export interface FeedLine {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly protocol: string;
  readonly operation: string;
  /** Undefined where it was for none, or for none that there is. */
  readonly place: RequestPlace | undefined;
  readonly status: string;
  readonly totalMs: number;
  readonly databaseMs: number;
  readonly poolMs: number;
  readonly bytes: number;
  readonly plans: readonly string[];
  /** The public part of the key; null without one. */
  readonly keyId: string | null;
}

/** Takes lines as they come; must not wait. */
export type FeedViewer = (line: FeedLine) => void;
