import type { Duplex } from 'node:stream';

/** What a connection speaks. */
export type Protocol = 'http1' | 'http2' | 'tls';

/** The first byte of a TLS handshake; no text protocol begins with it. */
const TLS_HANDSHAKE = 0x16;

/** What every HTTP/2 connection begins with, as far as no HTTP/1 method does. */
const HTTP2_PREFACE = Buffer.from('PRI');

/** Finds out what connections speak, of the protocols that are possible besides HTTP/1. */
export class ConnectionSniffer {
  private readonly undecided = new Set<Duplex>();
  private closed = false;

  /** A connection that is still undecided after `timeoutMs` is closed. */
  constructor(private readonly timeoutMs: number) {}

  /**
   * Calls `decided` once the first bytes show the protocol, with every byte back in the socket and no listener left on it. Never calls it for a
   * connection that ends, fails or is silent before that: such a socket is destroyed.
   */
  sniff(socket: Duplex, possible: ReadonlySet<Protocol>, decided: (protocol: Protocol) => void): void {
    if (this.closed) {
      socket.destroy();
      return;
    }
    let bytes: Buffer = Buffer.alloc(0);
    const destroy = (): void => {
      socket.destroy();
    };
    const timer = setTimeout(destroy, this.timeoutMs);
    const release = (): void => {
      clearTimeout(timer);
      this.undecided.delete(socket);
      socket.off('readable', read).off('end', destroy).off('error', destroy).off('close', release);
    };
    const read = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const protocol = recognize(bytes, possible);
      if (protocol === undefined) return;
      release();
      // only now: each unshift raises `readable` again
      socket.unshift(bytes);
      decided(protocol);
    };
    this.undecided.add(socket);
    socket.on('readable', read).on('end', destroy).on('error', destroy).on('close', release);
  }

  /** Closes the undecided connections, and all later ones. */
  close(): void {
    this.closed = true;
    for (const socket of this.undecided) socket.destroy();
  }
}

/** What begins with `bytes`, or `undefined` when more of them are needed. */
function recognize(bytes: Buffer, possible: ReadonlySet<Protocol>): Protocol | undefined {
  if (possible.has('tls') && bytes[0] === TLS_HANDSHAKE) return 'tls';
  if (!possible.has('http2')) return 'http1';
  const length = Math.min(bytes.length, HTTP2_PREFACE.length);
  if (bytes.compare(HTTP2_PREFACE, 0, length, 0, length) !== 0) return 'http1';
  return length === HTTP2_PREFACE.length ? 'http2' : undefined;
}
