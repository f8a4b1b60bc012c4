import { LARGEST_MESSAGE_SLICE } from '../../src/protocols/pinecone/data/grpc/sliced-codec.js';
import { type LargeAnswers, largeAnswers } from '../chaos/loop/large-answers.js';
import { createIndex } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import type { TestGateway } from '../support/gateway/gateway.js';
import { startGatewayInProcess } from '../support/gateway/gateway-in-process.js';

/** Enough that the answers of searches are longer than what is made in one go. */
const SIZES = { records: 2_000, dimension: 64 };
const SLICE = 1024 * 1024;
/** In UTF-8, an answer of as many characters may be longer. */
const LONG_BYTES = 1.2 * SLICE;
const METADATA = { text: 'x'.repeat(30_000) };

let gateway: TestGateway;
let large: LargeAnswers;

beforeAll(async () => {
  gateway = await startGatewayInProcess({ POLYVEC_PINECONE_INDEX_PORTS: '0:8' });
  large = await largeAnswers(gateway, SIZES);
});

afterAll(async () => {
  await gateway.stop();
});

interface Answer {
  readonly name: string;
  readonly status: number;
  readonly bytes: number;
  /** It was whole before it was sent. */
  readonly isInOnePiece: boolean;
  readonly isJson: boolean;
}

async function ask({ name, request }: LargeAnswers['requests'][number]): Promise<Answer> {
  const { method, path, body } = request;
  const version = path.includes('/documents/') ? '2026-07' : '2025-10';
  const response = await fetch(gateway.consoleUrl.replace(/\/$/, '') + path, {
    method,
    headers: { 'content-type': 'application/json', 'x-pinecone-api-version': version },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { length } = Buffer.from(text);
  return {
    name,
    status: response.status,
    bytes: length,
    isInOnePiece: response.headers.has('content-length'),
    isJson: response.headers.get('content-type')?.startsWith('application/json') === true && typeof JSON.parse(text) === 'object',
  };
}

describe('a long answer', () => {
  it('is made in slices, by every route that reads records', async () => {
    const answers: Answer[] = [];
    for (const request of large.requests) answers.push(await ask(request));
    expect(answers.filter(({ isJson }) => !isJson)).toEqual([]);
    const long = answers.filter(({ status, bytes }) => status === 200 && bytes > LONG_BYTES);
    expect(long.filter(({ isInOnePiece }) => isInOnePiece)).toEqual([]);
    expect(long.length).toBeGreaterThan(20);
  });

  it('is made in slices over gRPC', async () => {
    LARGEST_MESSAGE_SLICE.written = 0;
    for (const { method, port, message } of large.calls) {
      const grpc = new PineconeGrpc(port);
      expect(await grpc.outcome(method, message)).toEqual([0, expect.anything()]);
      grpc.close();
    }
    expect(LARGEST_MESSAGE_SLICE.written).toBeGreaterThan(SLICE / 2);
    expect(LARGEST_MESSAGE_SLICE.written).toBeLessThan(2 * SLICE);
  });
});

describe('a long message of gRPC', () => {
  it('is read in slices', async () => {
    const { port } = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const grpc = new PineconeGrpc(port);
    LARGEST_MESSAGE_SLICE.read = 0;
    const vectors = Array.from({ length: 100 }, (_item, at) => ({ id: `m${String(at)}`, values: [1, at], metadata: METADATA }));
    expect(await grpc.outcome('Upsert', { vectors })).toEqual([0, { upsertedCount: 100 }]);
    expect(LARGEST_MESSAGE_SLICE.read).toBeGreaterThan(SLICE / 2);
    expect(LARGEST_MESSAGE_SLICE.read).toBeLessThan(2 * SLICE);
    const { vectors: found } = (await grpc.call('Fetch', { ids: ['m7'] })).message as { vectors: Record<string, object> };
    expect(found['m7']).toMatchObject({ id: 'm7', metadata: METADATA });
    grpc.close();
  });

  it('has no field that is longer than anything that can be used', async () => {
    const { port } = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const grpc = new PineconeGrpc(port);
    const metadata = { text: 'x'.repeat(5_000_000) };
    const words = expect.stringMatching(/^A field of the request has \d+ bytes, more than the limit of 4194304$/) as unknown;
    expect(await grpc.outcome('Update', { id: 'a', setMetadata: metadata })).toEqual([3, words]);
    expect(await grpc.outcome('Upsert', { vectors: [{ id: 'a', values: [1, 2], metadata }] })).toEqual([3, words]);
    grpc.close();
  });
});
