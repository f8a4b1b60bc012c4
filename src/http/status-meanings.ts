import type { ErrorKind } from '../errors.js';

const MEANINGS: Readonly<Record<ErrorKind, string>> = {
  invalid: 'The request asks for something that cannot be done',
  not_found: 'There is nothing of that name, or nothing that the key may see',
  already_exists: 'The name is taken',
  conflict: 'Other requests are changing the same thing; try again',
  unauthenticated: 'The key is missing, unknown or no longer valid',
  forbidden: 'Not allowed: by the scope of the key, or by a setting',
  misdirected: 'The Host header names a host that is not answered for here',
  too_large: 'The body is longer than the limit',
  unsupported: 'Not served here',
  unavailable: 'The database cannot answer, takes no writes, or has too much to do at once; try again',
  internal: 'An error of the gateway',
};

/** Unavailability that has a status of its own in every protocol. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  504: 'The request took longer than it may',
  507: "The database's disk is full",
};

/** What the statuses of a protocol's errors mean; `more` are those that no kind of error has. */
export function statusMeanings(
  statusOf: (kind: ErrorKind) => number,
  more: Readonly<Record<number, string>> = {},
): Readonly<Record<number, string>> {
  const meanings = new Map<number, string>();
  for (const [kind, meaning] of Object.entries(MEANINGS) as [ErrorKind, string][]) {
    const status = statusOf(kind);
    const known = meanings.get(status);
    meanings.set(status, known === undefined ? meaning : `${known}. ${meaning}`);
  }
  return { ...Object.fromEntries(meanings), ...UNAVAILABLE, ...more };
}
