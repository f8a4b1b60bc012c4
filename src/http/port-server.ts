import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
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
  /** Without it, no TLS. */
  readonly tls?: Certificate | undefined;
  /** The classes of requests and responses; Node's own unless given. */
  readonly messages?: HttpMessages | undefined;
  /** Answers HTTP/1, given the port that was opened. */
  readonly handler: (port: number) => Handler;
  /** Without it, everything is taken for HTTP/1. */
  readonly acceptHttp2?: ((socket: Duplex, port: number) => void) | undefined;
  /** Lets HTTP/2 connections finish what they do and close. */
  readonly drainHttp2?: (() => void) | undefined;
}

/** Longer than load balancers keep an idle connection, so that it is never us who close one they are about to use. */
const KEEP_ALIVE_MS = 75_000;

/** One TCP port. */
export class PortServer {
  private readonly server: Server;
  private readonly sniffer: ConnectionSniffer;
  private readonly sockets = new Set<Socket>();
  private tlsServer: TlsServer | undefined;
  private opened = 0;

  constructor(private readonly options: PortOptions) {
    const { maxHeaderBytes: maxHeaderSize, messages } = options;
    this.server = createServer({ ...messages, keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true, maxHeaderSize });
    this.sniffer = new ConnectionSniffer(options.silenceTimeoutMs);
    // a port that knows but HTTP/1 needs no look at the first bytes
    if (options.tls !== undefined || options.acceptHttp2 !== undefined) this.sniffConnections();
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

  /** Takes no more connections, waits up to `timeoutMs` for the open requests and calls, and then cuts them off. */
  async close(timeoutMs: number): Promise<void> {
    const deadline = setTimeout(() => {
      this.server.closeAllConnections();
      for (const socket of this.sockets) socket.destroy();
    }, timeoutMs);
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeIdleConnections();
      // a connection that answers its last request has no use for being kept
      this.server.keepAliveTimeout = 1;
      this.sniffer.close();
      this.options.drainHttp2?.();
    });
    clearTimeout(deadline);
  }

  private answer(handler: Handler): void {
    this.server.on('request', handler);
    // a client that asks whether to send its body is not told to when the body will be refused
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!(Number(request.headers['content-length']) > this.options.maxBodyBytes)) response.writeContinue();
      handler(request, response);
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
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      this.sniffer.sniff(socket, raw, (protocol) => {
        accept(socket, protocol);
      });
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
