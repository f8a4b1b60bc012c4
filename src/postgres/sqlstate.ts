import { GatewayError, type ErrorDetail } from '../errors.js';

const UNAVAILABLE: ErrorDetail = { kind: 'unavailable', subject: 'database', retryAfterMs: 1000 };

/** SQLSTATE, or its class, and what it means to a client. */
const MEANINGS: Readonly<Record<string, ErrorDetail>> = {
  '08': UNAVAILABLE,
  '53': UNAVAILABLE,
  '57': UNAVAILABLE,
  '58': UNAVAILABLE,
  '25006': UNAVAILABLE,
  '40001': UNAVAILABLE,
  '40P01': UNAVAILABLE,
  '55000': UNAVAILABLE,
  '57014': { kind: 'unavailable', subject: 'statement' },
  '2201B': { kind: 'invalid', subject: 'pattern', reason: 'the regular expression is too complex' },
  '22003': { kind: 'invalid', subject: 'text', reason: 'it holds a number with too many digits' },
  '22021': { kind: 'invalid', subject: 'text', reason: 'it holds a character that cannot be stored' },
  '22P05': { kind: 'invalid', subject: 'text', reason: 'it holds a character that cannot be stored' },
  '54000': { kind: 'invalid', subject: 'text', reason: 'a name or an id is too long' },
};

/** Codes of the operating system and of the driver that mean: no connection. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const DRIVER_LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|read E|write E)/;

/** The statement was rolled back for the sake of another one, and may be sent again. */
export function isRolledBack(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40P01' || code === '40001';
}

/** A unique key is taken; `constraint` tells which one. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** A row that the statement refers to is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === '23503';
}

/** Memory, disk or shared memory was not enough. */
export function isResourceShortage(error: unknown): boolean {
  return codeOf(error)?.startsWith('53') ?? false;
}

/** A table that the statement names is gone. */
export function isUndefinedTable(error: unknown): boolean {
  return codeOf(error) === '42P01';
}

/** What a database error means to a client; what it means only to us stays as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof GatewayError) return error;
  const code = codeOf(error);
  const detail = code === undefined ? undefined : (MEANINGS[code] ?? MEANINGS[code.slice(0, 2)]);
  if (detail !== undefined && code?.length === 5) return new GatewayError(detail, { cause: error });
  const lost = error instanceof Error && DRIVER_LOST_CONNECTION.test(error.message);
  if (lost || (code !== undefined && NO_CONNECTION.has(code))) return new GatewayError(UNAVAILABLE, { cause: error });
  return error;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
