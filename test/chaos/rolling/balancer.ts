import { once } from 'node:events';
import {
  Agent,
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer, type Server as TcpServer, type Socket } from 'node:net';

/** A load balancer that knows nothing but which instances there are. */
export interface Balancer {
  readonly port: number;
  stop(): Promise<void>;
}

/** What a proxy must not pass on: it is between two of three. */
const HOP_HEADERS = ['connection', 'keep-alive'];

/**
 * Round robin over HTTP/1, on kept connections. A request goes to the next instance when one refuses the connection, or when it says 503
 * and the request has no effect; nothing else is repeated.
 */
export async function startHttpBalancer(ports: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  let next = 0;
  // its own clients need not hurry
  const server = createHttpServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    next += 1;
    // whoever gives up while sending wants no answer
    pass(request, response, rotated(ports, next), agent).catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    port,
    stop: async () => {
      server.closeAllConnections();
      await close(server);
      agent.destroy();
    },
  };
}

/** Round robin over connections, whatever they carry: the next instance when one refuses. */
export async function startTcpBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let next = 0;
  const server = createServer({ noDelay: true }, (client) => {
    next += 1;
    sockets.add(client.on('error', () => undefined).on('close', () => sockets.delete(client)));
    relay(client, rotated(ports, next));
  });
  const port = await listen(server);
  return {
    port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

function rotated(ports: readonly number[], by: number): readonly number[] {
  const start = by % ports.length;
  return [...ports.slice(start), ...ports.slice(0, start)];
}

async function pass(request: IncomingMessage, response: ServerResponse, ports: readonly number[], agent: Agent): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  for (const [index, port] of ports.entries()) {
    const isLast = index === ports.length - 1;
    try {
      const answer = await send(request, body, port, agent);
      if (answer.statusCode === 503 && request.method === 'GET' && !isLast) {
        answer.resume();
        continue;
      }
      response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers));
      answer.pipe(response);
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ECONNREFUSED' && !isLast) continue;
      response.writeHead(502).end(`no answer from an instance: ${message}`);
      return;
    }
  }
}

async function send(request: IncomingMessage, body: Buffer, port: number, agent: Agent): Promise<IncomingMessage> {
  const { method = 'GET', url = '/' } = request;
  const sent = httpRequest({ host: '127.0.0.1', port, agent, method, path: url, headers: withoutHops(request.headers) });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name)));
}

function relay(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
  const refused = (): void => {
    relay(client, others);
  };
  upstream.once('error', refused);
  upstream.once('connect', () => {
    upstream.off('error', refused).on('error', () => undefined);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
}

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server | TcpServer): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
