import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createIndex } from '../support/clients/pinecone-api.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';

/** What the pieces would take as objects of their own is more than this. */
const HEAP_MIB = 96;
const PIECES = 1_200_000;
const AT_A_TIME = 20_000;
const MESSAGE_BYTES = 30_000_000;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const [DATA, HEADERS, SETTINGS, WINDOW_UPDATE] = [0, 1, 4, 8] as const;
const [ACK, END_HEADERS] = [1, 4] as const;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header of HPACK that no table holds. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
}

async function push(socket: Socket, bytes: Buffer | string): Promise<void> {
  if (!socket.write(bytes)) await once(socket, 'drain');
}

/** A body that is sent byte by byte, in chunks of HTTP/1, and never ends. */
async function sendChunks(collection: CollectionApi, action: string, begin: string): Promise<Socket> {
  const url = new URL(`${collection.api.baseUrl}${collection.path}/${action}`);
  const socket = connect(Number(url.port), url.hostname).resume();
  await once(socket, 'connect');
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
  socket.write(`${head}${begin.length.toString(16)}\r\n${begin}\r\n`);
  for (let sent = 0; sent < PIECES; sent += AT_A_TIME) await push(socket, '1\r\n1\r\n'.repeat(AT_A_TIME));
  return socket;
}

/** What may be sent yet on a connection with one stream. */
class Windows {
  private readonly left = [65_535, 65_535];
  private arrived = Buffer.alloc(0);

  constructor(private readonly socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.arrived = Buffer.concat([this.arrived, data]);
      while (this.arrived.length >= 9 && this.arrived.length >= 9 + this.arrived.readUIntBE(0, 3)) this.takeFrame();
    });
  }

  async take(wanted: number): Promise<number> {
    while (Math.min(...this.left) === 0) await once(this.socket, 'data');
    const taken = Math.min(...this.left, wanted);
    this.left.forEach((left, index) => (this.left[index] = left - taken));
    return taken;
  }

  private takeFrame(): void {
    const length = this.arrived.readUIntBE(0, 3);
    const stream = this.arrived.readUInt32BE(5);
    const increment = this.arrived[3] === WINDOW_UPDATE ? this.arrived.readUInt32BE(9) : 0;
    this.left[stream] = (this.left[stream] ?? 0) + increment;
    this.arrived = this.arrived.subarray(9 + length);
  }
}

/** A message that is sent byte by byte, in frames of HTTP/2, and never ends. */
async function sendFrames(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const windows = new Windows(socket);
  const length = Buffer.alloc(5);
  length.writeUInt32BE(MESSAGE_BYTES, 1);
  const headers = [
    literal(':method', 'POST'),
    literal(':scheme', 'http'),
    literal(':path', '/VectorService/Upsert'),
    literal(':authority', 'localhost'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
  ];
  socket.write(PREFACE);
  socket.write(Buffer.concat([frame(SETTINGS, 0, 0, Buffer.alloc(0)), frame(SETTINGS, ACK, 0, Buffer.alloc(0))]));
  socket.write(Buffer.concat([frame(HEADERS, END_HEADERS, 1, Buffer.concat(headers)), frame(DATA, 0, 1, length)]));
  await windows.take(length.length);
  const one = frame(DATA, 0, 1, Buffer.from('1'));
  for (let sent = 0; sent < PIECES;) {
    const count = await windows.take(AT_A_TIME);
    await push(socket, Buffer.concat(new Array<Buffer>(count).fill(one)));
    sent += count;
  }
  return socket;
}

describe('a body that comes byte by byte', () => {
  let storage: ProcessStorage;
  let gateway: GatewayProcess;
  let collection: CollectionApi;

  beforeAll(async () => {
    storage = await createProcessStorage({
      NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MIB)}`,
      POLYVEC_PINECONE_PORT: '0',
      POLYVEC_PINECONE_INDEX_PORTS: '0:1',
    });
    gateway = await storage.start();
    collection = await new ChromaApi(gateway.chromaUrl).createCollection();
  });

  afterAll(async () => {
    await storage.remove();
  });

  it.each([
    ['read whole', 'get', '{"ids":["'],
    ['read as it arrives', 'add', '{"embeddings":[['],
  ])('takes no more memory than another: %s', async (_name, action, begin) => {
    const socket = await sendChunks(collection, action, begin);
    expect(await collection.outcome('get', {})).toMatchObject([200, { ids: [] }]);
    expect(gateway.process.exitCode).toBeNull();
    socket.destroy();
  });

  it('takes no more memory than another: over gRPC', async () => {
    const index = await createIndex({ pineconeUrl: gateway.urls.get('pinecone') ?? '' }, { dimension: 2, metric: 'cosine' });
    const socket = await sendFrames(index.port);
    expect(await collection.outcome('get', {})).toMatchObject([200, { ids: [] }]);
    expect(gateway.process.exitCode).toBeNull();
    socket.destroy();
  });
});
