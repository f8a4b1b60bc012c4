import { RefusedRequest } from './sources/http-client.js';

const STATUSES: readonly unknown[] = [401, 403];
/** Of files, and of Postgres: insufficient privilege, a read-only transaction. */
const CODES: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', '42501', '25006'];

/** Whether somebody has to permit it first: to do it again would not help. */
export function isForbidden(error: unknown): boolean {
  if (error instanceof RefusedRequest) return STATUSES.includes(error.status);
  return error instanceof Error && 'code' in error && CODES.includes(error.code);
}
