import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import {
  Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { makeCertificates } from '../../src/cli/certs.js';
import { type Listener, Listeners, type ListenersOptions } from '../../src/http/listeners.js';
import { type Certificate, readCertificate } from '../../src/http/tls.js';
import { startDrippingProxy } from './dripping-proxy.js';
import { EchoClient, type EchoServer, startEchoServer } from './echo.js';

const HOST = '127.0.0.1';
const MiB = 1024 * 1024;
const OPTIONS = { host: HOST, maxBodyBytes: MiB, maxHeaderBytes: MiB };

interface Answer {
  readonly url: string;
  readonly bytes: number;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

describe('listeners', () => {
  let directory: string;
  let ca: Buffer;
  let tls: Certificate | undefined;
  let echo: EchoServer;
  let cleanUps: (() => Promise<void> | void)[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'polyvec-tls-'));
    await makeCertificates({ out: directory, host: [] });
    ca = await readFile(join(directory, 'ca.pem'));
    tls = await readCertificate(join(directory, 'server.pem'), join(directory, 'server-key.pem'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  beforeEach(() => {
    echo = startEchoServer();
    cleanUps = [];
  });

  afterEach(async () => {
    echo.release();
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    echo.stop();
  });

  const dispose = <T>(thing: T, cleanUp: (thing: T) => Promise<void> | void): T => {
    cleanUps.push(() => cleanUp(thing));
    return thing;
  };

  /** Answers with the URL and the length of the body that it got; `…/wait` waits as the echo server does. */
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => {
      const url = request.url ?? '';
      const end = (): void => void response.end(JSON.stringify({ url, bytes } satisfies Answer));
      if (url.endsWith('/wait')) void echo.wait().then(end);
      else end();
    });
  };

  const open = async (options: Partial<ListenersOptions> = {}, ...others: readonly Listener[]): Promise<Listeners> => {
    const index = { name: 'index', port: 0, prefix: (port: number) => `/port/${String(port)}`, ...echo };
    return dispose(await Listeners.open([index, ...others], { ...OPTIONS, ...options }, answer), async (listeners) => {
      await listeners.close(0);
    });
  };

  const openPort = async (options: Partial<ListenersOptions> = {}): Promise<number> => portOf(await open(options));

  const portOf = (listeners: Listeners, name = 'index'): number => listeners.ports.get(name) ?? 0;

  const grpc = (port: number, encrypted = false): EchoClient =>
    dispose(
      new EchoClient(`${HOST}:${String(port)}`, encrypted ? credentials.createSsl(ca) : credentials.createInsecure()),
      (client) => {
        client.close();
      },
    );

  const send = async (
    port: number,
    path: string,
    options: RequestOptions & { body?: Buffer; encrypted?: boolean } = {},
  ): Promise<Reply> => {
    const { body, encrypted, ...rest } = options;
    const settings = { host: HOST, port, path, agent: false as const, ...rest };
    const request = encrypted === true ? httpsRequest({ ...settings, ca }) : httpRequest(settings);
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
    return { status: response.statusCode ?? 0, body: text };
  };

  const get = async (port: number, path: string, encrypted = false): Promise<Answer> =>
    JSON.parse((await send(port, path, { encrypted })).body) as Answer;

  const post = async (port: number, path: string, body: Buffer, encrypted = false): Promise<Answer> =>
    JSON.parse((await send(port, path, { method: 'POST', body, encrypted })).body) as Answer;

  const dial = async (port: number, text = ''): Promise<Socket> => {
    const socket = dispose(connect(port, HOST), (open) => {
      open.destroy();
    });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };

  const dialTls = async (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = dispose(tlsConnect({ host: HOST, port, ca, ...options }), (open) => {
      open.destroy();
    });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  };

  const closed = async (socket: Socket): Promise<void> => {
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
  };

  describe('of one port', () => {
    it('speaks plaintext HTTP/1 and HTTP/2', async () => {
      const port = await openPort();
      expect(await get(port, '/vectors')).toEqual({ url: `/port/${String(port)}/vectors`, bytes: 0 });
      expect(await grpc(port).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
    });

    it('speaks both inside TLS too when there is a certificate', async () => {
      const port = await openPort({ tls });
      expect(await get(port, '/vectors')).toEqual({ url: `/port/${String(port)}/vectors`, bytes: 0 });
      expect(await get(port, '/vectors', true)).toEqual({ url: `/port/${String(port)}/vectors`, bytes: 0 });
      expect(await grpc(port).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
      expect(await grpc(port, true).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
    });

    it('carries messages of 8 MB both ways', async () => {
      const port = await openPort({ tls });
      const message = Buffer.alloc(8_000_000, 'abcdefg');
      expect((await grpc(port).echo(message)).equals(message)).toBe(true);
      expect((await grpc(port, true).echo(message)).equals(message)).toBe(true);
      expect((await post(port, '/', message)).bytes).toBe(8_000_000);
      expect((await post(port, '/', message, true)).bytes).toBe(8_000_000);
    });

    it('understands a client whose first bytes come one at a time', async () => {
      const proxy = dispose(await startDrippingProxy(await openPort({ tls })), (open) => {
        open.close();
      });
      expect((await get(proxy.port, '/vectors')).url).toMatch(/\/vectors$/);
      expect((await get(proxy.port, '/vectors', true)).url).toMatch(/\/vectors$/);
      expect(await grpc(proxy.port).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
      expect(await grpc(proxy.port, true).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
    });

    it('takes a method that begins like HTTP/2 for HTTP/1', async () => {
      const port = await openPort();
      expect((await send(port, '/vectors', { method: 'PROPFIND' })).status).toBe(200);
    });

    it('answers many calls of every kind at once', async () => {
      const port = await openPort({ tls });
      const clients = [grpc(port), grpc(port, true)];
      const calls = Array.from({ length: 400 }, async (_, call) => {
        const message = Buffer.alloc((call * 7919) % 50_000, String(call));
        const client = clients[call % 4];
        const encrypted = call % 4 === 3;
        return client === undefined
          ? (await post(port, `/${String(call)}`, message, encrypted)).bytes === message.length
          : (await client.echo(message)).equals(message);
      });
      expect(await Promise.all(calls)).toEqual(calls.map(() => true));
    });

    it('answers a URL of 600 KB', async () => {
      const port = await openPort({ tls });
      const path = `/vectors/fetch?ids=${'x'.repeat(600_000)}`;
      expect((await get(port, path)).url).toBe(`/port/${String(port)}${path}`);
      expect((await get(port, path, true)).url).toBe(`/port/${String(port)}${path}`);
    });

    it('keeps connections for more requests', async () => {
      const port = await openPort({ tls });
      const agent = dispose(new HttpAgent({ keepAlive: true, maxSockets: 1 }), (open) => {
        open.destroy();
      });
      const sockets = new Set<Socket>();
      agent.on('free', (socket: Socket) => sockets.add(socket));
      for (const path of ['/1', '/2', '/3']) expect((await send(port, path, { agent })).status).toBe(200);
      expect(sockets.size).toBe(1);
    });

    it('answers requests that were sent without waiting for the answers before', async () => {
      const socket = await dial(
        await openPort({ tls }),
        'GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      );
      let text = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
      expect(text).toMatch(/\/1"[^]*\/2"/);
    });

    it('answers a client that ended its side with the request', async () => {
      const socket = await dial(await openPort({ tls }));
      socket.end('GET /1 HTTP/1.0\r\n\r\n');
      let text = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
      expect(text).toContain('/1"');
    });

    it('does not ask for a body that will be refused', async () => {
      const port = await openPort();
      const asked = async (length: number): Promise<string> => {
        const head = `POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${String(length)}\r\nconnection: close\r\n\r\n`;
        const socket = await dial(port, head);
        const timer = setTimeout(() => socket.destroy(), 300);
        const [chunk] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown];
        clearTimeout(timer);
        return String(chunk);
      };
      expect(await asked(5)).toMatch(/^HTTP\/1.1 100 Continue/);
      expect(await asked(MiB + 1)).not.toMatch(/100 Continue/);
    });

    it('tells the port that an HTTP/2 connection came to', async () => {
      const listeners = await open({ tls }, { name: 'second', port: 0, prefix: '', ...echo });
      await grpc(portOf(listeners)).echo(Buffer.from('hello'));
      await grpc(portOf(listeners, 'second'), true).echo(Buffer.from('hello'));
      expect(echo.ports).toEqual([portOf(listeners), portOf(listeners, 'second')]);
    });
  });

  describe('with TLS', () => {
    it('choose HTTP/1 for a client that speaks both, and HTTP/2 for one that speaks nothing else', async () => {
      const port = await openPort({ tls });
      const chosen = async (...ALPNProtocols: string[]): Promise<unknown> =>
        (await dialTls(port, { ALPNProtocols })).alpnProtocol;
      expect(await chosen('h2', 'http/1.1')).toBe('http/1.1');
      expect(await chosen('grpc-exp', 'h2')).toBe('h2');
      await expect(chosen('spdy/3')).rejects.toThrow(/no application protocol/);
    });

    it('look at what a client sends that does not name its protocol', async () => {
      const port = await openPort({ tls });
      const socket = await dialTls(port);
      socket.write('GET /1 HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
      const plain = await dialTls(port);
      const session = dispose(http2Connect(`https://${HOST}`, { createConnection: () => plain }), (open) => {
        open.destroy();
      });
      const stream = session.request({ ':path': '/test.Echo/echo', ':method': 'POST', 'content-type': 'application/grpc' });
      stream.end(Buffer.from([0, 0, 0, 0, 1, 65]));
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(Buffer.concat(chunks)).toEqual(Buffer.from([0, 0, 0, 0, 1, 65]));
    });

    it('speak no HTTP/2 where nobody takes it', async () => {
      const port = portOf(await open({ tls }, { name: 'console', port: 0, prefix: '/console' }), 'console');
      expect((await get(port, '/health')).url).toBe('/console/health');
      expect((await get(port, '/health', true)).url).toBe('/console/health');
      expect((await dialTls(port, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe('http/1.1');
      await expect(dialTls(port, { ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/);
      const socket = await dial(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 400/);
    });

    it('outlive clients that break off, and handshakes that are none', async () => {
      const port = await openPort({ tls });
      const reset = await dial(port, 'PR');
      await new Promise((wake) => setTimeout(wake, 50));
      reset.resetAndDestroy();
      const nonsense = await dial(port, '\x16\x03\x01nonsense, and a lot of it');
      await closed(nonsense);
      const halfway = await dial(port, '\x16\x03\x01');
      halfway.end();
      await closed(halfway);
      const preface = await dial(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense, and a lot of it, which is not a frame at all');
      await closed(preface);
      const broken = await dial(port);
      await dialTls(port, { socket: broken });
      broken.resetAndDestroy();
      expect(await grpc(port, true).echo(Buffer.from('hello'))).toEqual(Buffer.from('hello'));
      expect((await get(port, '/vectors', true)).url).toMatch(/\/vectors$/);
    });

    it('are not opened with a key that is not the certificate’s', async () => {
      const other = join(directory, 'other');
      await makeCertificates({ out: other, host: [] });
      const key = await readFile(join(other, 'server-key.pem'), 'utf8');
      await expect(Listeners.open([], { ...OPTIONS, tls: { cert: tls?.cert ?? '', key } }, answer)).rejects.toThrow(
        /key values mismatch/,
      );
    });
  });

  describe('and silent clients', () => {
    it('are parted after a while, whatever they left unsaid', async () => {
      const port = await openPort({ tls, silenceTimeoutMs: 200 });
      for (const beginning of ['', 'PR', '\x16']) await closed(await dial(port, beginning));
      await closed(await dialTls(port));
      expect((await get(port, '/vectors')).url).toMatch(/\/vectors$/);
    });

    it('are not parted when they were heard', async () => {
      const port = await openPort({ tls, silenceTimeoutMs: 200 });
      const client = grpc(port, true);
      await client.echo(Buffer.from('hello'));
      const socket = await dial(port, 'GET /1 HTTP/1.1\r\nhost: x\r\n\r\n');
      await once(socket, 'data');
      await new Promise((wake) => setTimeout(wake, 500));
      socket.write('GET /2 HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toContain('/2"');
      await client.echo(Buffer.from('hello'));
      expect(echo.ports).toHaveLength(1);
    });

    it('answer the end of a connection with theirs', async () => {
      const port = await openPort({ tls });
      for (const beginning of ['', 'PR', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET / HT', '\x16\x03']) {
        const socket = await dial(port, beginning);
        socket.end();
        await closed(socket);
      }
      const secured = await dialTls(port);
      secured.end();
      await closed(secured);
    });
  });

  describe('when they open', () => {
    it('open a hundred ports', async () => {
      const many = Array.from({ length: 100 }, (_, index) => ({
        name: `i${String(index)}`,
        port: 0,
        prefix: `/${String(index)}`,
        ...echo,
      }));
      const listeners = await open({ tls }, ...many);
      expect(new Set(listeners.ports.values()).size).toBe(101);
      expect((await get(portOf(listeners, 'i99'), '/x', true)).url).toBe('/99/x');
      expect(listeners.urls.get('i0')).toBe(`http://${HOST}:${String(portOf(listeners, 'i0'))}`);
    });

    it('say which port is in use, and open none', async () => {
      const blocker = dispose(createServer().listen(0, HOST), (server) => {
        server.close();
      });
      await once(blocker, 'listening');
      const { port } = blocker.address() as AddressInfo;
      const listeners = [0, port, 0].map((number, index) => ({
        name: `index-${String(index)}`,
        port: number,
        prefix: '',
        ...echo,
      }));
      const servers = async (): Promise<number> => {
        // what was closed is gone a turn of the event loop later
        for (let turn = 0; turn < 3; turn += 1) await new Promise((wake) => setImmediate(wake));
        return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
      };
      const before = await servers();
      await expect(Listeners.open(listeners, OPTIONS, answer)).rejects.toThrow(
        `cannot listen on ${HOST} port ${String(port)} for index-1: it is in use; choose another one`,
      );
      expect(await servers()).toBe(before);
    });

    it('leave out an optional one that is in use, and say so', async () => {
      const blocker = dispose(createServer().listen(0, HOST), (server) => {
        server.close();
      });
      await once(blocker, 'listening');
      const { port } = blocker.address() as AddressInfo;
      const skipped: number[] = [];
      const options = { skipped: (ports: readonly number[]) => skipped.push(...ports) };
      const listeners = await open(options, { name: 'optional', port, prefix: '', isOptional: true, ...echo });
      expect([[...listeners.ports.keys()], skipped]).toEqual([['index'], [port]]);
    });

    it('leave out what is off', async () => {
      const listeners = await open({}, { name: 'chroma', port: 'off', prefix: '/chroma' });
      expect([...listeners.ports.keys()]).toEqual(['index']);
    });
  });

  describe('when they close', () => {
    /** Longer than a test may take. */
    const NEVER_MS = 3_600_000;

    it('end idle connections of every kind at once', async () => {
      const listeners = await open({ tls });
      const port = portOf(listeners);
      await grpc(port).echo(Buffer.from('hello'));
      await grpc(port, true).echo(Buffer.from('hello'));
      const silent = await Promise.all([dial(port), dial(port, 'PR'), dialTls(port)]);
      const idle = await Promise.all([dial(port), dialTls(port)]);
      for (const socket of idle) {
        socket.write('GET /1 HTTP/1.1\r\nhost: x\r\n\r\n');
        await once(socket, 'data');
      }
      const ended = Promise.all([...silent, ...idle].map(closed));
      await listeners.close(NEVER_MS);
      await ended;
      await expect(get(port, '/vectors')).rejects.toThrow(/ECONNREFUSED/);
    });

    it('let requests and calls finish, and then keep no connection', async () => {
      const listeners = await open({ tls });
      const port = portOf(listeners);
      const agent = dispose(new HttpAgent({ keepAlive: true }), (kept) => {
        kept.destroy();
      });
      const requests = [send(port, '/wait', { agent }), send(port, '/wait', { encrypted: true })];
      const calls = [grpc(port), grpc(port, true)].map((client) => client.echo(Buffer.from('wait')));
      await echo.waiting(4);
      const closing = listeners.close(NEVER_MS);
      echo.release();
      expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200]);
      expect(await Promise.all(calls)).toEqual([Buffer.from('wait'), Buffer.from('wait')]);
      await closing;
    });

    it('cut off what does not finish in time', async () => {
      const listeners = await open({ tls });
      const port = portOf(listeners);
      const calls = [grpc(port), grpc(port, true)].map((client) => client.echo(Buffer.from('wait')));
      const results = Promise.allSettled([get(port, '/wait'), get(port, '/wait', true), ...calls]);
      await echo.waiting(4);
      const half = await Promise.all([dial(port, '\x16'), dial(port, 'POST / HTTP/1.1\r\n'), dialTls(port)]);
      half[2].write('POST / HTTP/1.1\r\n');
      await listeners.close(200);
      expect((await results).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
      await Promise.all(half.map(closed));
    });
  });
});
