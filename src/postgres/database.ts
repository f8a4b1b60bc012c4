import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { GatewayError } from '../errors.js';
import type { DatabaseFigures } from '../observability/gateway-metrics.js';
import { currentRequest } from '../observability/request-context.js';
import { type Connection, Connections, NoTime } from './connections.js';
import type { EngineTraits } from './engine.js';
import { FaultLog, isFault } from './fault-log.js';
import { FailureCounts } from './measured.js';
import type { Access } from './pooler.js';
import { Prepared } from './prepared.js';
import type { ReadReplica } from './read-replica.js';
import { GRACE_MS, RetryBudget } from './retry-budget.js';
import type { Service } from './service.js';
import { type Session, Sessions } from './sessions.js';
import { Crowded } from './slots.js';
import type { Sql } from './sql.js';
import { effectOf, NothingDone, translateDatabaseError } from './sqlstate.js';
import { isRead, Statements } from './statements.js';

/** A row as the wire gives it: every value is text or null. */
export type Row = Readonly<Record<string, string | null>>;

/** Whatever statements can be sent to: the database, or one transaction of it. */
export interface Queryable {
  /** Rows in the statement's order; values are Postgres' text form, nothing is converted. */
  query<T extends object = Row>(statement: Sql): Promise<readonly T[]>;
  /** As many of the first rows as the budget of answers has place for, at least one; only in a transaction are they ever cut. */
  queryFirst<T extends object = Row>(statement: Sql): Promise<FirstRows<T>>;
  /** Sends text that may hold several statements and no values: definitions, maintenance. */
  script(text: string): Promise<void>;
  /** The object id of pgvector's type in this database, which binary parameters must name. */
  readonly vectorOid: number;
}

/** Rows, and whether there are more of them. */
export interface FirstRows<T> {
  readonly rows: readonly T[];
  readonly isCut: boolean;
}

/** `snapshot`: reads see one moment, writes are refused. `long`: a write whose statements the server alone may end. */
export type TransactionMode = 'write' | 'snapshot' | 'long';

const UNLIMITED: Service = { connections: Infinity, maxWaiting: 0, waitMs: 30_000, statementMs: Infinity, log: () => undefined };
/** As long as a timer can run. */
const NO_LIMIT_MS = 2 ** 31 - 1;
/** No client waits for background work, so it may wait. */
const BACKGROUND_WAIT_MS = 30_000;
/** For a statement of a request that has waited long already: most of its work is done. */
const LEAST_WAIT_MS = 250;
/** A standby that does not take a connection within this is treated as down: the primary answers. */
const STANDBY_WAIT_MS = 1_000;

/** The pool of connections. Every error that leaves it is a `GatewayError` where a client can act on it. */
export class Database implements Queryable {
  private readonly statements: Statements;
  private readonly failures = new FailureCounts();
  private readonly faultLog: FaultLog;
  private readonly primary: Connections;
  private readonly standby: Connections | undefined;
  /** What the statements of some work may take, in milliseconds. */
  private readonly patience = new AsyncLocalStorage<number>();
  private askedAt = -Infinity;

  constructor(
    private readonly pool: pg.Pool,
    readonly traits: EngineTraits,
    /** Resolves when the engine takes connections; the embedded one may just be starting again. */
    private readonly ready: () => Promise<void>,
    private readonly release: () => Promise<void>,
    private readonly access: Access = { sessions: new Sessions(pool.options, 'own'), transactionSettings: '' },
    private readonly service: Service = UNLIMITED,
  ) {
    const { connections, maxWaiting } = service;
    this.statements = new Statements(traits.namedStatements);
    this.faultLog = new FaultLog(service.log);
    const prepared = (): Prepared => new Prepared((name) => this.statements.isRetired(name));
    this.primary = new Connections(pool, ready, connections, maxWaiting, access.sessions.overdue, service.answers, prepared());
    const { replica } = access;
    this.standby =
      replica && new Connections(replica.pool, ready, connections, maxWaiting, undefined, service.answers, prepared());
  }

  get vectorOid(): number {
    return this.traits.vectorOid;
  }

  /** When a request last wanted something of it, by the clock of `performance`; background work does not count. */
  get lastAskedAt(): number {
    return this.askedAt;
  }

  /** Must be notified of every write to a collection. */
  get replica(): ReadReplica | undefined {
    return this.access.replica;
  }

  /** Where the standby answers: undefined when it is the primary that does. */
  private get standbyInUse(): Connections | undefined {
    return this.replica?.isInUse === true ? this.standby : undefined;
  }

  /**
   * Sends one statement, which is its own transaction. It is sent again when it is certain to have done nothing, for about two seconds, and
   * when it only reads and its connection broke.
   */
  async query<T extends object = Row>(statement: Sql): Promise<readonly T[]> {
    const request = this.statements.request(statement, this.traits.keepsPlans);
    const rows = (budget: RetryBudget, connections: Connections): Promise<T[]> =>
      connections.use(
        budget,
        async (connection) => (await connection.send(request, budget.statementMs, 'refuse_reads')).rows as T[],
      );
    return this.persist(rows, () => isRead(request.text));
  }

  /** As `query`: there is no transaction in which the other rows could be read. */
  async queryFirst<T extends object = Row>(statement: Sql): Promise<FirstRows<T>> {
    return { rows: await this.query<T>(statement), isCut: false };
  }

  /** What the present request may read, in bytes; undefined: as much as there is. */
  get answerBytes(): number | undefined {
    const { answers } = this.service;
    return answers?.share() === undefined ? undefined : answers.answerBytes;
  }

  /** Of all rows that the present request has read, only so many bytes are still in memory: the others may be used again. */
  settleAnswer(bytes: number): void {
    this.service.answers?.share()?.settle(bytes);
  }

  /**
   * Runs `work` in one transaction: what it throws undoes everything. It is run again under the conditions of `query`; a connection that
   * breaks before the end has undone everything, too.
   */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>, mode: TransactionMode = 'write'): Promise<T> {
    const attempt = (budget: RetryBudget, connections: Connections): Promise<T> =>
      connections.use(budget, (connection) => this.attempt(budget, connection, work, mode));
    return this.persist(attempt, () => mode === 'snapshot');
  }

  /** As in `Queryable`; outside of any transaction but the text's own. For background work. */
  async script(text: string): Promise<void> {
    const budget = new RetryBudget({ ...this.service, waitMs: Math.max(this.service.waitMs, BACKGROUND_WAIT_MS) });
    await this.primary.use(budget, (connection) => connection.send({ text }, budget.statementMs));
  }

  /**
   * Opens a connection apart from the pool, on which a statement may take as long as it likes, and closes it when `work` is done.
   */
  async session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.ready();
    return this.access.sessions.run(work);
  }

  /** Runs work whose statements may take no longer than this, on a server: the embedded engine ends none without all others. */
  async limited<T>(statementMs: number, work: () => Promise<T>): Promise<T> {
    return this.patience.run(statementMs, work);
  }

  /** Since the start; the replica's connections are not among them. */
  figures(): DatabaseFigures {
    return { connections: this.primary.state, errors: this.failures.counts, engineRestarts: this.traits.restarts?.() ?? 0 };
  }

  /** Cancels what is under way on the connections apart from the pool; it fails then. The embedded engine finishes first. */
  async cancelSessions(): Promise<void> {
    await this.access.sessions.cancel();
  }

  async close(): Promise<void> {
    await this.replica?.close();
    await this.pool.end();
    await this.release();
  }

  /** The time that a request's earlier statements waited for connections is subtracted from that of later ones. */
  private get waitMs(): number {
    const { waitMs } = this.service;
    const request = currentRequest();
    // statements that wait side by side add up, which is more than has passed
    const waited = request === undefined ? 0 : Math.min(request.poolMs, performance.now() - request.startedAt);
    return Math.max(Math.min(waitMs, LEAST_WAIT_MS), waitMs - waited);
  }

  private get statementMs(): number {
    const { statementMs } = this.service;
    return statementMs === Infinity ? Infinity : Math.min(statementMs, this.patience.getStore() ?? Infinity);
  }

  private async persist<T>(
    work: (budget: RetryBudget, connections: Connections) => Promise<T>,
    onlyReads: () => boolean,
  ): Promise<T> {
    if (currentRequest() !== undefined) this.askedAt = performance.now();
    const { standbyInUse } = this;
    const waitMs = standbyInUse === undefined ? this.waitMs : Math.min(this.waitMs, STANDBY_WAIT_MS);
    const budget = new RetryBudget({ waitMs, statementMs: this.statementMs });
    let reason: unknown;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(budget, standbyInUse ?? this.primary);
      } catch (error) {
        const effect = effectOf(error);
        // that there is no time for another attempt is not why there had to be one
        if (reason === undefined || !isOutOfTime(error)) reason = error;
        // what the standby does not answer, the primary does
        const isFinal = standbyInUse !== undefined && effect !== 'rolled_back';
        const pause = isFinal ? undefined : budget.pauseAfter(attempt, effect, onlyReads());
        if (pause === undefined) throw this.translated(reason);
        await sleep(pause);
      }
    }
  }

  private async attempt<T>(
    budget: RetryBudget,
    connection: Connection,
    work: (transaction: Queryable) => Promise<T>,
    mode: TransactionMode,
  ): Promise<T> {
    const begin = mode === 'snapshot' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN';
    const { statementMs } = this;
    const limitMs = statementMs === Infinity ? undefined : mode === 'long' ? NO_LIMIT_MS : statementMs + GRACE_MS;
    let isEnding = false;
    try {
      await connection.send({ text: begin + this.access.transactionSettings }, budget.statementMs);
      const result = await work({
        vectorOid: this.vectorOid,
        query: async <R extends object>(statement: Sql) =>
          (await connection.send(this.statements.request(statement), limitMs)).rows as R[],
        queryFirst: async <R extends object>(statement: Sql): Promise<FirstRows<R>> =>
          connection.send(this.statements.request(statement), limitMs, 'cut'),
        script: async (text: string) => {
          await connection.send({ text }, limitMs);
        },
      });
      isEnding = true;
      await connection.send({ text: 'COMMIT' }, limitMs);
      return result;
    } catch (error) {
      if (connection.isSound) await rollBack(connection, limitMs);
      // without a COMMIT nothing stays
      throw !isEnding && effectOf(error) === 'unknown' ? new NothingDone(error) : error;
    }
  }

  /** The error as a `GatewayError` where it has one, counted, and logged when it is the database's fault. */
  private translated(error: unknown): unknown {
    const meaning = this.failures.noted(error, translateDatabaseError(error));
    if (!(meaning instanceof GatewayError) || meaning.kind !== 'unavailable') return meaning;
    const { subject } = meaning.detail;
    if (isFault(subject)) this.faultLog.note(subject, meaning.cause);
    return meaning;
  }
}

function isOutOfTime(error: unknown): boolean {
  return error instanceof Crowded || (error instanceof NothingDone && error.cause instanceof NoTime);
}

async function rollBack(connection: Connection, limitMs: number | undefined): Promise<void> {
  try {
    await connection.send({ text: 'ROLLBACK' }, limitMs);
  } catch {
    // its next user would be inside of the transaction
    connection.isSound = false;
  }
}
