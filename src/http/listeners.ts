import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Port } from '../config.js';

/** A port and the path prefix that it stands for: a request to the port is one to the prefix on the console port. */
export interface Listener {
  readonly name: string;
  readonly port: Port;
  readonly prefix: string;
}

/** What answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than load balancers keep an idle connection, so that it is never us who close one they are about to use. */
const KEEP_ALIVE_MS = 75_000;

/** The ports that are open. */
export class Listeners {
  private constructor(
    private readonly servers: ReadonlyMap<string, Server>,
    private readonly host: string,
  ) {}

  /** @throws Error that names the port, when one cannot be opened; then none is. */
  static async open(listeners: readonly Listener[], host: string, maxBodyBytes: number, handler: Handler): Promise<Listeners> {
    const servers = new Map<string, Server>();
    const open = new Listeners(servers, host);
    for (const { name, port, prefix } of listeners) {
      if (port === 'off') continue;
      const handle: Handler = (request, response) => {
        request.url = prefix + (request.url ?? '/');
        handler(request, response);
      };
      const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, handle);
      // a client that asks whether to send its body is not told to when the body will be refused
      server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
        if (!(Number(request.headers['content-length']) > maxBodyBytes)) response.writeContinue();
        handle(request, response);
      });
      try {
        await listen(server, port, host);
      } catch (error) {
        await open.close(0);
        const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        const reason = busy ? 'it is in use; choose another one' : (error as Error).message;
        throw new Error(`cannot listen on ${host} port ${String(port)} for ${name}: ${reason}`, { cause: error });
      }
      servers.set(name, server);
    }
    return open;
  }

  /** Where each protocol is served, by its name. */
  get urls(): ReadonlyMap<string, string> {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return new Map(
      [...this.servers].map(([name, server]) => [name, `http://${host}:${String((server.address() as AddressInfo).port)}`]),
    );
  }

  /** Takes no more connections, and waits up to `timeoutMs` for the open requests. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => closeServer(server, timeoutMs)));
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, timeoutMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(deadline);
}
