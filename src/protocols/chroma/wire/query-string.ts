import type { Page } from '../../../tenants/tenant.js';
import { invalidArgument } from '../chroma-error.js';
import { MAX_U32, READ_LEVELS } from '../limits.js';

/** The parameters of a query string; one that no call knows is ignored. */
export type QueryString = Readonly<Record<string, unknown>>;

/** `limit` and `offset` of a list. @throws ChromaError 400 for anything but whole numbers from 0 to 2^32 - 1 */
export function pageOf(query: QueryString): Page {
  return { limit: u32(query, 'limit') ?? null, offset: u32(query, 'offset') ?? 0 };
}

/** `read_level` of a count: every level reads the same here. @throws ChromaError 400 for an unknown one */
export function requireReadLevel(query: QueryString): void {
  const level = query['read_level'];
  if (level === undefined || READ_LEVELS.some((known) => known === level)) return;
  const names = READ_LEVELS.map((known) => `\`${known}\``).join(', ');
  throw bad('read_level', `unknown variant \`${typeof level === 'string' ? level : ''}\`, expected one of ${names}`);
}

function u32(query: QueryString, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw invalidArgument(`Failed to deserialize query string: duplicate field \`${name}\``);
  if (value === '') throw bad(name, 'cannot parse integer from empty string');
  if (typeof value !== 'string' || !/^\+?\d+$/.test(value)) throw bad(name, 'invalid digit found in string');
  if (Number(value) > MAX_U32) throw bad(name, 'number too large to fit in target type');
  return Number(value);
}

function bad(name: string, reason: string): Error {
  return invalidArgument(`Failed to deserialize query string: ${name}: ${reason}`);
}
