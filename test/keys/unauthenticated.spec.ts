import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { jest } from '@jest/globals';
import { Authentication } from '../../src/keys/authentication.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import type { TestGateway } from '../support/gateway/gateway.js';
import { startGatewayInProcess } from '../support/gateway/gateway-in-process.js';
import { type KeyedGateway, ROOT_KEY, startKeyedGateway } from '../support/gateway/keyed-gateway.js';

/** What those may cost who have no good key, or send nothing: no body of theirs is waited for without end, read or counted. */

const ANNOUNCED = 60_000;

let keyed: KeyedGateway<'reader'>;

beforeAll(async () => {
  keyed = await startKeyedGateway({ reader: { scope: 'read' } }, { POLYVEC_MAX_IN_FLIGHT_BYTES: '100000' });
});

afterAll(async () => {
  await keyed.gateway.stop();
});

/** The status line that is answered to a request whose body never comes. */
async function statusLine(url: string, head: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.write(`${head}\r\nhost: polyvec\r\n\r\n`);
  });
}

describe('a request without a good key', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'])('by %s is refused before its body has come', async (method) => {
    const head = `${method} /anything HTTP/1.1\r\ncontent-length: ${String(ANNOUNCED)}`;
    expect(await statusLine(keyed.gateway.chromaUrl, head)).toMatch(/^HTTP\/1.1 401 /);
    const chunked = `${method} /anything HTTP/1.1\r\ntransfer-encoding: chunked`;
    expect(await statusLine(keyed.gateway.pineconeUrl, chunked)).toMatch(/^HTTP\/1.1 401 /);
  });

  it('without a body reads what is open to all', async () => {
    expect(await statusLine(keyed.gateway.chromaUrl, 'GET /api/v2/heartbeat HTTP/1.1\r\ncontent-length: 0')).toMatch(/ 200 /);
  });
});

/** The status that is answered to a gRPC call of which the message has only begun. */
async function statusOf({ indexPorts }: TestGateway, key: string): Promise<string> {
  const [port = 0] = indexPorts;
  const session = connectHttp2(`http://127.0.0.1:${String(port)}`);
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/VectorService/Upsert',
        'content-type': 'application/grpc',
        te: 'trailers',
        'api-key': key,
      });
      stream.once('response', (headers) => {
        resolve(`${String(headers['grpc-status'])} ${decodeURI(String(headers['grpc-message']))}`);
      });
      stream.once('error', reject);
      // a message of 60,000 bytes, of which ten come
      stream.write(Buffer.from([0, 0, 0, 0xea, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    });
  } finally {
    session.destroy();
  }
}

describe('a gRPC call', () => {
  it.each(['', 'pv_of_another_kind'])('without a good key (%p) is refused before its message has come', async (key) => {
    expect(await statusOf(keyed.gateway, key)).toBe('16 Wrong API key');
  });

  it('with a good key is authenticated once', async () => {
    const gateway = await startGatewayInProcess({ POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY });
    const authenticated = jest.spyOn(Authentication.prototype, 'callerOf');
    const client = new PineconeGrpc(gateway.indexPorts[0] ?? 0);
    try {
      const outcome = await client.outcome('DescribeIndexStats', {}, { 'api-key': ROOT_KEY });
      // the port serves no index yet: nobody but a known caller learns that
      expect(outcome[0]).toBe(5);
      expect(authenticated).toHaveBeenCalledTimes(1);
    } finally {
      client.close();
      authenticated.mockRestore();
      await gateway.stop();
    }
  });

  it('with a good key ends when its message does not come', async () => {
    const { gateway, keys } = await startKeyedGateway({ reader: {} }, { POLYVEC_REQUEST_TIMEOUT_MS: '300' });
    try {
      expect(await statusOf(gateway, keys.reader)).toBe('4 The request took too long to come');
    } finally {
      await gateway.stop();
    }
  });
});
