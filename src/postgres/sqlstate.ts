import { type ErrorDetail, GatewayError } from '../errors.js';
import { Crowded } from './slots.js';

/**
 * What a failed attempt has left in the database. `none`: nothing, it was not even begun. `misled`: nothing, its server takes no writes,
 * and another connection may find one that does. `rolled_back`: nothing, for the sake of another statement. `unknown`: all or nothing,
 * the connection broke before the answer. `final`: the answer was the error.
 */
export type Effect = 'none' | 'misled' | 'rolled_back' | 'unknown' | 'final';

/** Nothing has been done: there was no connection, or it broke before the end of a transaction. */
export class NothingDone extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const UNAVAILABLE: ErrorDetail = { kind: 'unavailable', subject: 'database', retryAfterMs: 1_000 };
const CROWDED: ErrorDetail = { kind: 'unavailable', subject: 'capacity', retryAfterMs: 1_000 };
const OVERDUE: ErrorDetail = { kind: 'unavailable', subject: 'statement', retryAfterMs: 1_000 };
/** A disk is not made larger in a second. */
const FULL: ErrorDetail = { kind: 'unavailable', subject: 'storage', retryAfterMs: 5_000 };

/** SQLSTATE, or its class, and what it means to a client. */
const MEANINGS: Readonly<Record<string, ErrorDetail>> = {
  '08': UNAVAILABLE,
  '53': UNAVAILABLE,
  '57': UNAVAILABLE,
  '58': UNAVAILABLE,
  '25006': { kind: 'unavailable', subject: 'read_only', retryAfterMs: 1_000 },
  '25P03': UNAVAILABLE,
  '25P04': OVERDUE,
  '40001': UNAVAILABLE,
  '40P01': UNAVAILABLE,
  '53100': FULL,
  '55000': UNAVAILABLE,
  '55P03': UNAVAILABLE,
  '57014': OVERDUE,
  // raised by `filters/compile-large.ts`
  '2201G': { kind: 'invalid', subject: 'filter', reason: 'it has too many conditions for so many records' },
  '2201B': { kind: 'invalid', subject: 'pattern', reason: 'the regular expression is too complex' },
  '22003': { kind: 'invalid', subject: 'text', reason: 'it holds a number with too many digits' },
  '22021': { kind: 'invalid', subject: 'text', reason: 'it holds a character that cannot be stored' },
  '22P05': { kind: 'invalid', subject: 'text', reason: 'it holds a character that cannot be stored' },
  '54001': { kind: 'invalid', subject: 'filter', reason: 'its conditions are too deep within each other' },
  '54000': { kind: 'invalid', subject: 'text', reason: 'a name or an id is too long' },
};

/** Codes of the operating system and of the driver that mean: no connection. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const DRIVER_LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered|Client was closed|read E|write E)/;
/** The driver's, for a statement that has no answer in time. */
const DRIVER_OVERDUE = 'Query read timeout';

/** The server has refused: it starts, or is full. */
const REFUSALS = new Set(['53300', '57P03']);
/** The server ends the connection with these: classes and codes. */
const LAST_WORDS = /^(?:08|28|57P|25P0[34]|53300)/;
/** Who we are, or the database, is wrong: another attempt will not help. */
const WRONG_LOGIN = /^(?:28|3D)/;

/** Who we are, or the database that we want, is wrong. */
export function isWrongLogin(error: unknown): boolean {
  return WRONG_LOGIN.test(codeOf(error) ?? '');
}

/** What a failed statement, or transaction, has done. */
export function effectOf(error: unknown): Effect {
  if (error instanceof NothingDone) return isWrongLogin(error.cause) ? 'final' : 'none';
  if (isRolledBack(error)) return 'rolled_back';
  if (isReadOnly(error)) return 'misled';
  if (REFUSALS.has(codeOf(error) ?? '')) return 'none';
  return isConnectionLoss(error) ? 'unknown' : 'final';
}

/** Whether the connection may be used again after the error: it was the server's answer, and not its last. */
export function leavesConnectionSound(error: unknown): boolean {
  const code = codeOf(error);
  return code?.length === 5 && !NO_CONNECTION.has(code) && !LAST_WORDS.test(code);
}

/** The server takes no writes: it is a standby, or its primary's disk is full. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === '25006';
}

/** The statement was rolled back for the sake of another one, and may be sent again. */
export function isRolledBack(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40P01' || code === '40001';
}

/** A unique key is taken; `constraint` names it. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** A row that the statement refers to is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === '23503';
}

/** A statement of so many values, or more, has a long filter: nothing else has. */
const LONG_FILTER_VALUES = 256;

/** Memory was not enough for a statement of so many values because of its filter; the same again would fare no better. */
export function isTooLongFilter(error: unknown, values: number): boolean {
  return codeOf(error) === '53200' && values >= LONG_FILTER_VALUES;
}

/** Memory, disk or shared memory was not enough. */
export function isResourceShortage(error: unknown): boolean {
  return codeOf(error)?.startsWith('53') ?? false;
}

/** A number is too large for the type that it is to have. */
export function isOutOfRange(error: unknown): boolean {
  return codeOf(error instanceof GatewayError ? error.cause : error) === '22003';
}

/** A table that the statement names is gone. */
export function isUndefinedTable(error: unknown): boolean {
  return codeOf(error) === '42P01';
}

/** What a database error means to a client; what it means only to us stays as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof GatewayError) return error;
  if (error instanceof NothingDone) {
    const meaning = translateDatabaseError(error.cause);
    const isKnown = meaning instanceof GatewayError && meaning.kind === 'unavailable';
    return isKnown ? meaning : new GatewayError(UNAVAILABLE, { cause: error.cause });
  }
  if (error instanceof Crowded) return new GatewayError(CROWDED, { cause: error });
  const code = codeOf(error);
  const detail = code === undefined ? undefined : (MEANINGS[code] ?? MEANINGS[code.slice(0, 2)]);
  if (detail !== undefined && code?.length === 5) return new GatewayError(detail, { cause: error });
  if (isOverdue(error)) return new GatewayError(OVERDUE, { cause: error });
  return isConnectionLoss(error) ? new GatewayError(UNAVAILABLE, { cause: error }) : error;
}

function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return NO_CONNECTION.has(code) || (code.length === 5 && /^(?:08|57P)/.test(code));
  return isOverdue(error) || (error instanceof Error && DRIVER_LOST_CONNECTION.test(error.message));
}

/** The driver gave the statement up; the server has not said a word. */
export function isOverdue(error: unknown): boolean {
  return error instanceof Error && error.message === DRIVER_OVERDUE;
}

/** SQLSTATE, or a code of the operating system. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
