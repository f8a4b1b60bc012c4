import type { Socket } from 'node:net';

/** How many connections there may be; 0: any number. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** Counts the connections of several ports, and closes those that are too many. */
export class ConnectionGate {
  private open = 0;
  private readonly openByAddress = new Map<string, number>();

  constructor(private readonly limits: ConnectionLimits) {}

  /** Whether the connection may stay. One that may not is closed: its protocol is not known yet, so it gets no error. */
  admits(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const ofAddress = this.openByAddress.get(address) ?? 0;
    if (isReached(this.limits.maxConnections, this.open) || isReached(this.limits.maxConnectionsPerAddress, ofAddress)) {
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
