import { ChromaApi, invalid } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const MiB = 1024 * 1024;
const INDEX = { name: 'deep', dimension: 2, metric: 'cosine', spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } };

interface Scene {
  readonly gateway: TestGateway;
  readonly index: IndexApi;
  readonly grpc: PineconeGrpc;
  readonly chromaGet: string;
  readonly vectorizerSearch: string;
}

type Answer = readonly [status: number, body: unknown];

async function sceneOf(env: Readonly<Record<string, string>>): Promise<Scene> {
  const gateway = await startGateway({ env });
  const index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
  const { path } = await new ChromaApi(gateway.chromaUrl).createCollection();
  const { name } = await new VectorizerApi(gateway.vectorizerUrl).create();
  return {
    gateway,
    index,
    grpc: new PineconeGrpc(index.port),
    chromaGet: `${path}/get`,
    vectorizerSearch: `/collections/${name}/search`,
  };
}

async function closeScene({ grpc, gateway }: Scene): Promise<void> {
  grpc.close();
  await gateway.stop();
}

/** So many lists within each other, as JSON text. */
const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
/** A body that is so many levels deep where it does not matter. */
const body = (members: object, levels: number): string =>
  `${JSON.stringify(members).slice(0, -1)}${Object.keys(members).length > 0 ? ',' : ''}"extra":${lists(levels - 1)}}`;
/** A filter of so many levels, an even number: a list and an object for each pair but the last, a condition. */
const filter = (levels: number): object => (levels === 2 ? { a: { $eq: 1 } } : { $and: [filter(levels - 2)] });

const SENDERS: Readonly<Record<string, (scene: Scene, levels: number) => Promise<Answer>>> = {
  chroma: ({ gateway, chromaGet }, levels) => new ChromaApi(gateway.chromaUrl).outcome(chromaGet, body({}, levels)),
  'chroma, for a collection': ({ gateway }, levels) =>
    new ChromaApi(gateway.chromaUrl).outcome(COLLECTIONS, body({ name: 'deep', get_or_create: true }, levels)),
  pinecone: ({ index }, levels) => index.outcome('/query', { body: body({ topK: 1, vector: [1, 0] }, levels) }),
  "pinecone's control plane": ({ gateway }, levels) =>
    new PineconeApi(gateway.pineconeUrl).outcome('/indexes', {
      body: body({ ...INDEX, name: `deep-${String(levels)}` }, levels),
    }),
  vectorizer: ({ gateway, vectorizerSearch }, levels) =>
    new VectorizerApi(gateway.vectorizerUrl).post(vectorizerSearch, body({ vector: [1, 0, 0, 0] }, levels)),
};

describe('a limit of levels', () => {
  const LIMIT = 6;
  const WORDS = expect.stringContaining(`recursion limit of ${String(LIMIT)} exceeded`) as unknown;
  const REFUSALS: Readonly<Record<string, Answer>> = {
    chroma: invalid(WORDS),
    'chroma, for a collection': invalid(WORDS),
    pinecone: [400, { code: 3, message: WORDS, details: [] }],
    "pinecone's control plane": [422, { error: { code: 'UNPROCESSABLE_ENTITY', message: WORDS }, status: 422 }],
    vectorizer: [400, { error_type: 'parse_error', message: WORDS, details: { field: 'body', reason: WORDS }, status_code: 400 }],
  };
  let scene: Scene;

  beforeAll(async () => {
    scene = await sceneOf({ POLYVEC_MAX_JSON_DEPTH: String(LIMIT) });
  });

  afterAll(async () => {
    await closeScene(scene);
  });

  it.each(Object.entries(SENDERS))('takes just as many by %s, and no more', async (name, send) => {
    const [status] = await send(scene, LIMIT);
    expect([200, 201]).toContain(status);
    expect(await send(scene, LIMIT + 1)).toEqual(REFUSALS[name]);
  });

  it('holds for structs in gRPC', async () => {
    const query = { vector: [1, 0], topK: 1 };
    expect(await scene.grpc.outcome('Query', { ...query, filter: filter(LIMIT) })).toEqual([0, expect.anything()]);
    expect(await scene.grpc.outcome('Query', { ...query, filter: filter(LIMIT + 2) })).toEqual([
      3,
      `The request is nested deeper than the limit of ${String(LIMIT)} levels`,
    ]);
  });

  it('holds for each line of records', async () => {
    const path = '/records/namespaces/n/upsert';
    const { status, text } = await scene.index.call(path, { body: `{"_id":"a","extra":${lists(LIMIT)}}` });
    expect([status, text]).toEqual([400, expect.stringContaining(`recursion limit of ${String(LIMIT)} exceeded`)]);
  });
});

describe('without a limit of levels', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await sceneOf({});
  });

  afterAll(async () => {
    await closeScene(scene);
  });

  it.each(Object.entries(SENDERS))('there is that of Chroma’s own reader, by %s', async (_name, send) => {
    const [taken] = await send(scene, 127);
    expect([200, 201]).toContain(taken);
    const [status, answer] = await send(scene, 128);
    expect([400, 422]).toContain(status);
    expect(JSON.stringify(answer)).toContain('recursion limit exceeded');
  });

  it.each(Object.entries(SENDERS))('a MiB of lists within each other is refused by %s', async (_name, send) => {
    const [status] = await send(scene, MiB / 2);
    expect([400, 422]).toContain(status);
    const [later] = await send(scene, 2);
    expect([200, 201, 409]).toContain(later);
  });
});
