import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { GatewayError } from '../errors.js';
import type { EngineLog } from './engine.js';
import { translateDatabaseError } from './sqlstate.js';

/** How long a replica that has failed is not used. */
const REST_MS = 5_000;
/** How long its identity is not checked again. */
const KNOWN_MS = 1_000;
/** The longest that a query of its state may take. */
const LIMIT_MS = 1_000;
/** With more collections than this, their writes are tracked together. */
const MAX_WRITTEN = 10_000;
/** Stands for all collections. */
const EVERYTHING = '';
/** No two databases were created in the same microsecond. */
const IDENTITY = `
  SELECT pg_is_in_recovery() AS standby, (SELECT extract(epoch FROM min(applied_at)) FROM polyvec.migrations) AS created`;

type Identity = Readonly<{ standby: boolean; created: string }>;
type Seen = Readonly<{ seen: boolean | null }>;

/** A write of this instance, and the position in the primary's log that contains it: known once a read has asked. */
interface Written {
  position: string | undefined;
}

/** A streaming standby, for reads that may miss what other processes have just written, but nothing that this one has. */
export class ReadReplica {
  /** Reads that run on the standby, while they run. */
  private readonly reads = new AsyncLocalStorage<{ isRunning: boolean }>();
  private readonly written = new Map<string, Written>();
  /** By the clock of `performance`. */
  private knownUntil = 0;
  private restsUntil = 0;
  private asking: Promise<void> | undefined;

  /** When the primary's database was created, once it has been asked. */
  private created: string | undefined;

  constructor(
    /** For questions about where the primary is, apart from the pool that requests wait for. */
    private readonly primary: pg.Pool,
    private readonly standby: pg.Pool,
    private readonly log: EngineLog,
  ) {}

  /** The standby's connections. */
  get pool(): pg.Pool {
    return this.standby;
  }

  /** Whether statements of the current read are the standby's. */
  get isInUse(): boolean {
    return this.reads.getStore()?.isRunning === true;
  }

  /** Something of a collection has been written, or of any. */
  wrote(uuid: string = EVERYTHING): void {
    if (this.written.size >= MAX_WRITTEN) {
      this.written.clear();
      this.written.set(EVERYTHING, { position: undefined });
    }
    this.written.set(uuid, { position: undefined });
  }

  /**
   * Runs `work`, which only reads, and only one collection: on the standby when that has all that was written here before, else on the
   * primary. What the standby cannot answer, the primary does, from the beginning.
   */
  async read<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    if (performance.now() < this.restsUntil) return work();
    const read = { isRunning: true };
    try {
      if (performance.now() > this.knownUntil) await this.requireStandby();
      if (await this.hasSeen(uuid)) return await this.reads.run(read, work);
    } catch (error) {
      this.knownUntil = 0;
      // there is no time left for another try
      if (isOverdue(error)) throw error;
      this.restAfter(error);
    } finally {
      // work that the read has started goes on
      read.isRunning = false;
    }
    return work();
  }

  async close(): Promise<void> {
    await Promise.all([this.standby.end(), this.primary.end()]);
  }

  /** Another server would answer with other data, and one that is silent would be waited for. */
  private async requireStandby(): Promise<void> {
    // concurrent reads share the answer
    this.asking ??= this.checkIdentity().finally(() => {
      this.asking = undefined;
    });
    await this.asking;
  }

  private async checkIdentity(): Promise<void> {
    this.created ??= (await ask<Identity>(this.primary, IDENTITY))?.created;
    const standby = await ask<Identity>(this.standby, IDENTITY);
    if (standby?.standby !== true || standby.created !== this.created) throw new Error('it is no standby of the database');
    this.knownUntil = performance.now() + KNOWN_MS;
  }

  private async hasSeen(uuid: string): Promise<boolean> {
    for (const key of [EVERYTHING, uuid]) {
      const written = this.written.get(key);
      if (written === undefined) continue;
      const position = written.position ?? (await this.position());
      written.position = position;
      const state = await ask<Seen>(this.standby, 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS seen', [position]);
      if (state?.seen !== true) return false;
      // unless there has been another one meanwhile
      if (this.written.get(key) === written) this.written.delete(key);
    }
    return true;
  }

  private async position(): Promise<string> {
    const state = await ask<{ readonly position: string }>(this.primary, 'SELECT pg_current_wal_lsn() AS position');
    return state?.position ?? '';
  }

  private restAfter(error: unknown): void {
    const translated = translateDatabaseError(error);
    const isAnswer = translated instanceof GatewayError && translated.kind !== 'unavailable';
    if (isAnswer) return;
    this.restsUntil = performance.now() + REST_MS;
    this.log('warn', `the replica is not used, but the primary, for ${String(REST_MS / 1000)} s: ${String(error)}`);
  }
}

/** The answer's only row. */
async function ask<T extends object>(pool: pg.Pool, text: string, values: readonly string[] = []): Promise<T | undefined> {
  const question: pg.QueryConfig & { readonly query_timeout: number } = { text, values: [...values], query_timeout: LIMIT_MS };
  return (await pool.query<T>(question)).rows[0];
}

function isOverdue(error: unknown): boolean {
  return error instanceof GatewayError && error.kind === 'unavailable' && error.detail.subject === 'statement';
}
