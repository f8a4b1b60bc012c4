import pg from 'pg';
import { GatewayError } from '../errors.js';
import { isRolledBack, translateDatabaseError } from './sqlstate.js';
import { sql, type Sql } from './sql.js';

/** A row as the wire gives it: every value is text or null. */
export type Row = Readonly<Record<string, string | null>>;

/** Whatever statements can be sent to: the database, or one transaction of it. */
export interface Queryable {
  /** Rows in the statement's order; values are Postgres' text form, nothing is converted. */
  query<T extends object = Row>(statement: Sql): Promise<readonly T[]>;
  /** Sends text that may hold several statements and no values: definitions, maintenance. */
  script(text: string): Promise<void>;
  /** The object id of pgvector's type in this database, which binary parameters must name. */
  readonly vectorOid: number;
}

/** A connection apart from the pool, for work that takes long. */
export interface Session {
  script(text: string): Promise<void>;
}

/** What the embedded engine and a server differ in. */
export interface EngineTraits {
  /** For the start-up log, such as `Postgres 17.2, pgvector 0.8.1`. */
  readonly description: string;
  readonly vectorOid: number;
  /** Statements may be prepared under a name, and settings stay with who made them: each connection is a session of its own. */
  readonly namedStatements: boolean;
  /** An index is built while others work; the embedded engine does nothing else meanwhile. */
  readonly concurrentIndexes: boolean;
  /** A list of keys is looked up in an index key by key, statistics or not: from Postgres 17 on. */
  readonly keyListsByIndex: boolean;
}

/** Statements of the same text are prepared once per connection; beyond this many texts no new ones are. */
const MAX_NAMED_STATEMENTS = 200;
/** Filters of many conditions make longer texts, which are hardly ever sent again. */
const MAX_NAMED_LENGTH = 50_000;
/** Texts that are kept in mind to see whether they come again. */
const MAX_SEEN_STATEMENTS = 1_000;
const MAX_ATTEMPTS = 5;
/** The protocol counts them in 16 bits. */
const MAX_PARAMETERS = 65_535;
const RAW_TYPES = { getTypeParser: () => (value: unknown) => value };

/** The pool of connections. Every error that leaves it is a `GatewayError` where a client can act on it. */
export class Database implements Queryable {
  private readonly names = new Map<string, string>();
  private readonly seen = new Set<string>();
  /** The server's numbers of the sessions that are open. */
  private readonly backends = new Set<number>();

  constructor(
    private readonly pool: pg.Pool,
    readonly traits: EngineTraits,
    /** Resolves when the engine takes connections; the embedded one may just be starting again. */
    private readonly ready: () => Promise<void>,
    private readonly release: () => Promise<void>,
  ) {}

  get vectorOid(): number {
    return this.traits.vectorOid;
  }

  /** Sends one statement. It is its own transaction; one that lost a deadlock is sent again. */
  async query<T extends object = Row>(statement: Sql): Promise<readonly T[]> {
    const request = this.request(statement);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.ready();
        const result = await this.pool.query(request);
        return result.rows as T[];
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isRolledBack(error)) continue;
        throw translateDatabaseError(error);
      }
    }
  }

  /** Runs `work` in one transaction: what it throws undoes everything. `snapshot`: reads see one moment, writes are refused. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>, mode: 'write' | 'snapshot' = 'write'): Promise<T> {
    const begin = mode === 'write' ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(begin, work);
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isRolledBack(error)) continue;
        throw translateDatabaseError(error);
      }
    }
  }

  /** As in `Queryable`; outside of any transaction but the text's own. */
  async script(text: string): Promise<void> {
    await this.ready();
    await this.pool.query(text);
  }

  /**
   * Opens a connection apart from the pool, on which a statement may take as long as it likes, and closes it when `work` is done. The
   * embedded engine has one session for all: what is set there must be set back.
   */
  async session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.ready();
    const client = new pg.Client(this.pool.options);
    // one that breaks fails its statement, which tells its caller; without a listener it would end the process, too
    client.on('error', () => undefined);
    await client.connect();
    let backend: number | undefined;
    try {
      if (this.traits.namedStatements) {
        await client.query('SET statement_timeout = 0');
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        backend = rows[0]?.pid;
      }
      if (backend !== undefined) this.backends.add(backend);
      return await work({
        script: async (text) => {
          await client.query(text);
        },
      });
    } finally {
      if (backend !== undefined) this.backends.delete(backend);
      await client.end();
    }
  }

  /** Cancels what is under way on the connections apart from the pool; it fails then. The embedded engine finishes first. */
  async cancelSessions(): Promise<void> {
    for (const backend of this.backends) await this.query(sql`SELECT pg_cancel_backend(${backend})`);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.release();
  }

  private async attempt<T>(begin: string, work: (transaction: Queryable) => Promise<T>): Promise<T> {
    await this.ready();
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const result = await work({
        vectorOid: this.vectorOid,
        query: async <R extends object>(statement: Sql) => (await client.query(this.request(statement))).rows as R[],
        script: async (text: string) => {
          await client.query(text);
        },
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: unknown) => {
        broken = cause as Error;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private request(statement: Sql): pg.QueryConfig {
    if (statement.values.length > MAX_PARAMETERS) {
      throw new GatewayError({ kind: 'invalid', subject: 'filter', reason: 'it has too many conditions' });
    }
    const text = statement.text;
    const name = this.traits.namedStatements ? this.nameOf(text) : undefined;
    return { name, text, values: statement.parameters, types: RAW_TYPES };
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MAX_NAMED_STATEMENTS || text.length > MAX_NAMED_LENGTH) return known;
    if (!this.hasComeBefore(text)) return undefined;
    const name = `polyvec_${String(this.names.size)}`;
    this.names.set(text, name);
    return name;
  }

  /** A name is for good: what comes once only gets none. */
  private hasComeBefore(text: string): boolean {
    if (this.seen.delete(text)) return true;
    if (this.seen.size >= MAX_SEEN_STATEMENTS) this.seen.clear();
    this.seen.add(text);
    return false;
  }
}
