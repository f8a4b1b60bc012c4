import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below what the system gives to outgoing connections and to port 0, so that nothing else takes one before it is used. */
const RANGE = { first: 20_000, last: 32_000 } as const;
const MAX_TRIES = 1_000;

/** As many ports as are asked for, different and free a moment ago: for what must have the same ones again after a restart. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = new Map<number, Server>();
  for (let tries = 0; servers.size < count; tries += 1) {
    if (tries === MAX_TRIES) throw new Error(`there are no ${String(count)} free ports`);
    const port = RANGE.first + Math.floor(Math.random() * (RANGE.last - RANGE.first));
    const server = createServer();
    const isFree = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (await isFree) servers.set(port, server);
  }
  for (const server of servers.values()) {
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
  return [...servers.keys()];
}
