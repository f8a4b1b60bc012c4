import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How many bytes of a connection come one at a time. */
const DRIPS = 40;

/** Stands before a port and passes on the first bytes of every connection one at a time. */
export interface DrippingProxy {
  readonly port: number;
  close(): void;
}

export async function startDrippingProxy(target: number): Promise<DrippingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    upstream.pipe(client);
    void drip(client, upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function drip(client: Socket, upstream: Socket): Promise<void> {
  let left = DRIPS;
  try {
    for await (const chunk of client as AsyncIterable<Buffer>) {
      const slow = chunk.subarray(0, left);
      left -= slow.length;
      for (const byte of slow) {
        upstream.write(Buffer.of(byte));
        await new Promise((wake) => setTimeout(wake, 2));
      }
      upstream.write(chunk.subarray(slow.length));
    }
  } catch {
    // the client is gone
  }
  upstream.end();
}
