import { type DatabaseHost, type DatabaseUrl, parseDatabaseUrl } from '../config/database-url.js';
import { codeOf, isWrongLogin } from './sqlstate.js';

/** One host could not be used. */
export class HostFailed extends Error {
  readonly code: string | undefined;

  constructor(place: string, cause: unknown) {
    super(`${place}: ${textOf(cause)}`, { cause });
    this.code = codeOf(cause);
  }
}

/** None of the hosts could be used. Its code is the one that decides whether waiting helps. */
export class NoHost extends Error {
  readonly code: string;

  constructor(failures: readonly HostFailed[]) {
    super(`no host can be used: ${failures.map(({ message }) => message).join('; ')}`, { cause: failures[0] });
    const isReadOnly = failures.length > 0 && failures.every(({ code }) => code === READ_ONLY);
    this.code = failures.find(isWrongLogin)?.code ?? (isReadOnly ? READ_ONLY : NO_CONNECTION);
  }
}

/** A server that was reached, and is not the one to use. */
export class NotWanted extends Error {
  readonly code = READ_ONLY;
}

/** SQLSTATE: a server takes no writes; no connection was had. */
const READ_ONLY = '25006';
const NO_CONNECTION = '08001';

/** What a server says of itself. */
export interface HostState {
  readonly standby: boolean;
  readonly read_only: boolean;
}

/** Asks a server what it is. */
export const HOST_STATE = `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only`;

/**
 * The hosts of a database, one of which is wanted. They are tried in order, beginning with the one that was good last; what one
 * connection finds, the others of this process know.
 */
export class Hosts {
  private readonly list: readonly [DatabaseHost, ...DatabaseHost[]];
  private at = 0;
  private good: DatabaseHost | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly url: DatabaseUrl) {
    const [first, ...others] = url.hosts;
    if (first === undefined) throw new Error('a database needs a host');
    this.list = [first, ...others];
  }

  get count(): number {
    return this.list.length;
  }

  /** The one to try now. */
  get next(): DatabaseHost {
    return this.list[this.at] ?? this.list[0];
  }

  /** The host cannot be used: the next one is tried. */
  failed(host: DatabaseHost): void {
    // of several connections that fail together, the first one decides
    if (this.next === host) this.at = (this.at + 1) % this.list.length;
  }

  /** The host can be used. Where one of all takes writes, the others are given up. */
  succeeded(host: DatabaseHost): void {
    this.at = this.list.indexOf(host);
    if (this.good === host) return;
    this.good = host;
    if (this.url.target !== 'any') for (const listener of this.listeners) listener();
  }

  /** Whether a connection to the host is still wanted. */
  isCurrent(host: DatabaseHost): boolean {
    return this.url.target === 'any' || this.good === undefined || this.good === host;
  }

  /** Calls `listener` whenever another host has taken over, until the returned function is called. */
  onMove(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @throws NotWanted for a server that is not what the URL asks for */
  require({ standby, read_only: isReadOnly }: HostState): void {
    const { target } = this.url;
    if (target === 'any') return;
    if (standby) throw new NotWanted('it is a standby');
    if (target === 'read-write' && isReadOnly) throw new NotWanted('it takes no writes');
  }

  /** The URL of the host that is called so. */
  urlOf(place: string): string {
    return (this.list.find((host) => host.place === place) ?? this.next).url;
  }
}

const known = new Map<string, Hosts>();

/**
 * Where the server is that a URL names. Only one of several hosts has to be found, or one that takes writes; else it is the driver's own
 * business.
 */
export function whereabouts(url: string): { readonly connectionString: string } | { readonly hosts: Hosts } {
  const parsed = parseDatabaseUrl(url);
  if (parsed.hosts.length === 1 && parsed.target === 'any') return { connectionString: url };
  // what one pool finds, the others need not find again
  const hosts = known.get(url) ?? new Hosts(parsed);
  known.set(url, hosts);
  return { hosts };
}

/** Several addresses of one name fail together, without a message of their own. */
export function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
