import pg from 'pg';
import type { AnswerShare } from './answer-budget.js';
import { type DataRow, type DriverConnection, PlannedQuery, type PlannedRequest } from './kept-plan.js';
import { isRead } from './statements.js';

/** What a row takes in memory besides its values, about: objects of the driver, and ours. */
const ROW_BYTES = 500;
/** Rows that the server sends at a time where an answer may be cut: the first, and at most. */
const FIRST_ROWS = 10;
const MOST_ROWS = 1_000;

/**
 * What becomes of rows beyond the budget. `refuse`: the statement fails, and its connection is of no use any more. `refuse_reads`: so
 * does one that only reads; what a write returns is small, and it may be done. `cut`: the rows before are the answer, and the server is
 * asked for no more; only in a transaction.
 */
export type Excess = 'refuse' | 'refuse_reads' | 'cut';

export interface CountedResult extends pg.QueryResult {
  readonly isCut: boolean;
}

const NOTHING: pg.QueryResult = { rows: [], fields: [], rowCount: 0, command: '', oid: 0 };

/** A statement whose rows are counted as they come. */
class CountedQuery extends PlannedQuery {
  isCut = false;
  private taken = 0;
  private count = 0;

  constructor(
    request: PlannedRequest,
    private readonly share: AnswerShare,
    private readonly excess: Excess,
  ) {
    super(excess === 'cut' ? { ...request, rows: FIRST_ROWS } : request);
  }

  override handleDataRow(message: DataRow): void {
    if (this.isCut) return;
    const bytes = message.length + ROW_BYTES;
    const refusal = this.share.take(bytes, this.excess === 'cut' ? 'part' : 'whole');
    if (refusal === undefined) {
      this.taken += bytes;
      this.count += 1;
    }
    if (refusal === undefined || (this.excess === 'refuse_reads' && !isRead(this.request.text))) {
      super.handleDataRow(message);
      return;
    }
    this.isCut = true;
    if (this.excess === 'cut' && this.taken > 0) return;
    const { callback } = this;
    this.callback = () => undefined;
    callback(refusal, NOTHING);
  }

  override handlePortalSuspended(connection: DriverConnection): void {
    if (this.isCut) {
      connection.sync();
      return;
    }
    // as many as have place if they are like those before: what is sent beyond is dropped
    this.rows = Math.min(Math.max(Math.floor(this.share.leftOfPart / (this.taken / this.count)), 1), MOST_ROWS);
    super.handlePortalSuspended(connection);
  }

  override handleError(error: Error, connection: DriverConnection): void {
    // the server skips whatever comes until then; the driver syncs by itself only where it asks for all rows at once
    if (this.excess === 'cut' && error instanceof pg.DatabaseError) connection.sync();
    super.handleError(error, connection);
  }

  /** Gives back what it has taken: its rows are of no use. */
  giveBack(): void {
    this.share.give(this.taken);
    this.taken = 0;
  }
}

/** Sends a statement, and counts its rows as the share's. @throws GatewayError for rows beyond the budget */
export function queryCounted(
  client: pg.ClientBase,
  request: PlannedRequest,
  share: AnswerShare,
  excess: Excess,
): Promise<CountedResult> {
  const query = new CountedQuery(request, share, excess);
  return new Promise((resolve, reject) => {
    query.callback = (error, result) => {
      if (error === null || error === undefined) {
        resolve(Object.assign(result, { isCut: query.isCut }));
        return;
      }
      query.giveBack();
      reject(error);
    };
    client.query(query);
  });
}
