import type { Duplex } from 'node:stream';
import { type Server, ServerCredentials } from '@grpc/grpc-js';

type Injector = ReturnType<Server['createConnectionInjector']>;

/** What a client that has just connected may need for its first call, when its server closes. */
const FIRST_CALL_MS = 1_000;

/** The connections of a gRPC server. Each has an injector of its own, so that it can be closed without the others. */
export class GrpcConnections {
  private readonly injectors = new Map<string, Injector>();
  private isRetiring = false;
  private isDraining = false;

  /** @param graceMs how long calls may go on when their connection is closed */
  constructor(
    private readonly server: Server,
    private readonly graceMs: number,
  ) {}

  /** Takes over a connection that begins with an HTTP/2 preface. */
  accept(socket: Duplex): void {
    const peer = peerOf(socket);
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    this.injectors.set(peer, injector);
    socket.once('close', () => {
      if (this.injectors.get(peer) === injector) this.injectors.delete(peer);
      injector.destroy();
    });
    injector.injectConnection(socket);
    if (!this.isDraining) return;
    setTimeout(() => {
      injector.drain(this.graceMs);
    }, FIRST_CALL_MS).unref();
  }

  /** From now on a connection closes after the call that comes next: its client is told (GOAWAY) when it waits for the answer. */
  retire(): void {
    this.isRetiring = true;
  }

  /** A call has come; `peer` is what the call says of its connection. */
  called(peer: string): void {
    // a proxy that is told while its connection is idle may just be sending a call, which it would not repeat
    if (this.isRetiring) this.injectors.get(peer)?.drain(this.graceMs);
  }

  /** Closes all connections when the calls that are under way are answered, or after the grace. */
  drain(): void {
    this.isDraining = true;
    for (const injector of this.injectors.values()) injector.drain(this.graceMs);
  }

  destroy(): void {
    for (const injector of this.injectors.values()) injector.destroy();
  }
}

/** As a call words it. */
function peerOf(socket: Duplex): string {
  const { remoteAddress, remotePort } = socket as { readonly remoteAddress?: string; readonly remotePort?: number };
  return `${String(remoteAddress)}:${String(remotePort)}`;
}
