import { isIP } from 'node:net';
import { invalidArgument } from '../chroma-error.js';
import { NAME_LENGTH, SHORTEST_NAME, V1_LONGEST_NAME } from '../limits.js';

const { min, max } = NAME_LENGTH;
/** The first and the last character count, too. */
const NAME = new RegExp(`^[a-zA-Z0-9][a-zA-Z0-9._-]{${min - 2},${max - 2}}[a-zA-Z0-9]$`);

/** The first rule that a collection's or database's name breaks, in Chroma's words; undefined when it is fine. */
export function nameProblem(name: string): string | undefined {
  const parts = name.split('+');
  if (parts.length > 2) return 'Expected a name to contain at most one topology:  Got two `+` characters.';
  for (const part of parts) {
    if (!NAME.test(part)) {
      return `Expected a name containing ${min}-${max} characters from [a-zA-Z0-9._-], starting and ending with a character in [a-zA-Z0-9]. Got: ${part}`;
    }
    if (part.includes('..')) return `Expected a name that does not contains two consecutive periods (..). Got ${part}`;
    if (isIP(part) !== 0) return `Expected a name that is not a valid ip address. Got ${part}`;
  }
  return undefined;
}

/** The same for API v1, whose names are shorter. */
export function legacyNameProblem(name: string): string | undefined {
  const valid = name.length <= V1_LONGEST_NAME && !name.includes('+') && nameProblem(name) === undefined;
  return valid
    ? undefined
    : `Expected collection name that (1) contains ${min}-${V1_LONGEST_NAME} characters, (2) starts and ends with an alphanumeric character, (3) otherwise contains only alphanumeric characters, underscores or hyphens (-), (4) contains no two consecutive periods (..) and (5) is not a valid IPv4 address, got ${name}`;
}

/** Whether a tenant's or a database's name has too few characters: code points, not UTF-16 units. */
export function isShort(name: string): boolean {
  return name.length < 2 * SHORTEST_NAME && Array.from(name).length < SHORTEST_NAME;
}

/** @throws ChromaError 400 when the path's database name is too short to be one */
export function requireDatabaseName(name: string): string {
  if (isShort(name)) throw invalidArgument(`database name must be at least ${SHORTEST_NAME} characters`);
  return name;
}
