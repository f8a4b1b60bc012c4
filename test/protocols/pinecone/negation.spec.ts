import { createIndex, DONE, type IndexApi, type NamespaceApi, succeeded } from '../../support/clients/pinecone-api.js';
import { type Message, PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const NEGATIONS = [{ f: { $ne: 'x' } }, { f: { $nin: ['x', 'z'] } }];
const MATCHING = ['other', 'without', 'without-any'];

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;
let grpc: PineconeGrpc;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
  grpc = new PineconeGrpc(index.port);
});

afterAll(async () => {
  grpc.close();
  await gateway.stop();
});

beforeEach(async () => {
  space = await index.filled([
    { id: 'other', values: [1], metadata: { f: 'y' } },
    { id: 'same', values: [1], metadata: { f: 'x' } },
    { id: 'without', values: [1], metadata: { g: 'x' } },
    { id: 'without-any', values: [1] },
  ]);
});

async function call(method: string, request: Message): Promise<Message> {
  return (await grpc.call(method, { namespace: space.name, ...request })).message;
}

/** The ids of the records with `changed`. */
async function changed(): Promise<readonly string[]> {
  const answer = await space.post('/vectors/fetch_by_metadata', { filter: { changed: true } });
  return Object.keys((succeeded(answer) as { vectors: object }).vectors);
}

function idsOf(matches: unknown): readonly string[] {
  return (matches as readonly { readonly id: string }[]).map(({ id }) => id);
}

describe.each(NEGATIONS)('records without the key match %j', (filter) => {
  it('in a query', async () => {
    expect(idsOf(await space.matches({ vector: [1], filter }))).toEqual(MATCHING);
    const { matches } = await call('Query', { vector: [1], topK: 10, filter });
    expect(idsOf(matches)).toEqual(MATCHING);
  });

  it('in a fetch by metadata', async () => {
    const answer = await space.post('/vectors/fetch_by_metadata', { filter });
    expect(Object.keys((succeeded(answer) as { vectors: object }).vectors)).toEqual(MATCHING);
    const { vectors } = await call('FetchByMetadata', { filter });
    expect(Object.keys(vectors as object).sort()).toEqual(MATCHING);
  });

  it('in an update over REST', async () => {
    expect(await space.outcome('/vectors/update', { filter, setMetadata: { changed: true } })).toEqual([
      200,
      { matchedRecords: 3 },
    ]);
    expect(await changed()).toEqual(MATCHING);
  });

  it('in an update over gRPC', async () => {
    expect(await call('Update', { filter, setMetadata: { changed: true } })).toEqual({ matchedRecords: 3 });
    expect(await changed()).toEqual(MATCHING);
  });

  it('in a delete over REST', async () => {
    expect(await space.outcome('/vectors/delete', { filter })).toEqual(DONE);
    expect(await space.ids()).toEqual(['same']);
  });

  it('in a delete over gRPC', async () => {
    await call('Delete', { filter });
    expect(await space.ids()).toEqual(['same']);
  });
});
