import { type ServiceError, status } from '@grpc/grpc-js';
import { createIndex, type IndexApi, type NamespaceApi } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** Far more than five a second, whatever the machine: most of them come too early. */
const MANY = 60;
const FILTER = { genre: { $eq: 'documentary' } };
const WORDS = /^Request failed\. You've reached the max delete by metadata requests per second for namespace /;

describe('with the limits of the service', () => {
  let gateway: TestGateway;
  let index: IndexApi;
  let space: NamespaceApi;
  let grpc: PineconeGrpc;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_PINECONE_RATE_LIMITS: 'pinecone' } });
    index = await createIndex(gateway, { dimension: 2 });
    space = await index.filled([{ id: 'a', values: [1, 2] }]);
    grpc = new PineconeGrpc(index.port);
  });

  afterAll(async () => {
    grpc.close();
    await gateway.stop();
  });

  it('deletes by filter beyond five a second are 429, with a time to wait', async () => {
    const answers = await Promise.all(Array.from({ length: MANY }, () => space.post('/vectors/delete', { filter: FILTER })));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.body).toEqual({ code: 8, message: expect.stringMatching(WORDS) as string, details: [] });
  });

  it('are the same over gRPC, which tells when to come back', async () => {
    const message = { namespace: space.name, filter: { genre: 'documentary' } };
    const outcomes = await Promise.allSettled(Array.from({ length: MANY }, () => grpc.call('Delete', message)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as ServiceError] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: expect.stringMatching(WORDS) as string });
    expect(refused[0]?.metadata.get('grpc-retry-pushback-ms')).toEqual(['1000']);
  });

  it('more than five thousand records a second are not deleted by their ids', async () => {
    const other = await index.filled([{ id: 'a', values: [1, 2] }]);
    const ids = Array.from({ length: 1_000 }, (_, at) => `id-${String(at)}`);
    const answers = await Promise.all(Array.from({ length: 30 }, () => other.post('/vectors/delete', { ids })));
    expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThan(0);
  });
});

describe('without limits', () => {
  it('nothing is too fast', async () => {
    const gateway = await startGateway();
    const index = await createIndex(gateway, { dimension: 2 });
    const space = await index.filled([{ id: 'a', values: [1, 2] }]);
    const answers = await Promise.all(Array.from({ length: MANY }, () => space.post('/vectors/delete', { filter: FILTER })));
    await gateway.stop();
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
  });
});

describe('hosts under a domain', () => {
  it('find the index of a gRPC call on any port, by its authority', async () => {
    const gateway = await startGateway({ env: { POLYVEC_PINECONE_DOMAIN: 'vectors.example.com' } });
    const created = await fetch(`${gateway.pineconeUrl}/indexes`, {
      method: 'POST',
      body: JSON.stringify({
        name: 'one',
        dimension: 2,
        metric: 'cosine',
        spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
      }),
    });
    const { host } = (await created.json()) as { host: string };
    const port = Number(new URL(gateway.pineconeUrl).port);
    const named = new PineconeGrpc(port, { 'grpc.default_authority': host });
    const nameless = new PineconeGrpc(port, { 'grpc.default_authority': host.replace('one', 'two') });
    const outcomes = [await named.outcome('DescribeIndexStats'), await nameless.outcome('DescribeIndexStats')];
    named.close();
    nameless.close();
    await gateway.stop();
    expect(outcomes.map(([code]) => code)).toEqual([status.OK, status.NOT_FOUND]);
  });
});
