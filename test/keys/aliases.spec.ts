import { type KeyedGateway, startKeyedGateway } from '../support/gateway/keyed-gateway.js';

/** A key for some names must not take over what others reach by an old name. */

const COLLECTIONS = '/api/v2/tenants/acme/databases/default_database/collections';

let keyed: KeyedGateway<'all' | 'sales'>;

beforeAll(async () => {
  keyed = await startKeyedGateway({
    all: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin' },
    sales: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin', collections: 'sales-*' },
  });
  // its old name goes on meaning it
  await ask('all', vectorizer('/collections'), 'POST', { name: 'sales-old', dimension: 2 });
  await ask('all', vectorizer('/collections/sales-old/rename'), 'POST', { new_name: 'finance' });
});

afterAll(() => keyed.gateway.stop());

const chroma = (path: string): string => keyed.gateway.chromaUrl + path;
const pinecone = (path: string): string => keyed.gateway.pineconeUrl + path;
const vectorizer = (path: string): string => keyed.gateway.vectorizerUrl + path;

async function ask(
  key: 'all' | 'sales',
  url: string,
  method: string,
  body?: object,
): Promise<readonly [number, Record<string, unknown>]> {
  const headers = { authorization: `Bearer ${keyed.keys[key]}`, 'api-key': keyed.keys[key], 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return [answer.status, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)];
}

/** A collection within the reach of both keys. */
async function ownCollection(name: string): Promise<string> {
  const [status, { id }] = await ask('sales', chroma(COLLECTIONS), 'POST', { name });
  expect(status).toBe(200);
  const added = await ask('sales', chroma(`${COLLECTIONS}/${String(id)}/add`), 'POST', { ids: ['a'], embeddings: [[1, 0]] });
  expect(added[0]).toBe(201);
  return String(id);
}

describe('the old name of a collection that a key does not reach', () => {
  afterEach(async () => {
    expect(await ask('all', vectorizer('/collections/sales-old'), 'GET')).toMatchObject([200, { name: 'finance' }]);
  });

  it('is not given to another collection by creating it', async () => {
    expect((await ask('sales', chroma(COLLECTIONS), 'POST', { name: 'sales-old' }))[0]).toBe(409);
  });

  it('is not given to another collection by renaming it', async () => {
    const id = await ownCollection('sales-renamed');
    expect((await ask('sales', chroma(`${COLLECTIONS}/${id}`), 'PUT', { new_name: 'sales-old' }))[0]).toBe(409);
    expect((await ask('sales', vectorizer('/collections/sales-renamed/rename'), 'POST', { new_name: 'sales-old' }))[0]).toBe(409);
    // any other name is fine
    expect((await ask('sales', chroma(`${COLLECTIONS}/${id}`), 'PUT', { new_name: 'sales-new' }))[0]).toBe(200);
  });

  it('is not given to another collection by restoring a backup', async () => {
    await ownCollection('sales-saved');
    const [made, backup] = await ask('sales', pinecone('/indexes/sales-saved/backups'), 'POST', { name: 'saved' });
    expect([200, 201]).toContain(made);
    const restore = pinecone(`/backups/${String(backup['backup_id'])}/create-index`);
    expect((await ask('sales', restore, 'POST', { name: 'sales-old' }))[0]).toBe(409);
    expect((await ask('sales', restore, 'POST', { name: 'sales-restored' }))[0]).toBe(202);
  });
});

describe('the name of a Pinecone collection', () => {
  it('is within the reach of the key that makes it, and tells nothing of others', async () => {
    const spec = { pod: { environment: 'us-east-1-aws', pod_type: 'p1.x1', pods: 1 } };
    const made = await ask('sales', pinecone('/indexes'), 'POST', { name: 'sales-pod', dimension: 2, metric: 'cosine', spec });
    expect(made[0]).toBe(201);
    expect((await ask('all', pinecone('/collections'), 'POST', { name: 'finance-copy', source: 'sales-pod' }))[0]).toBe(201);
    // one that is taken, and one that is not
    for (const name of ['finance-copy', 'finance-other']) {
      expect((await ask('sales', pinecone('/collections'), 'POST', { name, source: 'sales-pod' }))[0]).toBe(403);
    }
    expect((await ask('sales', pinecone('/collections'), 'POST', { name: 'sales-copy', source: 'sales-pod' }))[0]).toBe(201);
  });
});
