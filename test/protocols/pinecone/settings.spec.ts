import { createIndex, type IndexApi, invalid, invalidWith, type NamespaceApi } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const STATS = '/describe_index_stats';

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway({
    env: {
      POLYVEC_PINECONE_MAX_UPSERT_VECTORS: '3',
      POLYVEC_PINECONE_MAX_METADATA_BYTES: '20',
      POLYVEC_PINECONE_NE_MATCHES_MISSING: 'false',
      POLYVEC_PINECONE_STATS_FILTER: 'false',
      POLYVEC_PINECONE_DEFAULT_NAMESPACE_KEY: 'alias',
      POLYVEC_PINECONE_MAX_GRPC_BYTES: '1000',
    },
  });
  index = await createIndex(gateway, { dimension: 1 });
  space = await index.filled([
    { id: 'other', values: [1], metadata: { f: 'y' } },
    { id: 'same', values: [1], metadata: { f: 'x' } },
    { id: 'without', values: [1] },
  ]);
});

afterAll(async () => {
  await gateway.stop();
});

describe('a deployment', () => {
  it('chooses how many vectors an upsert may have', async () => {
    const vectors = ['a', 'b', 'c', 'd'].map((id) => ({ id, values: [1] }));
    expect(await index.namespace().outcome('/vectors/upsert', { vectors })).toEqual(invalidWith('limit of 3 vectors'));
  });

  it('chooses how large metadata may be', async () => {
    const vectors = [{ id: 'a', values: [1], metadata: { key: 'x'.repeat(11) } }];
    expect(await index.namespace().outcome('/vectors/upsert', { vectors })).toEqual(
      invalid('Metadata size is 21 bytes, which exceeds the limit of 20 bytes per vector'),
    );
  });

  it.each([{ f: { $ne: 'x' } }, { f: { $nin: ['x'] } }])('may let them match only records with the field: %j', async (filter) => {
    const matches = await space.matches({ vector: [1], filter });
    expect(matches.map(({ id }) => id)).toEqual(['other']);
  });

  it('may refuse filtered statistics of serverless indexes, as the service does', async () => {
    expect(await index.outcome(STATS, { body: { filter: { f: 'x' } } })).toEqual(
      invalid('Serverless and Starter indexes do not support describing index stats with metadata filtering'),
    );
  });

  it('answers statistics without a filter even then', async () => {
    expect((await index.call(STATS, { body: { filter: {} } })).status).toBe(200);
  });

  it('filters statistics of pod indexes even then', async () => {
    const pods = await createIndex(gateway, { dimension: 1, spec: { pod: { environment: 'us-east1-gcp', pod_type: 'p1.x1' } } });
    await pods.namespace('one').fill([{ id: 'a', values: [1], metadata: { f: 'x' } }]);
    expect((await pods.call(STATS, { body: { filter: { f: 'y' } } })).body).toMatchObject({ totalVectorCount: 0 });
  });

  it('chooses what statistics call the default namespace, whatever the version', async () => {
    const other = await createIndex(gateway, { dimension: 1 });
    await other.namespace('').fill([{ id: 'a', values: [1] }]);
    const answer = await other.call(STATS, { headers: { 'x-pinecone-api-version': '2025-01' } });
    expect(answer.body).toMatchObject({ namespaces: { __default__: { vectorCount: 1 } } });
  });

  it('chooses how large a gRPC message may be', async () => {
    const grpc = new PineconeGrpc(index.port);
    expect((await grpc.outcome('Fetch', { namespace: space.name, ids: ['other'.repeat(100)] }))[0]).toBe(0);
    expect((await grpc.outcome('Fetch', { namespace: space.name, ids: ['a'.repeat(500), 'b'.repeat(501)] }))[0]).toBe(8);
    grpc.close();
  });
});
