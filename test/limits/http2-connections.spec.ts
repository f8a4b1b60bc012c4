import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { startKeyedGateway } from '../support/gateway/keyed-gateway.js';
import { probe } from '../support/gateway/probes.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** A SETTINGS frame of which only the beginning comes. */
const HALF_FRAME = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3]);

/** Opens a connection that begins as HTTP/2 and goes no further. */
async function begin(port: number, ...parts: readonly (string | Buffer)[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  // what the server sends must be read, or its end would never be seen
  socket.resume();
  for (const part of parts) socket.write(part);
  return socket;
}

/** Resolves when the server has closed the connection, in good order or with a reset. */
async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise((resolve) => socket.once('close', resolve));
}

/** The gRPC status of a call for the index' statistics, or the HTTP status where there is none. */
async function callOn(session: ClientHttp2Session, key: string, messageAfterMs = 0): Promise<string> {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: '/VectorService/DescribeIndexStats',
    'content-type': 'application/grpc',
    te: 'trailers',
    'api-key': key,
  });
  const status = new Promise<string>((resolve, reject) => {
    const take = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] !== undefined) resolve(String(headers['grpc-status']));
    };
    stream.on('response', take).on('trailers', take).on('error', reject);
    stream.on('close', () => {
      reject(new Error('the stream was closed without a status'));
    });
  });
  stream.resume();
  // the headers go out at once, the message later
  if (messageAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, messageAfterMs));
  stream.end(Buffer.from([0, 0, 0, 0, 0]));
  return status;
}

describe('HTTP/2 connections that carry no call', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_MAX_CONNECTIONS: '20', POLYVEC_HEADERS_TIMEOUT_MS: '1000' } });
  });
  afterAll(() => gateway.stop());

  it('do not keep probes from being answered, and are closed', async () => {
    const [port = 0] = gateway.indexPorts;
    const sockets = await Promise.all(
      Array.from({ length: 20 }, (_item, index) => (index % 2 === 0 ? begin(port, PREFACE) : begin(port, PREFACE, HALF_FRAME))),
    );
    expect(await probe(gateway.consoleUrl, '/livez')).toEqual([200, { status: 'ok' }]);
    await Promise.all(sockets.map(closed));
    const response = await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
    expect(response.status).toBe(200);
  });

  it('stay once they have carried one', async () => {
    const session = connectHttp2(`http://127.0.0.1:${String(gateway.indexPorts[0])}`);
    expect(await callOn(session, 'any')).toBe('5');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await callOn(session, 'any')).toBe('5');
    session.close();
  });
});

describe('an HTTP/2 connection whose first message comes late', () => {
  it('stays until it has come', async () => {
    const gateway = await startGateway({ env: { POLYVEC_HEADERS_TIMEOUT_MS: '1000' } });
    try {
      const session = connectHttp2(`http://127.0.0.1:${String(gateway.indexPorts[0])}`);
      expect(await callOn(session, 'any', 2_000)).toBe('5');
      session.close();
    } finally {
      await gateway.stop();
    }
  });
});

describe('an HTTP/2 connection without a good key', () => {
  it('is closed although it has tried', async () => {
    const { gateway } = await startKeyedGateway({ reader: {} }, { POLYVEC_HEADERS_TIMEOUT_MS: '1000' });
    try {
      const session = connectHttp2(`http://127.0.0.1:${String(gateway.indexPorts[0])}`);
      const over = once(session, 'close');
      expect(await callOn(session, 'made-up')).toBe('16');
      await over;
    } finally {
      await gateway.stop();
    }
  });
});
