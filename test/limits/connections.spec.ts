import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Listeners, type ListenersOptions } from '../../src/http/listeners.js';

const HOST = '127.0.0.1';
const OTHER = '127.0.0.2';
const HEAD = 'POST / HTTP/1.1\r\nhost: polyvec\r\n';

let listeners: Listeners | undefined;
let sockets: Socket[];

beforeEach(() => {
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await listeners?.close(0);
});

/** Two ports that answer every request when it is whole, one of them HTTP/2 as well. */
async function open(options: Partial<ListenersOptions>): Promise<readonly number[]> {
  const definitions = [
    { name: 'one', port: 0, prefix: '' },
    {
      name: 'two',
      port: 0,
      prefix: '',
      acceptHttp2: (socket: { destroy: () => void }) => {
        socket.destroy();
      },
    },
  ];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume().on('end', () => void response.end('done'));
  };
  listeners = await Listeners.open(definitions, { host: HOST, maxBodyBytes: 1_000, maxHeaderBytes: 1_000, ...options }, answer);
  return [...listeners.ports.values()];
}

/** A connection, once it is known whether it may stay: one that may answers a request. */
async function reach(
  port: number | undefined,
  localAddress = HOST,
): Promise<{ readonly socket: Socket; readonly isServed: boolean }> {
  const socket = connect({ port: port ?? 0, host: HOST, localAddress });
  sockets.push(socket);
  const ended = new Promise<false>((resolve) => {
    socket
      .on('error', () => undefined)
      .on('close', () => {
        resolve(false);
      });
  });
  const served = new Promise<true>((resolve) => {
    socket.once('data', () => {
      resolve(true);
    });
  });
  socket.write(`${HEAD}content-length: 0\r\n\r\n`);
  return { socket, isServed: await Promise.race([served, ended]) };
}

/** Connects until one may stay. */
async function reachAtLast(port: number | undefined): Promise<boolean> {
  for (;;) {
    const { isServed } = await reach(port);
    if (isServed) return true;
  }
}

describe('a limit of connections', () => {
  it('holds for all ports together', async () => {
    const [one, two] = await open({ maxConnections: 3 });
    const served = [await reach(one), await reach(two), await reach(one)];
    expect(served.map(({ isServed }) => isServed)).toEqual([true, true, true]);
    expect(await reach(one)).toMatchObject({ isServed: false });
    expect(await reach(two, OTHER)).toMatchObject({ isServed: false });
  });

  it('lets another one in when one has gone', async () => {
    const [one, two] = await open({ maxConnections: 1 });
    const { socket } = await reach(one);
    expect(await reach(two)).toMatchObject({ isServed: false });
    socket.destroy();
    expect(await reachAtLast(two)).toBe(true);
  });

  it('holds for each address by itself', async () => {
    const [one, two] = await open({ maxConnectionsPerAddress: 2 });
    expect([await reach(one), await reach(two)]).toMatchObject([{ isServed: true }, { isServed: true }]);
    expect(await reach(one)).toMatchObject({ isServed: false });
    expect(await reach(one, OTHER)).toMatchObject({ isServed: true });
    sockets[0]?.destroy();
    expect(await reachAtLast(one)).toBe(true);
  });
});

describe('a limit of the time that a request may take to come', () => {
  /** What is said to a client that sends so much of a request and stops, until it is cut off. */
  async function stopAfter(port: number | undefined, sent: string): Promise<string> {
    const socket = connect({ port: port ?? 0, host: HOST });
    sockets.push(socket);
    let said = '';
    socket.on('error', () => undefined).on('data', (data) => (said += data.toString()));
    socket.write(sent);
    await once(socket, 'close');
    return said;
  }

  it('holds for the headers', async () => {
    const [one, two] = await open({ headersTimeoutMs: 200 });
    expect(await stopAfter(one, HEAD)).toContain('408');
    expect(await stopAfter(two, HEAD)).toContain('408');
  });

  it('holds for a connection that says nothing, where its first bytes are awaited', async () => {
    const [, two] = await open({ headersTimeoutMs: 200 });
    expect(await stopAfter(two, '')).toBe('');
  });

  it('holds for the body', async () => {
    const [one] = await open({ headersTimeoutMs: 200, requestTimeoutMs: 400 });
    expect(await stopAfter(one, `${HEAD}content-length: 10\r\n\r\n12345`)).toContain('408');
  });

  it('leaves a request alone that comes in time, however long the connection is idle before', async () => {
    const [one] = await open({ headersTimeoutMs: 200, requestTimeoutMs: 300 });
    const { socket, isServed } = await reach(one);
    expect(isServed).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 700));
    socket.write(`${HEAD}content-length: 0\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('200 OK');
  });
});
