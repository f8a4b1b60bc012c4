import { randomUUID } from 'node:crypto';
import { createIndex, IndexApi, type Outcome, PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const POD = { dimension: 2, metric: 'cosine', spec: { pod: { environment: 'us-east-1-aws', pod_type: 'p1.x1' } } };
const SERVERLESS = { dimension: 2, metric: 'cosine' };

let gateway: TestGateway;
let control: PineconeApi;

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

function failure(status: number, code: string, message: unknown): Outcome {
  return [status, { error: { code, message }, status }];
}

function create(source: string, name = `c-${randomUUID()}`): Promise<Outcome> {
  return control.outcome('/collections', { body: { name, source } });
}

/** The name of a new collection, of a pod index with one vector. */
async function createCollection(): Promise<string> {
  const index = await createIndex(gateway, POD);
  await index.namespace('n').fill([{ id: 'a', values: [0.5, -1], metadata: { year: 1999 } }]);
  const name = `c-${randomUUID()}`;
  expect(await create(index.name, name)).toEqual([201, expect.objectContaining({ name })]);
  return name;
}

/** The outcome of creating an index out of a collection. */
function createFrom(collection: string, inside: object = {}, pod: object = {}): Promise<Outcome> {
  const spec = { pod: { environment: 'us-east-1-aws', pod_type: 'p1.x1', source_collection: collection, ...pod } };
  return control.outcome('/indexes', { body: { name: `i-${randomUUID()}`, dimension: 2, metric: 'cosine', spec, ...inside } });
}

async function isListed(name: string): Promise<boolean> {
  const { collections } = succeeded(await control.call('/collections')) as { collections: readonly { name: string }[] };
  return collections.some((collection) => collection.name === name);
}

describe('creating a collection', () => {
  it('copies a pod index, and is described and listed', async () => {
    const index = await createIndex(gateway, POD);
    await index.filled([{ id: 'a', values: [1, 2] }]);
    const name = `c-${randomUUID()}`;
    const collection = {
      name,
      size: expect.any(Number) as unknown,
      status: 'Ready',
      dimension: 2,
      vector_count: 1,
      environment: 'us-east-1-aws',
    };
    expect(await create(index.name, name)).toEqual([201, collection]);
    expect(await control.outcome(`/collections/${name}`)).toEqual([200, collection]);
    const { collections } = succeeded(await control.call('/collections')) as { collections: readonly object[] };
    expect(collections).toContainEqual(collection);
  });

  it('refuses an index that is no pod index', async () => {
    const index = await createIndex(gateway, SERVERLESS);
    expect(await create(index.name)).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining('pod indexes')));
  });

  it('refuses a source that does not exist', async () => {
    expect(await create('nobody')).toEqual(failure(404, 'NOT_FOUND', 'Resource nobody not found'));
  });

  it('refuses a name that is taken', async () => {
    const index = await createIndex(gateway, POD);
    const name = await createCollection();
    expect(await create(index.name, name)).toEqual(failure(409, 'ALREADY_EXISTS', 'Resource already exists.'));
  });

  it('refuses a name that breaks the rule, and a body without one', async () => {
    const index = await createIndex(gateway, POD);
    expect(await create(index.name, 'Nope')).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining('lower case')));
    expect(await control.outcome('/collections', { body: { source: index.name } })).toEqual(
      failure(422, 'UNPROCESSABLE_ENTITY', expect.stringContaining('missing field `name`')),
    );
  });

  it('is no backup', async () => {
    await createCollection();
    expect(await control.outcome('/backups')).toEqual([200, { data: [] }]);
  });
});

describe('deleting a collection', () => {
  it('answers an empty 202, once', async () => {
    const name = await createCollection();
    expect(await isListed(name)).toBe(true);
    expect(await control.outcome(`/collections/${name}`, { method: 'DELETE' })).toEqual([202, '']);
    const missing = failure(404, 'NOT_FOUND', `Collection ${name} not found.`);
    expect(await control.outcome(`/collections/${name}`)).toEqual(missing);
    expect(await control.outcome(`/collections/${name}`, { method: 'DELETE' })).toEqual(missing);
    expect(await isListed(name)).toBe(false);
  });

  it('frees its name', async () => {
    const index = await createIndex(gateway, POD);
    const name = await createCollection();
    await control.call(`/collections/${name}`, { method: 'DELETE' });
    expect((await create(index.name, name))[0]).toBe(201);
  });
});

describe('an index out of a collection', () => {
  it('has its records, and a definition of its own', async () => {
    const name = await createCollection();
    const [status, body] = await createFrom(name, { metric: 'euclidean', deletion_protection: 'enabled' }, { replicas: 2 });
    const created = body as { name: string; host: string };
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        metric: 'euclidean',
        dimension: 2,
        deletion_protection: 'enabled',
        spec: { pod: expect.objectContaining({ environment: 'us-east-1-aws', replicas: 2, source_collection: name }) as unknown },
      }),
    ]);
    const index = new IndexApi(created.name, Number(created.host.slice(created.host.lastIndexOf(':') + 1)));
    expect(await index.namespace('n').fetch('a')).toEqual({ a: { id: 'a', values: [0.5, -1], metadata: { year: 1999 } } });
  });

  it('is not among the restore jobs', async () => {
    await createFrom(await createCollection());
    expect(await control.outcome('/restore-jobs')).toEqual([200, { data: [] }]);
  });

  it('needs a collection that exists', async () => {
    expect(await createFrom('nobody')).toEqual(failure(400, 'INVALID_ARGUMENT', 'Resource nobody not found'));
  });

  it('needs its dimension and its environment', async () => {
    const name = await createCollection();
    expect(await createFrom(name, { dimension: 3 })).toEqual(
      failure(400, 'INVALID_ARGUMENT', expect.stringContaining('dimension')),
    );
    expect(await createFrom(name, {}, { environment: 'eu-west1-gcp' })).toEqual(
      failure(400, 'INVALID_ARGUMENT', 'Source collection must be in the same environment as the index'),
    );
  });
});

it('copies a serverless index where the setting allows it', async () => {
  const lenient = await startGateway({ env: { POLYVEC_PINECONE_SERVERLESS_COLLECTIONS: 'true' } });
  try {
    const index = await createIndex(lenient, SERVERLESS);
    const answer = await new PineconeApi(lenient.pineconeUrl).outcome('/collections', {
      body: { name: 'copy', source: index.name },
    });
    expect(answer).toEqual([201, expect.objectContaining({ name: 'copy', environment: 'us-east-1-aws', dimension: 2 })]);
  } finally {
    await lenient.stop();
  }
});
