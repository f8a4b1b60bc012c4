import { status } from '@grpc/grpc-js';
import { createIndex, type IndexApi, type NamespaceApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { CSHARP_CALLS, CSHARP_RELEASES, CSharpClient } from './csharp-calls.js';
import { NAMESPACE, RECORDS } from './documented-records.js';

describe.each(CSHARP_RELEASES)('the calls of the C# client $release, sent by a plain gRPC client', (release) => {
  let gateway: TestGateway;
  let index: IndexApi;
  let namespace: NamespaceApi;
  let client: CSharpClient;

  beforeAll(async () => {
    gateway = await startGateway();
    index = await createIndex(gateway, { dimension: 3, metric: 'cosine' });
    namespace = index.namespace(NAMESPACE);
    client = new CSharpClient(`localhost:${String(index.port)}`, release);
  });

  beforeEach(async () => {
    await namespace.fill(RECORDS);
  });

  afterAll(async () => {
    client.close();
    await gateway.stop();
  });

  it('delete records by id', async () => {
    expect(await client.delete(CSHARP_CALLS['by id'])).toEqual({});
    expect(await namespace.ids()).toEqual(['id-3', 'other']);
    expect(await client.delete(CSHARP_CALLS['by id'])).toEqual({});
  });

  it('delete records by metadata', async () => {
    expect(await client.delete(CSHARP_CALLS['by metadata'])).toEqual({});
    expect(await namespace.ids()).toEqual(['id-1', 'other']);
  });

  it('ignore the empty filter that the client attaches to ids', async () => {
    expect(await client.delete({ ...CSHARP_CALLS['by id'], filter: {} })).toEqual({});
    expect(await namespace.ids()).toEqual(['id-3', 'other']);
  });

  it('delete all records in a namespace, which stays', async () => {
    expect(await client.delete(CSHARP_CALLS.all)).toEqual({});
    expect(await index.counts()).toEqual({ [NAMESPACE]: 0 });
    expect(await client.delete(CSHARP_CALLS.all)).toEqual({});
  });

  it('are refused in a namespace that never was', async () => {
    const refused = client.delete({ ...CSHARP_CALLS['by id'], namespace: 'nowhere' });
    await expect(refused).rejects.toMatchObject({ code: status.NOT_FOUND, details: 'Namespace not found' });
  });
});
