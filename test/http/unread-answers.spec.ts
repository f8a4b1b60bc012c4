import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { makeCertificates } from '../../src/cli/certs.js';
import { Listeners } from '../../src/http/listeners.js';
import { readCertificate } from '../../src/http/tls.js';

const HOST = '127.0.0.1';
const MiB = 1024 * 1024;
/** More than the buffers of two sockets hold. */
const LONG = 32 * MiB;
const LIMIT_MS = 1_000;
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

let directory: string;
let ca: Buffer;
let listeners: Listeners;
let port: number;
let respond: (response: ServerResponse) => void;
let clients: Socket[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polyvec-tls-'));
  await makeCertificates({ out: directory, host: [] });
  ca = await readFile(join(directory, 'ca.pem'));
  const tls = await readCertificate(join(directory, 'server.pem'), join(directory, 'server-key.pem'));
  const options = { host: HOST, maxBodyBytes: MiB, maxHeaderBytes: MiB, requestTimeoutMs: LIMIT_MS, tls };
  listeners = await Listeners.open([{ name: 'only', port: 0, prefix: '' }], options, (_, response) => {
    respond(response);
  });
  port = listeners.ports.get('only') ?? 0;
});

beforeEach(() => {
  clients = [];
});

afterEach(() => {
  for (const client of clients) client.destroy();
});

afterAll(async () => {
  await listeners.close(0);
  await rm(directory, { recursive: true, force: true });
});

/** Asks, and reads nothing. */
function ask(isEncrypted: boolean): Socket {
  const client = isEncrypted ? tlsConnect({ host: HOST, port, ca }) : connect(port, HOST);
  clients.push(client);
  client.on('error', () => undefined);
  client.pause();
  client.write(REQUEST);
  return client;
}

/** How much comes until the connection ends, with a pause behind each piece. */
async function bytesOf(client: Socket, pauseMs = 0): Promise<number> {
  let bytes = 0;
  try {
    for await (const piece of client as AsyncIterable<Buffer>) {
      bytes += piece.length;
      await sleep(pauseMs);
    }
  } catch {
    // a connection that is cut off ends as well
  }
  return bytes;
}

describe('an answer over HTTP/1', () => {
  it.each([
    ['in one piece', false],
    ['in one piece, over TLS', true],
  ])('that nobody reads ends with its connection, %s', async (_how, isEncrypted) => {
    const answered = new Promise<ServerResponse>((resolve) => {
      respond = resolve;
    });
    const client = ask(isEncrypted);
    const response = await answered;
    response.end(Buffer.alloc(LONG));
    await once(response, 'close');
    expect(await bytesOf(client)).toBeLessThan(LONG);
  });

  it('that nobody reads ends also where it never ends by itself', async () => {
    const answered = new Promise<ServerResponse>((resolve) => {
      respond = resolve;
    });
    ask(false);
    const response = await answered;
    response.write(Buffer.alloc(LONG));
    const pulse = setInterval(() => response.write('\n'), 20);
    await once(response, 'close');
    clearInterval(pulse);
    expect(response.destroyed).toBe(true);
  });

  it('that is read slowly comes whole', async () => {
    respond = (response): void => {
      response.setHeader('connection', 'close');
      response.end(Buffer.alloc(LONG));
    };
    expect(await bytesOf(ask(false), 4)).toBeGreaterThan(LONG);
  });

  it('may take longer to be made', async () => {
    respond = (response): void => {
      setTimeout(() => response.end('late'), 2 * LIMIT_MS);
    };
    const client = ask(false);
    const [data] = (await once(client.resume(), 'data')) as [Buffer];
    expect(String(data)).toContain('late');
  });
});
