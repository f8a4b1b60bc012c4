import { isIP } from 'node:net';
import { invalidArgument } from '../chroma-error.js';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]$/;

/** The first rule that a collection's or database's name breaks, in Chroma's words; undefined when it is fine. */
export function nameProblem(name: string): string | undefined {
  const parts = name.split('+');
  if (parts.length > 2) return 'Expected a name to contain at most one topology:  Got two `+` characters.';
  for (const part of parts) {
    if (!NAME.test(part)) {
      return `Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and ending with a character in [a-zA-Z0-9]. Got: ${part}`;
    }
    if (part.includes('..')) return `Expected a name that does not contains two consecutive periods (..). Got ${part}`;
    if (isIP(part) !== 0) return `Expected a name that is not a valid ip address. Got ${part}`;
  }
  return undefined;
}

/** The same for API v1, whose names are shorter. */
export function legacyNameProblem(name: string): string | undefined {
  const valid = name.length <= 63 && !name.includes('+') && nameProblem(name) === undefined;
  return valid
    ? undefined
    : `Expected collection name that (1) contains 3-63 characters, (2) starts and ends with an alphanumeric character, (3) otherwise contains only alphanumeric characters, underscores or hyphens (-), (4) contains no two consecutive periods (..) and (5) is not a valid IPv4 address, got ${name}`;
}

/** Whether a name has fewer than three characters: code points, not UTF-16 units. */
export function isShort(name: string): boolean {
  return name.length <= 4 && Array.from(name).length < 3;
}

/** @throws ChromaError 400 when the path's database name is too short to be one */
export function requireDatabaseName(name: string): string {
  if (isShort(name)) throw invalidArgument('database name must be at least 3 characters');
  return name;
}
