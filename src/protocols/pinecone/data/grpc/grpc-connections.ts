import type { Duplex } from 'node:stream';
import { type Server, ServerCredentials } from '@grpc/grpc-js';

interface Connection {
  readonly injector: ReturnType<Server['createConnectionInjector']>;
  hasCarriedCall: boolean;
  /** Closes it when no call comes for too long. */
  timer: NodeJS.Timeout;
}

/** How long connections may be kept, in milliseconds. */
export interface ConnectionTimes {
  /** Until its first call has come, with a good key where keys are asked for. */
  readonly firstCallMs: number;
  /** Without another call. */
  readonly idleMs: number;
  /** How long calls may go on when their connection is closed. */
  readonly graceMs: number;
}

/** Time for the first call of a client that has just connected, when its server closes. */
const FIRST_CALL_MS = 1_000;
/** Time for a client to close a connection itself after a GOAWAY. */
const LINGER_MS = 1_000;

/** The connections of a gRPC server. Each has an injector of its own, so that it can be closed without the others. */
export class GrpcConnections {
  private readonly connections = new Map<string, Connection>();
  private isRetiring = false;
  private isDraining = false;

  constructor(
    private readonly server: Server,
    private readonly times: ConnectionTimes,
  ) {}

  /** Takes over a connection that begins with an HTTP/2 preface. */
  accept(socket: Duplex): void {
    const peer = peerOf(socket);
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    // a connection that carries no call is nobody's: there may be only so many
    const timer = setTimeout(() => socket.destroy(), this.times.firstCallMs).unref();
    const connection: Connection = { injector, hasCarriedCall: false, timer };
    this.connections.set(peer, connection);
    socket.once('close', () => {
      clearTimeout(connection.timer);
      if (this.connections.get(peer) === connection) this.connections.delete(peer);
      injector.destroy();
    });
    endLater(socket);
    injector.injectConnection(socket);
    if (this.isDraining) this.drainSoon(connection);
  }

  /** From now on a connection closes after its next call: the GOAWAY is sent while the client waits for the answer. */
  retire(): void {
    this.isRetiring = true;
  }

  /** A call with a good key has begun; its message may take longer than a connection without calls is kept. */
  admitted(peer: string): void {
    const connection = this.connections.get(peer);
    if (connection === undefined) return;
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => {
      this.drainOne(connection);
    }, this.times.idleMs).unref();
  }

  /** Notes a call; `peer` is its connection, as calls name it. */
  called(peer: string): void {
    const connection = this.connections.get(peer);
    if (connection === undefined) return;
    connection.hasCarriedCall = true;
    // a proxy that gets the GOAWAY on an idle connection may be sending a call that it would not repeat
    if (this.isRetiring) this.drainOne(connection);
  }

  /** Closes all connections when the calls that are under way are answered, or after the grace. */
  drain(): void {
    this.isDraining = true;
    for (const connection of this.connections.values()) {
      if (connection.hasCarriedCall) this.drainOne(connection);
      else this.drainSoon(connection);
    }
  }

  destroy(): void {
    for (const { injector } of this.connections.values()) injector.destroy();
  }

  /** A new connection's first call is on its way. */
  private drainSoon(connection: Connection): void {
    setTimeout(() => {
      this.drainOne(connection);
    }, FIRST_CALL_MS).unref();
  }

  /** Tells the client to send its next call elsewhere (GOAWAY), and closes when the calls under way are answered, or after the grace. */
  private drainOne({ injector }: Connection): void {
    injector.drain(this.times.graceMs);
  }
}

/** As a call words it. */
function peerOf(socket: Duplex): string {
  const { remoteAddress, remotePort } = socket as { readonly remoteAddress?: string; readonly remotePort?: number };
  return `${String(remoteAddress)}:${String(remotePort)}`;
}

/**
 * Lets the client close first. The library ends a connection with the last answer on it, and nginx takes that answer for a broken one
 * when it comes together with the first bytes of the connection, which nginx still wants to acknowledge.
 */
function endLater(socket: Duplex): void {
  const end = socket.end.bind(socket) as () => Duplex;
  socket.end = () => {
    if (socket.readableEnded || socket.destroyed) return end();
    const timer = setTimeout(end, LINGER_MS);
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        clearTimeout(timer);
        end();
      });
    }
    return socket;
  };
}
