import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import type { Port } from '../config/config.js';
import { ConnectionGate } from './connection-gate.js';
import type { HttpMessages } from './express-messages.js';
import { type Handler, PortServer } from './port-server.js';
import { type ClosedPort, portsError } from './ports-error.js';
import { quietMoment } from './quiet-moment.js';
import type { Certificate } from './tls.js';

/** A port and the path prefix that it stands for: a request to the port is one to the prefix on the console port. */
export interface Listener {
  readonly name: string;
  readonly port: Port;
  /** The setting that chooses the port, for people. */
  readonly setting?: string;
  /** May depend on the port that was opened. */
  readonly prefix: string | ((port: number) => string);
  /** Whether everything else is served without it: it is left out when something else has the port. */
  readonly isOptional?: boolean;
  /** Where it differs from the other ports'. */
  readonly maxBodyBytes?: number;
  /** Whether probes ask here: some connections are taken beyond the limit. */
  readonly hasReserve?: boolean;
  /**
   * Gets each connection that speaks HTTP/2 (encrypted or not; decrypted here), with its first bytes still to be read, and the port
   * that it came to. Without it, everything is taken for HTTP/1.
   */
  readonly acceptHttp2?: (socket: Duplex, port: number) => void;
  /** Called when the listener is about to close: the connections given to `acceptHttp2` close when they have done what they do next. */
  readonly retireHttp2?: () => void;
  /** Called when the listener closes: lets the connections given to `acceptHttp2` finish what they do, and closes them. */
  readonly drainHttp2?: () => void;
}

/** What holds for every port. */
export interface ListenersOptions {
  readonly host: string;
  /** Gets the ports that were left out, which something else has. */
  readonly skipped?: (ports: readonly number[]) => void;
  /** A client that asks before it sends a larger body gets no `100 Continue`. */
  readonly maxBodyBytes: number;
  /** The request line and the headers together. */
  readonly maxHeaderBytes: number;
  /** Every port speaks TLS as well as plaintext when it is given. */
  readonly tls?: Certificate | undefined;
  /** The classes of requests and responses; Node's own unless given. */
  readonly messages?: HttpMessages;
  /** How long a new connection may be silent; as long as headers may take unless given. */
  readonly silenceTimeoutMs?: number;
  /** How long a request's headers may take to come; a minute unless given. */
  readonly headersTimeoutMs?: number;
  /** How long a request may take to come, and how long a client may take nothing of an answer; five minutes unless given. */
  readonly requestTimeoutMs?: number;
  /** To all ports together; any number for 0, and unless given. */
  readonly maxConnections?: number;
  readonly maxConnectionsPerAddress?: number;
  /** How long an idle HTTP/1 connection is kept; 65 s unless given. */
  readonly keepAliveTimeoutMs?: number;
}

/** As long as Node's HTTP/1 server waits. */
const HEADERS_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 300_000;

/** Longer than load balancers keep an idle connection, so that it is never us who close one they are about to use. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** The ports that are open. */
export class Listeners {
  private constructor(
    private readonly servers: ReadonlyMap<string, PortServer>,
    private readonly host: string,
  ) {}

  /**
   * @throws Error that refuses the certificate, or names the port that cannot be opened and is not optional; AggregateError of such when
   * there are several. Then none is open.
   */
  static async open(listeners: readonly Listener[], options: ListenersOptions, handler: Handler): Promise<Listeners> {
    // a port makes its own of it when the first client needs it, which is too late to say that it is wrong
    if (options.tls !== undefined) createSecureContext({ ...options.tls });
    const servers = new Map<string, PortServer>();
    const { maxConnections = 0, maxConnectionsPerAddress = 0 } = options;
    const gate = new ConnectionGate({ maxConnections, maxConnectionsPerAddress });
    const skipped: number[] = [];
    const opening = listeners.map(async (listener) => {
      if (listener.port === 'off') return;
      const server = createPort(listener, options, gate, handler);
      servers.set(listener.name, server);
      try {
        await server.open(listener.port, options.host);
      } catch (error) {
        if (listener.isOptional !== true || !isBusy(error)) throw error;
        servers.delete(listener.name);
        skipped.push(listener.port);
      }
    });
    const results = await Promise.allSettled(opening);
    const failures = results.flatMap((result, index): ClosedPort[] => {
      const listener = listeners[index];
      return result.status === 'fulfilled' || listener === undefined ? [] : [{ listener, reason: result.reason as Error }];
    });
    const opened = new Listeners(servers, options.host);
    if (failures.length === 0 && skipped.length > 0) options.skipped?.(skipped);
    if (failures.length === 0) return opened;
    await opened.close(0);
    throw portsError(failures, options.host);
  }

  /** Which port each name was opened on. */
  get ports(): ReadonlyMap<string, number> {
    return new Map([...this.servers].map(([name, server]) => [name, server.port]));
  }

  /** Where each protocol is served, by its name. */
  get urls(): ReadonlyMap<string, string> {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return new Map([...this.ports].map(([name, port]) => [name, `http://${host}:${String(port)}`]));
  }

  /** Goes on serving, and asks with every answer for another connection, which may lead elsewhere. */
  retire(): void {
    for (const server of this.servers.values()) server.retire();
  }

  /** Takes no more connections, and waits up to `timeoutMs` for the open requests and calls: returns how many connections were cut off. */
  async close(timeoutMs: number): Promise<number> {
    const servers = [...this.servers.values()];
    this.retire();
    await quietMoment(() => servers.reduce((sum, { accepted }) => sum + accepted, 0));
    // all at once: a client that connected while others close would wait in vain
    for (const server of servers) server.refuse();
    const cut = await Promise.all(servers.map((server) => server.close(timeoutMs)));
    return cut.reduce((sum, count) => sum + count, 0);
  }
}

function createPort(listener: Listener, options: ListenersOptions, gate: ConnectionGate, handler: Handler): PortServer {
  const { prefix, acceptHttp2, retireHttp2, drainHttp2, maxBodyBytes = options.maxBodyBytes, hasReserve = false } = listener;
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const { silenceTimeoutMs = headersTimeoutMs, keepAliveTimeoutMs = KEEP_ALIVE_TIMEOUT_MS } = options;
  const handlerOf = (port: number): Handler => {
    const path = typeof prefix === 'string' ? prefix : prefix(port);
    return (request, response) => {
      toOriginForm(request);
      request.url = path + (request.url ?? '/');
      handler(request, response);
    };
  };
  const http2 = { acceptHttp2, retireHttp2, drainHttp2 };
  const timeouts = { silenceTimeoutMs, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs };
  return new PortServer({ ...options, ...http2, ...timeouts, gate, maxBodyBytes, hasReserve, handler: handlerOf });
}

/** Makes of a request for a whole URL, as proxies send it, one for its path. The host in the URL counts, not the header's. */
function toOriginForm(request: IncomingMessage): void {
  const [, authority, path = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(request.url ?? '') ?? [];
  if (authority === undefined) return;
  request.url = path.startsWith('/') ? path : `/${path}`;
  request.headers.host = authority;
}

function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
}
