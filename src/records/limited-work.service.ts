import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { currentRequest } from '../observability/request-context.js';
import { Database } from '../postgres/database.js';
import { Slots } from '../postgres/slots.js';

const AT_A_TIME = 2;
const MAX_WAITING = 100;
const WAIT_MS = 10_000;
const STATEMENT_MS = 5_000;

/**
 * Runs work that holds a connection for long, when a slot is free. Not at all when the request that it is for has ended meanwhile.
 * @throws GatewayError `unavailable` when too much waits, or for longer than `waitMs`, and what the work throws
 */
export async function inSlot<T>(slots: Slots, waitMs: number, work: () => Promise<T>): Promise<T> {
  const wasForRequest = currentRequest() !== undefined;
  await slots.take(waitMs).catch((cause: unknown) => {
    throw new GatewayError({ kind: 'unavailable', subject: 'capacity' }, { cause });
  });
  try {
    if (wasForRequest && currentRequest() === undefined) throw new GatewayError({ kind: 'unavailable', subject: 'capacity' });
    return await work();
  } finally {
    slots.give();
  }
}

/** Work that clients must not notice: it has few connections at a time, and its statements end soon. */
@Injectable()
export class LimitedWork {
  private readonly slots = new Slots(AT_A_TIME, MAX_WAITING);

  constructor(private readonly database: Database) {}

  /**
   * Runs work that uses one connection at a time, when a slot is free; it must not call this itself. Not at all when the request that it
   * is for has ended meanwhile. `statementMs`: the longest that a statement may take.
   * @throws GatewayError `unavailable` when too much waits, and what the work throws
   */
  async run<T>(work: () => Promise<T>, statementMs = STATEMENT_MS): Promise<T> {
    return inSlot(this.slots, WAIT_MS, () => this.database.limited(statementMs, work));
  }
}
