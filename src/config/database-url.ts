/** What a server must be to be used: the parameter `target_session_attrs`, as libpq has it. */
export type HostTarget = (typeof TARGETS)[number];

/** Where a database is: on one of several servers, which replicate each other, or on the only one. */
export interface DatabaseUrl {
  /** In the order in which they are tried. */
  readonly hosts: readonly DatabaseHost[];
  readonly target: HostTarget;
  /** For people: hosts, ports and the database, without user and password. */
  readonly place: string;
}

export interface DatabaseHost {
  /** The whole URL, as if this were the only host. */
  readonly url: string;
  /** Host and port, for people. */
  readonly place: string;
}

const TARGETS = ['any', 'read-write', 'primary'] as const;
const ATTRIBUTE = 'target_session_attrs';
const DEFAULT_PORT = '5432';
/** Scheme, user and password, hosts, and the rest; a password may hold an `@` and commas. */
const PARTS = /^(postgres(?:ql)?:\/\/)((?:[^/?#]*@)?)([^/?#]*)(.*)$/s;
/** A name, an IPv4 address, a socket's directory in percent-encoding, or an IPv6 address; and a port. */
const HOST = /^([^[\]:\s@]+|\[[\da-f:.%]+\])(?::(\d{1,5}))?$/i;

/**
 * Reads a URL of one host or of several, `postgres://user:password@first:5432,second:5432/database`. Of several hosts it is the one that
 * takes writes which is wanted, unless the URL says otherwise.
 * @throws Error whose message completes "must be …"; it repeats nothing of the URL
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const [, scheme = '', login = '', hosts = '', rest = ''] = PARTS.exec(text) ?? [];
  if (scheme === '') throw new Error('a postgres:// URL');
  return hosts.includes(',') ? severalHosts(scheme + login, hosts, rest) : oneHost(text);
}

function oneHost(text: string): DatabaseUrl {
  if (!URL.canParse(text)) throw new Error('a postgres:// URL');
  const { hostname, port, pathname, searchParams } = new URL(text);
  if (searchParams.get('host')?.includes(',') === true) {
    throw new Error('a postgres:// URL with its hosts before the slash, not in the parameter host');
  }
  const place = `${hostname}:${port || DEFAULT_PORT}`;
  return { hosts: [{ url: text, place }], target: targetOf(searchParams, 'any'), place: `${place}${pathname}` };
}

function severalHosts(beginning: string, hosts: string, rest: string): DatabaseUrl {
  const base = `${beginning}host${rest}`;
  if (!URL.canParse(base)) throw new Error('a postgres:// URL');
  const { pathname, searchParams, search, hash } = new URL(base);
  if (searchParams.has('host')) throw new Error('a postgres:// URL that names its hosts once');
  if (pathname.includes('@')) throw new Error('a postgres:// URL whose password has its slashes as %2F');
  const target = targetOf(searchParams, 'read-write');
  const port = searchParams.get('port');
  const others = search
    .slice(1)
    .split('&')
    .filter((each) => each !== '' && !/^(?:port|target_session_attrs)(?:=|$)/.test(each));
  const tail = `${pathname}${others.length === 0 ? '' : `?${others.join('&')}`}${hash}`;
  const list = hosts.split(',').map((host) => {
    const place = placeOf(host, port);
    return { url: `${beginning}${place}${tail}`, place };
  });
  if (!list.every(({ url }) => URL.canParse(url)))
    throw new Error('a postgres:// URL whose hosts are host:port, with commas between');
  return { hosts: list, target, place: `${list.map(({ place }) => place).join(',')}${pathname}` };
}

/** As libpq has it, a host without a port has the default port, not its neighbour's. */
function placeOf(text: string, portOfAll: string | null): string {
  const [, host, port] = HOST.exec(text) ?? [];
  if (host === undefined) throw new Error('a postgres:// URL whose hosts are host:port, with commas between');
  if (port !== undefined && portOfAll !== null)
    throw new Error('a postgres:// URL with either a port for each host or the parameter port');
  const number = port ?? portOfAll ?? DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(number) || Number(number) < 1 || Number(number) > 65_535) {
    throw new Error('a postgres:// URL whose ports are from 1 to 65535');
  }
  return `${host}:${number}`;
}

function targetOf(parameters: URLSearchParams, fallback: HostTarget): HostTarget {
  const given = parameters.get(ATTRIBUTE) ?? fallback;
  const target = TARGETS.find((each) => each === given);
  if (target === undefined) throw new Error(`a postgres:// URL whose ${ATTRIBUTE} is any, read-write or primary`);
  return target;
}
