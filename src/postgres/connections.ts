import type pg from 'pg';
import { GatewayError } from '../errors.js';
import { measureWait } from '../observability/statement.js';
import type { AnswerBudget } from './answer-budget.js';
import type { CountedResult, Excess } from './counted-query.js';
import { isAbandoned, placeOf } from './host-client.js';
import type { PlannedRequest } from './kept-plan.js';
import { queryOn } from './measured.js';
import type { OverdueBackends } from './overdue-backends.js';
import { type Prepared, release } from './prepared.js';
import type { RetryBudget } from './retry-budget.js';
import { Slots } from './slots.js';
import { isOverdue, isReadOnly, isTooLongFilter, leavesConnectionSound, NothingDone } from './sqlstate.js';

/** No connection could be opened in the time that was left. */
export class NoTime extends Error {}

/** All connections are thrown away at most so often: the server may take no writes for long, and is still read. */
const RENEWAL_MS = 500;

/** What releasing statements may take. */
const FORGETTING_MS = 5_000;

/** How many connections there are, and what they do. */
export interface PoolState {
  readonly used: number;
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** A connection on loan. */
export class Connection {
  /** Whether it may be used again. */
  isSound = true;
  /** The server behind it takes no writes, or of several hosts it is one that does not answer: another one may by now. */
  isMisled = false;

  constructor(
    private readonly client: pg.PoolClient & { readonly processID?: number | null },
    private readonly overdue?: OverdueBackends,
    private readonly answers?: AnswerBudget,
    private readonly prepared?: Prepared,
  ) {}

  /**
   * Sends a statement; one without an answer after `limitMs`, or with one beyond the budget, is given up, and the connection with it.
   */
  async send(request: PlannedRequest, limitMs: number | undefined, excess: Excess = 'refuse'): Promise<CountedResult> {
    const limited: PlannedRequest = { ...request, query_timeout: limitMs };
    try {
      const result = await queryOn(this.client, limited, this.answers, excess);
      if (request.name !== undefined) this.prepared?.note(this.client, request.name);
      return result;
    } catch (error) {
      this.isSound &&= leavesConnectionSound(error);
      const place = placeOf(this.client);
      this.isMisled ||= isReadOnly(error) || (place !== undefined && isOverdue(error));
      const pid = this.client.processID;
      if (limitMs !== undefined && typeof pid === 'number' && isOverdue(error))
        this.overdue?.end({ pid, place, ranMs: limitMs / 2 });
      if (!isTooLongFilter(error, request.values?.length ?? 0)) throw error;
      const reason = 'the database has not enough memory for so many conditions';
      throw new GatewayError({ kind: 'invalid', subject: 'filter', reason }, { cause: error });
    }
  }
}

/** Lends the pool's connections, to so many at a time as there are; the others wait. What breaks is thrown away. */
export class Connections {
  private readonly slots: Slots;
  private readonly openedAt = new WeakMap<pg.PoolClient, number>();
  /** Those that are older lead to a server that is not wanted any more. */
  private renewedAt = -Infinity;

  constructor(
    private readonly pool: pg.Pool,
    /** Resolves when the engine takes connections. @throws GatewayError when there is no use in waiting */
    private readonly ready: () => Promise<void>,
    size: number,
    maxWaiting: number,
    private readonly overdue?: OverdueBackends,
    private readonly answers?: AnswerBudget,
    private readonly prepared?: Prepared,
  ) {
    this.slots = new Slots(size, maxWaiting);
  }

  get state(): PoolState {
    return { used: this.slots.used, idle: this.pool.idleCount, waiting: this.slots.waiting };
  }

  /**
   * Lends a connection to `work` for as long as it takes.
   * @throws Crowded when none becomes free in time, NothingDone when none can be opened, and what `work` throws
   */
  async use<T>(budget: RetryBudget, work: (connection: Connection) => Promise<T>): Promise<T> {
    await measureWait(() => this.slots.take(budget.waitMs));
    try {
      const client = await measureWait(() => this.connect(budget.waitMs));
      const connection = new Connection(client, this.overdue, this.answers, this.prepared);
      try {
        return await work(connection);
      } finally {
        await this.forget(client, connection);
        if (connection.isMisled) this.renew();
        client.release(!connection.isSound);
      }
    } finally {
      this.slots.give();
    }
  }

  /** Releases prepared statements that nobody uses any more. A connection on which that fails is not used again. */
  private async forget(client: pg.PoolClient, connection: Connection): Promise<void> {
    const names = connection.isSound ? (this.prepared?.takeRetired(client) ?? []) : [];
    if (names.length === 0) return;
    await release(client, names, FORGETTING_MS).catch(() => {
      connection.isSound = false;
    });
  }

  /** Uses none of the present connections any more: another server has taken over, and new ones may find it. */
  private renew(): void {
    const now = performance.now();
    if (now - this.renewedAt > RENEWAL_MS) this.renewedAt = now;
  }

  private async connect(limitMs: number): Promise<pg.PoolClient> {
    try {
      return await within(limitMs, this.open(), (late) => {
        late.release();
      });
    } catch (error) {
      throw error instanceof GatewayError ? error : new NothingDone(error);
    }
  }

  private async open(): Promise<pg.PoolClient> {
    await this.ready();
    for (;;) {
      const client = await this.pool.connect();
      const opened = this.openedAt.get(client) ?? performance.now();
      this.openedAt.set(client, opened);
      if (opened >= this.renewedAt && !isAbandoned(client)) return client;
      client.release(true);
    }
  }
}

/** What `promise` gives within the time; what it gives later goes to `late`. @throws NoTime after it */
async function within<T>(limitMs: number, promise: Promise<T>, late: (value: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new NoTime('no connection could be opened in time'));
    }, limitMs);
  });
  promise.then(
    (value) => {
      if (isLate) late(value);
    },
    () => undefined,
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
