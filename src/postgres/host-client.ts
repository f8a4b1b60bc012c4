import pg from 'pg';
import type { DatabaseHost } from '../config/database-url.js';
import { HOST_STATE, HostFailed, type Hosts, type HostState, NoHost } from './hosts.js';

/** What a connection asks for when it starts; with `hosts`, where it has to be found. */
export interface ServerConfig extends pg.ClientConfig {
  readonly hosts?: Hosts;
}

type ConnectCallback = ((error: Error) => void) & ((error: null, client: pg.Client) => void);
type PoolCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void;
type Question = pg.QueryConfig & { readonly query_timeout: number };

/** For one host, when nothing says how long to wait. */
const DEFAULT_LIMIT_MS = 10_000;

/** Opens a connection apart from any pool, which the caller ends. @throws NoHost when there are hosts to choose from, and none can be used */
export async function connectClient({ hosts, ...config }: ServerConfig): Promise<pg.Client> {
  const open = async (client: pg.Client): Promise<pg.Client> => {
    // one that breaks fails its statement, whose caller gets the error; without a listener it would end the process, too
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  return hosts === undefined ? open(new pg.Client(config)) : firstOf(hosts, () => open(new HostClient(hosts, config)));
}

/** The host that the connection leads to, as `atPlace` takes it; undefined when there is only one. */
export function placeOf(client: pg.ClientBase): string | undefined {
  return client instanceof HostClient ? client.target.place : undefined;
}

/** Whether it leads to a host in whose place another one has been found. */
export function isAbandoned(client: pg.ClientBase): boolean {
  return client instanceof HostClient && client.isAbandoned;
}

/** The same server, and of its hosts only this one, whatever it is by now. */
export function atPlace({ hosts, ...config }: ServerConfig, place: string | undefined): pg.ClientConfig {
  return hosts === undefined || place === undefined ? config : { ...config, connectionString: hosts.urlOf(place) };
}

/** A pool of connections to the host that is wanted, wherever that is at the moment. */
export function createPool({ hosts, ...config }: ServerConfig & pg.PoolConfig): pg.Pool {
  return hosts === undefined ? new pg.Pool(config) : new HostPool(hosts, config);
}

class HostPool extends pg.Pool {
  private readonly clients = new Set<HostClient>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly hosts: Hosts,
    config: pg.PoolConfig,
  ) {
    super({
      ...config,
      // each connection keeps its own time: the pool's would end the search, not the attempt
      connectionTimeoutMillis: 0,
      Client: class extends HostClient {
        constructor(options?: pg.ClientConfig) {
          super(hosts, { ...options, connectionTimeoutMillis: config.connectionTimeoutMillis });
        }
      },
    });
    this.on('connect', (client) => {
      if (client instanceof HostClient) this.clients.add(client);
    });
    this.on('remove', (client) => {
      if (client instanceof HostClient) this.clients.delete(client);
    });
    this.unsubscribe = hosts.onMove(() => {
      this.leaveOthers();
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: PoolCallback): void;
  override connect(callback?: PoolCallback): Promise<pg.PoolClient> | undefined {
    const found = firstOf(this.hosts, () => super.connect());
    if (callback === undefined) return found;
    found.then(
      (client) => {
        callback(undefined, client, (release) => {
          client.release(release === undefined ? undefined : Boolean(release));
        });
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined);
      },
    );
    return undefined;
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | undefined {
    this.unsubscribe();
    const ended = super.end();
    if (callback === undefined) return ended;
    void ended.then(callback);
    return undefined;
  }

  /** Another host has taken over: a server that has vanished without a word would keep its statements for long. */
  private leaveOthers(): void {
    for (const client of this.clients) if (client.isAbandoned) client.connection.stream.destroy();
  }
}

/** A connection to the host that is the one to try when it is made. */
class HostClient extends pg.Client {
  readonly target: DatabaseHost;
  private readonly hosts: Hosts;
  private readonly limitMs: number;

  constructor(hosts: Hosts, config: pg.ClientConfig) {
    const target = hosts.next;
    const limitMs = limitOf(config);
    super({ ...config, connectionString: target.url, connectionTimeoutMillis: limitMs });
    this.target = target;
    this.hosts = hosts;
    this.limitMs = limitMs;
    this.on('error', () => undefined);
  }

  get isAbandoned(): boolean {
    return !this.hosts.isCurrent(this.target);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
    const opened = this.open();
    if (callback === undefined) return opened;
    opened.then(
      (client) => {
        callback(null, client);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return undefined;
  }

  /** @throws HostFailed when the host cannot be used */
  private async open(): Promise<pg.Client> {
    const deadline = performance.now() + this.limitMs;
    try {
      await super.connect();
      const question: Question = { text: HOST_STATE, query_timeout: Math.max(1, Math.ceil(deadline - performance.now())) };
      const [state] = (await this.query<HostState>(question)).rows;
      if (state !== undefined) this.hosts.require(state);
    } catch (error) {
      this.hosts.failed(this.target);
      void this.end().catch(() => undefined);
      throw new HostFailed(this.target.place, error);
    }
    this.hosts.succeeded(this.target);
    return this;
  }
}

/** What the first host gives that can be used. Each has the whole time for a connection, as in libpq: a busy server needs it, too. */
async function firstOf<T>(hosts: Hosts, attempt: () => Promise<T>): Promise<T> {
  const failures: HostFailed[] = [];
  do {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof HostFailed)) throw error;
      failures.push(error);
    }
  } while (failures.length < hosts.count);
  throw new NoHost(failures);
}

function limitOf({ connectionTimeoutMillis }: pg.ClientConfig): number {
  return connectionTimeoutMillis === undefined || connectionTimeoutMillis === 0 ? DEFAULT_LIMIT_MS : connectionTimeoutMillis;
}
