import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import type { ConnectionGate } from './connection-gate.js';
import { ConnectionSniffer, type Protocol } from './connection-sniffer.js';
import type { HttpMessages } from './express-messages.js';
import { type Certificate, createTlsServer } from './tls.js';

/** What answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a port takes and where it leads. */
export interface PortOptions {
  readonly maxBodyBytes: number;
  /** The request line and the headers together. */
  readonly maxHeaderBytes: number;
  /** How long a new connection may be silent. */
  readonly silenceTimeoutMs: number;
  /** How long a request's headers may take to come. */
  readonly headersTimeoutMs: number;
  /** How long a request may take to come, its body included; and how long a client may take nothing of an answer that waits for it. */
  readonly requestTimeoutMs: number;
  /** What every connection passes first. */
  readonly gate: ConnectionGate;
  /** Whether it takes connections that other ports would not take any more. */
  readonly hasReserve: boolean;
  /** How long a connection is kept for another request. */
  readonly keepAliveTimeoutMs: number;
  /** Without it, no TLS. */
  readonly tls?: Certificate | undefined;
  /** The classes of requests and responses; Node's own unless given. */
  readonly messages?: HttpMessages | undefined;
  /** Answers HTTP/1, given the port that was opened. */
  readonly handler: (port: number) => Handler;
  /** Without it, everything is taken for HTTP/1. */
  readonly acceptHttp2?: ((socket: Duplex, port: number) => void) | undefined;
  /** From now on, HTTP/2 connections close when they have done what they do next. */
  readonly retireHttp2?: (() => void) | undefined;
  /** Lets HTTP/2 connections finish what they do and close. */
  readonly drainHttp2?: (() => void) | undefined;
}

const OVERDUE_INTERVAL_MS = 5_000;
/** What a client that has just connected may need to send its first bytes, when the port closes. */
const FIRST_BYTES_MS = 1_000;

/** One TCP port. */
export class PortServer {
  private readonly server: Server;
  private readonly sniffer: ConnectionSniffer;
  private readonly sockets = new Set<Socket>();
  private readonly answering = new Set<ServerResponse>();
  private acceptedCount = 0;
  private closed: Promise<void> | undefined;
  private isRetiring = false;
  private tlsServer: TlsServer | undefined;
  private opened = 0;

  constructor(private readonly options: PortOptions) {
    const { maxHeaderBytes: maxHeaderSize, keepAliveTimeoutMs: keepAliveTimeout, messages } = options;
    this.server = createServer({ ...messages, ...timeoutsOf(options), keepAliveTimeout, noDelay: true, maxHeaderSize });
    this.server.timeout = options.requestTimeoutMs;
    this.sniffer = new ConnectionSniffer(options.silenceTimeoutMs);
    // a port that knows but HTTP/1 needs no look at the first bytes
    if (options.tls !== undefined || options.acceptHttp2 !== undefined) this.sniffConnections();
    this.server.prependListener('connection', (socket: Socket) => {
      this.acceptedCount += 1;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.guardConnections();
  }

  /** The port that is open; 0 before. */
  get port(): number {
    return this.opened;
  }

  /** Opens `port`, or any free one for 0. Rejects with what the system says. */
  async open(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        this.opened = (this.server.address() as AddressInfo).port;
        this.answer(this.options.handler(this.opened));
        resolve();
      });
    });
  }

  /** Connections so far. */
  get accepted(): number {
    return this.acceptedCount;
  }

  /** Goes on serving, and asks with every answer for another connection. */
  retire(): void {
    this.isRetiring = true;
    for (const response of this.answering) response.shouldKeepAlive = false;
    this.options.retireHttp2?.();
  }

  /** Takes no more connections from this moment on. */
  refuse(): void {
    this.closed ??= new Promise((resolve) => {
      // HTTP's own would look after its connections before, which takes time in which others connect
      NetServer.prototype.close.call(this.server, () => {
        resolve();
      });
    });
  }

  /** Refuses, waits up to `timeoutMs` for the open requests and calls, and then cuts them off: returns how many connections had to be. */
  async close(timeoutMs: number): Promise<number> {
    let cut = 0;
    const deadline = setTimeout(() => {
      cut = [...this.sockets].filter(({ bytesRead }) => bytesRead > 0).length;
      this.server.closeAllConnections();
      for (const socket of this.sockets) socket.destroy();
    }, timeoutMs);
    const silence = setTimeout(() => {
      this.sniffer.close();
      for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    }, FIRST_BYTES_MS);
    this.refuse();
    this.retire();
    this.server.close();
    // a connection that is giving its last answer has no use for being kept
    this.server.keepAliveTimeout = 1;
    this.options.drainHttp2?.();
    await this.closed;
    clearTimeout(deadline);
    clearTimeout(silence);
    return cut;
  }

  private answer(handler: Handler): void {
    const { answering } = this;
    const answered = function (this: ServerResponse): void {
      answering.delete(this);
    };
    const answerOne: Handler = (request, response) => {
      answering.add(response);
      response.on('close', answered);
      response.on('timeout', cutOffUnread);
      if (this.isRetiring) response.shouldKeepAlive = false;
      handler(request, response);
    };
    this.server.on('request', answerOne);
    // a client that asks before it sends its body gets no `100 Continue` when the body will be refused
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!(Number(request.headers['content-length']) > this.options.maxBodyBytes)) response.writeContinue();
      answerOne(request, response);
    });
  }

  /** Stands between the HTTP/1 server and its connections, so that its time limits hold for those that it gets. */
  private sniffConnections(): void {
    const acceptHttp1 = this.server.listeners('connection') as ((this: Server, socket: Duplex) => void)[];
    this.server.removeAllListeners('connection');
    const accept = (socket: Duplex, protocol: Protocol): void => {
      if (protocol === 'tls') this.acceptTls(socket, acceptDecrypted);
      else if (protocol === 'http2') this.acceptHttp2(socket);
      else for (const listener of acceptHttp1) listener.call(this.server, socket);
    };
    const http2 = this.options.acceptHttp2 === undefined ? [] : (['http2'] as const);
    const decrypted = new Set<Protocol>(http2);
    const raw = new Set<Protocol>(this.options.tls === undefined ? http2 : ['tls', ...http2]);
    const acceptDecrypted = (socket: TLSSocket): void => {
      this.sniffer.sniff(socket, decrypted, (protocol) => {
        accept(socket, protocol);
      });
    };
    this.server.on('connection', (socket: Socket) => {
      this.sniffer.sniff(socket, raw, (protocol) => {
        accept(socket, protocol);
      });
    });
  }

  /** Lets all that listens to connections hear of none that the gate closes. */
  private guardConnections(): void {
    const listeners = this.server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket) => {
      if (!this.options.gate.admits(socket, this.options.hasReserve)) return;
      for (const listener of listeners) listener.call(this.server, socket);
    });
  }

  private acceptTls(socket: Duplex, secured: (socket: TLSSocket) => void): void {
    const { tls, acceptHttp2, silenceTimeoutMs } = this.options;
    if (tls === undefined) return;
    // the client's end of the connection is the end of it: TLS has no half-open connections to offer
    socket.allowHalfOpen = false;
    this.tlsServer ??= createTlsServer(tls, acceptHttp2 !== undefined, silenceTimeoutMs, secured);
    this.tlsServer.emit('connection', socket);
  }

  private acceptHttp2(socket: Duplex): void {
    // else nothing answers when the client ends the connection
    socket.allowHalfOpen = false;
    // the server would refuse a client that does not name its protocol, although it speaks the right one
    if ('alpnProtocol' in socket) socket.alpnProtocol = 'h2';
    this.options.acceptHttp2?.(socket, this.opened);
  }
}

/** Ends the connection of a client that takes nothing of its answer. Work that is still under way is silent, too, and goes on. */
function cutOffUnread(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

/** The time limits as Node's options; it checks for overdue requests at intervals. */
function timeoutsOf({ headersTimeoutMs, requestTimeoutMs }: PortOptions): ServerOptions {
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  const connectionsCheckingInterval = Math.min(OVERDUE_INTERVAL_MS, headersTimeout);
  return { headersTimeout, requestTimeout: requestTimeoutMs, connectionsCheckingInterval };
}
