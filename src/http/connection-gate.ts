import type { Socket } from 'node:net';

/** How many connections there may be; 0: any number. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** Connections that only ports with a reserve take beyond the limit. */
const RESERVED = 20;

/** Counts the connections of several ports, and closes those that are too many. */
export class ConnectionGate {
  private open = 0;
  private readonly openByAddress = new Map<string, number>();

  constructor(private readonly limits: ConnectionLimits) {}

  /**
   * Whether the connection may stay. One that may not is closed: its protocol is not known yet, so it gets no error. `hasReserve`:
   * the port takes some more connections than others, so that probes are answered when these take no more.
   */
  admits(socket: Socket, hasReserve: boolean): boolean {
    const address = socket.remoteAddress ?? '';
    const ofAddress = this.openByAddress.get(address) ?? 0;
    const open = hasReserve ? this.open - RESERVED : this.open;
    if (isReached(this.limits.maxConnections, open) || isReached(this.limits.maxConnectionsPerAddress, ofAddress)) {
      socket.destroy();
      return false;
    }
    this.open += 1;
    this.openByAddress.set(address, ofAddress + 1);
    socket.once('close', () => {
      this.release(address);
    });
    return true;
  }

  private release(address: string): void {
    this.open -= 1;
    const left = (this.openByAddress.get(address) ?? 1) - 1;
    if (left === 0) this.openByAddress.delete(address);
    else this.openByAddress.set(address, left);
  }
}

function isReached(limit: number, count: number): boolean {
  return limit > 0 && count >= limit;
}
