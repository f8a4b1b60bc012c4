import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const LIMIT = 1_000;
const WORDS = expect.stringContaining(`more than ${String(LIMIT)} values (POLYVEC_MAX_JSON_VALUES)`) as unknown;
/** Of an object, and of a key. */
const OBJECT = 5;

type Answer = readonly [status: number, body: unknown];

/** A text of so many values beside those in `members`: a list, and what is in it. */
function body(members: string, values: number): string {
  return `{${members === '' ? '' : `${members},`}"extra":[${new Array(values - OBJECT).fill('0').join(',')}]}`;
}

let gateway: TestGateway;
let index: IndexApi;
let grpc: PineconeGrpc;
let senders: Readonly<Record<string, (values: number) => Promise<Answer>>>;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_MAX_JSON_VALUES: String(LIMIT) } });
  index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
  grpc = new PineconeGrpc(index.port);
  const { path } = await new ChromaApi(gateway.chromaUrl).createCollection();
  const { name } = await new VectorizerApi(gateway.vectorizerUrl).create();
  senders = {
    chroma: (values) => new ChromaApi(gateway.chromaUrl).outcome(`${path}/get`, body('', values)),
    pinecone: (values) => index.outcome('/query', { body: body('"topK":1,"vector":[1,0]', values - 2) }),
    "pinecone's control plane": (values) =>
      new PineconeApi(gateway.pineconeUrl).outcome('/indexes', { body: body('"name":"none"', values - 1) }),
    vectorizer: (values) =>
      new VectorizerApi(gateway.vectorizerUrl).post(`/collections/${name}/search`, body('"vector":[1,0,0,0]', values - 1)),
    // a Struct, a key with a list, and the vector
    grpc: (values) =>
      grpc.outcome('Query', { topK: 1, vector: [1, 0], filter: { a: { $in: new Array<string>(values - 15).fill('x') } } }),
  };
});

afterAll(async () => {
  grpc.close();
  await gateway.stop();
});

describe('a request of many values', () => {
  it.each(['chroma', 'pinecone', "pinecone's control plane", 'vectorizer', 'grpc'])('is refused by %s', async (name) => {
    const refused = await senders[name]?.(LIMIT + 1);
    expect(JSON.stringify(refused)).toEqual(WORDS);
    expect(JSON.stringify(await senders[name]?.(LIMIT))).not.toEqual(WORDS);
  });

  it('may have vectors of any number of components', async () => {
    const vectors = [{ id: 'a', values: [1, 0] }];
    expect(await index.namespace().outcome('/vectors/upsert', { vectors })).toEqual([200, { upsertedCount: 1 }]);
    const many = { vector: new Array<number>(4 * LIMIT).fill(1), topK: 1 };
    expect(JSON.stringify(await index.outcome('/query', { body: many }))).toContain('dimension 4000');
  });

  it('is read no further than the limit', async () => {
    const where = `{"where":{"$or":[${'{},'.repeat(5_000_000)}{}]}}`;
    const refused = await new ChromaApi(gateway.chromaUrl).createCollection();
    expect(JSON.stringify(await refused.outcome('get', where))).toEqual(WORDS);
  });
});
