import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createProcessStorage, type ProcessStorage } from '../support/gateway/gateway-process.js';

const MiB = 1024 * 1024;
/** As many as Chroma's server announces, and as LlamaIndex sends. */
const ANNOUNCED = 5_461;
const LLAMA_INDEX = 41_665;
const HEAP = '192';
const DOCUMENT = 'd'.repeat(1_000);

/** Of float32 components that are long as text. */
function embedding(dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_item, index) => Math.sin(index + 1) / 300);
}

/** As Python clients before 1.0 write a list of floats. */
function asText(components: Float32Array): string {
  return `[${Array.from(components, String).join(', ')}]`;
}

function asBase64(components: Float32Array): string {
  return `"${Buffer.from(components.buffer).toString('base64')}"`;
}

/** The body of a write, piece by piece. */
function* bodyOf(count: number, form: string): Generator<string> {
  const list = function* (key: string, item: (index: number) => string): Generator<string> {
    yield `"${key}": [`;
    for (let index = 0; index < count; index += 1) yield `${index === 0 ? '' : ', '}${item(index)}`;
    yield ']';
  };
  yield '{';
  yield* list('ids', (index) => `"r${String(index)}"`);
  yield ', ';
  yield* list('embeddings', () => form);
  yield ', ';
  yield* list('documents', () => `"${DOCUMENT}"`);
  yield '}';
}

function lengthOf(count: number, form: string): number {
  let length = 0;
  for (const piece of bodyOf(count, form)) length += piece.length;
  return length;
}

interface Upload {
  readonly sent: ClientRequest;
  readonly status: Promise<number | undefined>;
}

function begin(url: string, length: number): Upload {
  const sent = httpRequest(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': length },
  });
  const status = new Promise<number | undefined>((resolve) => {
    sent
      .on('error', () => undefined)
      .on('response', (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('close', () => {
        resolve(undefined);
      });
  });
  return { sent, status };
}

async function push(sent: ClientRequest, pieces: Iterable<string>): Promise<void> {
  let block = '';
  for (const piece of pieces) {
    block += piece;
    if (block.length < MiB) continue;
    // a connection that is closed never drains
    if (!sent.write(block)) await Promise.race([once(sent, 'drain'), once(sent, 'close')]);
    if (sent.destroyed) return;
    block = '';
  }
  sent.write(block);
}

async function write(collection: CollectionApi, action: string, count: number, form: string): Promise<number | undefined> {
  const { sent, status } = begin(`${collection.api.baseUrl}${collection.path}/${action}`, lengthOf(count, form));
  await push(sent, bodyOf(count, form));
  sent.end();
  return status;
}

/** The bodies here are of up to 380 MB, and larger than the heap: 192 MiB. */
describe('a large batch', () => {
  let storage: ProcessStorage;
  let chroma: ChromaApi;

  beforeAll(async () => {
    storage = await createProcessStorage({
      NODE_OPTIONS: `--max-old-space-size=${HEAP}`,
      // no index is built meanwhile
      POLYVEC_DEDICATED_MIN_FLOATS: '1000000000',
      POLYVEC_INDEX_MIN_FLOATS: '1000000000',
    });
    chroma = new ChromaApi((await storage.start()).chromaUrl);
  });

  afterAll(async () => {
    await storage.remove();
  });

  it('of as many records as are announced fits as text, of 3,072 dimensions', async () => {
    const components = embedding(3_072);
    const { body } = await chroma.call('/api/v2/pre-flight-checks');
    expect(body).toMatchObject({ max_batch_size: ANNOUNCED });
    expect(lengthOf(ANNOUNCED, asText(components))).toBeGreaterThan(370_000_000);
    const collection = await chroma.createCollection();
    expect(await write(collection, 'add', ANNOUNCED, asText(components))).toBe(201);
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, ANNOUNCED]);
    const last = await collection.post('get', { ids: [`r${String(ANNOUNCED - 1)}`], include: ['embeddings', 'documents'] });
    const { embeddings, documents } = last.body as { embeddings: number[][]; documents: string[] };
    expect([Float32Array.from(embeddings[0] ?? []), documents]).toEqual([components, [DOCUMENT]]);
  });

  it('of LlamaIndex fits in base64, of 384 dimensions', async () => {
    const components = embedding(384);
    const collection = await chroma.createCollection();
    expect(await write(collection, 'upsert', LLAMA_INDEX, asBase64(components))).toBe(200);
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, LLAMA_INDEX]);
  });

  it('of LlamaIndex is refused as text of 1,536 dimensions, before it is read', async () => {
    const collection = await chroma.createCollection();
    const { sent, status } = begin(`${chroma.baseUrl}${collection.path}/add`, lengthOf(LLAMA_INDEX, asText(embedding(1_536))));
    sent.flushHeaders();
    expect(await status).toBe(413);
    sent.destroy();
  });

  it('is refused when what is not embeddings is too much by itself', async () => {
    const collection = await chroma.createCollection();
    const pieces = ['{"ids":["a"],"embeddings":[[1]],"documents":["', ...new Array<string>(110).fill('x'.repeat(MiB)), '"]}'];
    const { sent, status } = begin(`${chroma.baseUrl}${collection.path}/add`, pieces.join('').length);
    // the connection is closed when what is left takes too long
    await push(sent, pieces).catch(() => undefined);
    expect(await status).toBe(413);
    sent.destroy();
  });

  it('leaves room for the requests of others while it arrives', async () => {
    const collection = await chroma.createCollection();
    const form = asBase64(embedding(1_536));
    const pieces = [...bodyOf(ANNOUNCED, form)];
    const { sent, status } = begin(`${chroma.baseUrl}${collection.path}/add`, lengthOf(ANNOUNCED, form));
    await push(sent, pieces.slice(0, -1));
    const other = await chroma.createCollection();
    // 10 MiB of 48, which is the budget of this heap
    const documents = ['x'.repeat(10 * MiB)];
    expect(await other.outcome('add', { ids: ['a'], embeddings: [[1]], documents })).toEqual([201, {}]);
    sent.end(pieces.at(-1));
    expect(await status).toBe(201);
  });
});
