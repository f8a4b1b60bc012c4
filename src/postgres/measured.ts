import type pg from 'pg';
import { GatewayError } from '../errors.js';
import { measureStatement } from '../observability/statement.js';
import type { AnswerBudget } from './answer-budget.js';
import { type CountedResult, type Excess, queryCounted } from './counted-query.js';
import { type PlannedRequest, prepareMode } from './kept-plan.js';

/**
 * Sends one statement. Its time and its rows count for the request that waits for it; in background work, none keeps its plan.
 * @throws GatewayError for rows beyond the budget of answers
 */
export async function queryOn(
  client: pg.ClientBase,
  request: PlannedRequest,
  answers: AnswerBudget | undefined,
  excess: Excess,
): Promise<CountedResult> {
  const share = answers?.share();
  return measureStatement(request.text, async () => {
    if (share === undefined) return Object.assign(await client.query(request), { isCut: false });
    if (request.keepsPlan === true) await prepareMode(client, request.query_timeout);
    return queryCounted(client, request, share, excess);
  });
}

/** Counts what goes wrong with statements and transactions. */
export class FailureCounts {
  private readonly counted = new Map<string, number>();

  /** By kind. */
  get counts(): ReadonlyMap<string, number> {
    return this.counted;
  }

  /** Counts a database's error by what it means; gives the meaning back. What our own code has thrown inside a transaction is none. */
  noted(error: unknown, meaning: unknown): unknown {
    if (error instanceof GatewayError) return meaning;
    const kind = kindOf(meaning);
    this.counted.set(kind, (this.counted.get(kind) ?? 0) + 1);
    if (meaning instanceof Error) hideValues(meaning);
    return meaning;
  }
}

/** The subject of what was not available; `refused` for a client's values, `constraint` for a key that is taken; `other`. */
function kindOf(meaning: unknown): string {
  if (meaning instanceof GatewayError) return meaning.kind === 'unavailable' ? meaning.detail.subject : 'refused';
  const code = typeof meaning === 'object' && meaning !== null && 'code' in meaning ? String(meaning.code) : '';
  return code.startsWith('23') ? 'constraint' : 'other';
}

/** What a server says of a value quotes it, and what is only ours to read goes into the log. */
function hideValues(error: Error & { readonly code?: unknown }): void {
  if (typeof error.code !== 'string' || !error.code.startsWith('22')) return;
  const said = error.message;
  error.message = `a value was refused (SQLSTATE ${error.code})`;
  error.stack = (error.stack ?? '').replace(said, () => error.message);
}
