import { isIP } from 'node:net';
import { parseDatabaseUrl } from './database-url.js';

/**
 * How settings are read from text. Each reader throws an `Error` whose message completes "must be …".
 */

/** Bytes in one MiB. */
export const MiB = 1024 * 1024;

/** In milliseconds: timers take no more. */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/** One setting: its source, how it is read, and its line in the documentation. */
export interface Setting<T> {
  readonly variable: string;
  /** Names that other servers use for the same thing; the first name wins. */
  readonly aliases: readonly string[];
  /** Whether a value under another name means something else, and is ignored. */
  readonly isForeign?: (text: string) => boolean;
  readonly fallback: T;
  /** The default of the strict profile, where it differs. */
  readonly strict?: T;
  /** It only chooses between ways in which a real server has behaved: nobody needs it to run a gateway. */
  readonly isEmulation?: true;
  readonly description: string;
  /** Throws an `Error` whose message completes "must be …". */
  readonly read: (text: string) => T;
}

export const setting = <T>(
  variable: string,
  fallback: T,
  read: (text: string) => T,
  description: string,
  ...aliases: readonly string[]
): Setting<T> => ({ variable, aliases, fallback, description, read });

/** The setting, with another default in the strict profile. */
export function strictly<T>(relaxed: Setting<T>, strict: T): Setting<T> {
  return { ...relaxed, strict };
}

/** The setting, without values under its other names that mean something else there. */
export function exceptForeign<T>(plain: Setting<T>, isForeign: (text: string) => boolean): Setting<T> {
  return { ...plain, isForeign };
}

/** The setting, as one that only chooses how a real server is emulated. */
export function emulation<T>(plain: Setting<T>): Setting<T> {
  return { ...plain, isEmulation: true };
}

/** A port number, `0` for any free port, or not served at all. */
export type Port = number | 'off';

export function text(value: string): string {
  return value;
}

export function boolean(value: string): boolean {
  const word = value.toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new Error('true or false');
}

export function positive(value: string): number {
  if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
  throw new Error('a whole number above 0');
}

/** In milliseconds, above 0. */
export function duration(value: string): number {
  if (/^[1-9]\d{0,9}$/.test(value) && Number(value) <= MAX_DURATION_MS) return Number(value);
  throw new Error(`milliseconds, from 1 to ${String(MAX_DURATION_MS)}`);
}

export function count(value: string): number {
  if (/^(0|[1-9]\d{0,14})$/.test(value)) return Number(value);
  throw new Error('a whole number, 0 or above');
}

export function wholeNumber(least: number, greatest: number): (value: string) => number {
  return (value) => {
    if (/^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= greatest) return Number(value);
    throw new Error(`a whole number from ${least} to ${greatest}`);
  };
}

export function share(least: number, greatest: number): (value: string) => number {
  return (value) => {
    if (/^\d(\.\d{1,6})?$/.test(value) && Number(value) >= least && Number(value) <= greatest) return Number(value);
    throw new Error(`a number from ${least} to ${greatest}`);
  };
}

export function port(value: string): Port {
  if (value === 'off') return 'off';
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new Error('a port number, 0 or off');
}

/** Ports to open, lowest first; zeros for any free ones. */
export function portRange(value: string): readonly number[] {
  if (value === 'off') return [];
  const free = /^0:(\d{1,4})$/.exec(value);
  if (free !== null) return Array.from({ length: Number(free[1]) }, () => 0);
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!(count >= 1) || Number(first) < 1 || Number(last) > 65_535) throw new Error('first-last, 0:N or off');
  return Array.from({ length: count }, (_item, index) => Number(first) + index);
}

export function host(value: string): string {
  if (isIP(value) !== 0 || /^[a-zA-Z0-9.-]+$/.test(value)) return value;
  throw new Error('an address or a host name');
}

/** Of one host or of several. */
export function postgresUrl(value: string): string {
  parseDatabaseUrl(value);
  return value;
}

/** Of one host that may be a standby. */
export function standbyUrl(value: string): string {
  const { hosts, target } = parseDatabaseUrl(value);
  if (hosts.length === 1 && target === 'any') return value;
  throw new Error('a postgres:// URL of one host, without target_session_attrs');
}

/** A comma-separated list, or a JSON list as Chroma writes it. */
export function list(value: string): readonly string[] {
  if (value.startsWith('[')) {
    const items: unknown = JSON.parse(value);
    if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items;
    throw new Error('a list of texts');
  }
  return value.split(',').map((item) => item.trim());
}

export function oneOf<const T extends string>(...values: readonly T[]): (value: string) => T {
  return (value) => {
    const match = values.find((candidate) => candidate === value);
    if (match === undefined) throw new Error(`one of ${values.join(', ')}`);
    return match;
  };
}
