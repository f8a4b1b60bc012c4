/** A gateway's own state, as probes report it. */
export type Phase = 'starting' | 'serving' | 'stopping';

/** Where a gateway is in its life; it never goes back. */
export class Lifecycle {
  private current: Phase = 'starting';
  private readonly stopped = new AbortController();

  get phase(): Phase {
    return this.current;
  }

  /** Aborted when it stops: for answers that would go on for ever. */
  get stopping(): AbortSignal {
    return this.stopped.signal;
  }

  /** The database is there, and every port is open. */
  serve(): void {
    if (this.current === 'starting') this.current = 'serving';
  }

  /** New requests had better go elsewhere. */
  stop(): void {
    this.current = 'stopping';
    this.stopped.abort();
  }
}
