import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { FrontendReader, type FrontendRequest } from './frontend-reader.js';

/** What the proxy does with connections and what comes over them. */
export type Behaviour =
  | { readonly kind: 'pass' }
  /** Every answer comes so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Takes everything and gives nothing, also to new connections. What it has taken is lost. */
  | { readonly kind: 'swallow' }
  /** Nobody listens, and there are no connections. */
  | { readonly kind: 'refuse' }
  /** Each connection breaks after so many bytes from the server, counted from now. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** New connections get this error instead of a welcome; there are no others. */
  | { readonly kind: 'reject'; readonly sqlstate: string }
  /** Requests get this error and are not passed on: all, or those whose SQL matches; only so many of them when `times` is given. */
  | { readonly kind: 'answer'; readonly sqlstate: string; readonly to?: RegExp; readonly times?: number };

/** In every injected message: whoever reads it has been told what is not theirs to know. */
export const PLANTED = 'SELECT planted FROM polyvec.secrets';

/** The server ends the connection after these. */
const FATAL = /^(?:08|28|3D|57P|53300)/;
const READY = 'Z';

/** Stands between a gateway and its Postgres, and fails on demand. */
export class FaultProxy {
  private behaviour: Behaviour = { kind: 'pass' };
  private readonly links = new Set<Link>();
  private server: Server | undefined;
  private port = 0;
  private injected = 0;

  private constructor(private readonly target: URL) {}

  /** In front of the server that a `postgres://` URL names. */
  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target));
    await proxy.listen();
    return proxy;
  }

  /** The target's, through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${String(this.port)}`;
    return url.href;
  }

  /** Connections that are open. */
  get size(): number {
    return this.links.size;
  }

  async set(behaviour: Behaviour): Promise<void> {
    this.behaviour = behaviour;
    this.injected = 0;
    for (const link of this.links) link.countFromNow();
    if (behaviour.kind === 'reject' || behaviour.kind === 'refuse') this.cut();
    if (behaviour.kind === 'refuse') await this.unlisten();
    else if (this.server === undefined) await this.listen();
  }

  /** Breaks all connections at once. */
  cut(): void {
    for (const link of this.links) link.break();
  }

  async stop(): Promise<void> {
    this.cut();
    await this.unlisten();
  }

  private async listen(): Promise<void> {
    const server = createServer((socket) => {
      const link = new Link(socket, this.target, {
        behaviour: () => this.behaviour,
        takeInjection: (times) => {
          this.injected += 1;
          return this.injected <= times;
        },
      });
      this.links.add(link);
      link.onEnd(() => this.links.delete(link));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private async unlisten(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
}

interface Orders {
  behaviour(): Behaviour;
  /** False when there have been enough. */
  takeInjection(times: number): boolean;
}

/** One connection. */
class Link {
  private readonly upstream: Socket;
  private readonly reader = new FrontendReader();
  /** From the server, since the behaviour was set. */
  private bytes = 0;
  /** Something of it was lost: nothing comes over it any more. */
  private isDead = false;

  constructor(
    private readonly client: Socket,
    target: URL,
    private readonly orders: Orders,
  ) {
    this.upstream = connect(Number(target.port || '5432'), target.hostname);
    for (const socket of [client, this.upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.break();
      });
    }
    client.on('data', (bytes: Buffer) => {
      this.fromClient(bytes);
    });
    this.upstream.on('data', (bytes: Buffer) => {
      this.fromServer(bytes);
    });
  }

  onEnd(listener: () => void): void {
    this.client.once('close', listener);
  }

  countFromNow(): void {
    this.bytes = 0;
  }

  break(): void {
    this.client.destroy();
    this.upstream.destroy();
  }

  private isSwallowing(): boolean {
    this.isDead ||= this.orders.behaviour().kind === 'swallow';
    return this.isDead;
  }

  private fromClient(bytes: Buffer): void {
    if (this.isSwallowing()) return;
    for (const request of this.reader.read(bytes)) this.forward(request);
  }

  private forward(request: FrontendRequest): void {
    const behaviour = this.orders.behaviour();
    if (behaviour.kind === 'reject' && request.kind === 'startup') {
      this.fail(behaviour.sqlstate);
      return;
    }
    const isMeant = behaviour.kind === 'answer' && request.kind === 'query' && (behaviour.to?.test(request.sql) ?? true);
    if (isMeant && this.orders.takeInjection(behaviour.times ?? Infinity)) {
      this.fail(behaviour.sqlstate, request.isInTransaction ? 'E' : 'I');
      return;
    }
    this.upstream.write(request.bytes);
  }

  private fromServer(bytes: Buffer): void {
    if (this.isSwallowing()) return;
    const behaviour = this.orders.behaviour();
    if (behaviour.kind === 'delay') {
      setTimeout(() => {
        if (!this.isSwallowing()) this.client.write(bytes);
      }, behaviour.ms);
      return;
    }
    const left = behaviour.kind === 'cut' ? behaviour.afterBytes - this.bytes : Infinity;
    this.bytes += bytes.length;
    if (bytes.length <= left) {
      this.client.write(bytes);
      return;
    }
    this.client.write(bytes.subarray(0, Math.max(0, left)), () => {
      this.break();
    });
  }

  /** `status` is the transaction's after it; a fatal error ends the connection instead. */
  private fail(sqlstate: string, status?: 'I' | 'E'): void {
    if (status === undefined || FATAL.test(sqlstate)) {
      this.client.write(errorResponse('FATAL', sqlstate), () => {
        this.break();
      });
      return;
    }
    this.client.write(Buffer.concat([errorResponse('ERROR', sqlstate), message(READY, Buffer.from(status))]));
  }
}

function errorResponse(severity: 'ERROR' | 'FATAL', sqlstate: string): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlstate}`, `Minjected ${sqlstate}: ${PLANTED}`, `D${PLANTED}`];
  return message('E', Buffer.from(`${fields.join('\0')}\0\0`));
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
