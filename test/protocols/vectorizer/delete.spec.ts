import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  type Outcome,
  setUp,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  collection = await setUp(api);
});

/** What the deletion of a vector is answered with. */
function deleted(id: string): Outcome {
  const message = `Vector '${id}' deleted from collection '${collection.name}'`;
  return [200, { message, success: true, id, status: 'deleted' }];
}

describe('DELETE /collections/{c}/vectors/{id}', () => {
  it('case 1: deletes one vector and says which, and then it is gone', async () => {
    expect(await collection.delete('/vectors/vec_001')).toEqual(deleted('vec_001'));
    expect(await collection.get('/vectors/vec_001')).toEqual(noVector('vec_001'));
    expect(await collection.ids()).toEqual(['vec_002', 'vec_003', 'vec_004', 'vec_005']);
  });

  it('case 2: a second delete of the same id is 404 vector_not_found', async () => {
    await collection.delete('/vectors/vec_001');
    expect(await collection.delete('/vectors/vec_001')).toEqual(noVector('vec_001'));
  });

  it('case 3: a delete in a collection that does not exist is 404 collection_not_found', async () => {
    expect(await api.delete('/collections/none/vectors/x')).toEqual(noCollection('none'));
  });

  it('case 4: a JSON content type without a body is no obstacle', async () => {
    const headers = { 'content-type': 'application/json' };
    expect(await collection.call('DELETE', '/vectors/vec_001', undefined, headers)).toMatchObject({ status: 200 });
    expect(await collection.count()).toBe(4);
  });

  it.each([
    ['a b', 'a%20b'],
    ['ünï', '%C3%BCn%C3%AF'],
    ['a/b', 'a%2Fb'],
    ['100%', '100%25'],
    ['a/b', 'a/b'],
    ['100%', '100%'],
    ['a/b c/100%', 'a/b%20c/100%'],
    ['a?x=1', 'a%3Fx=1'],
    ['move', 'move'],
    ['a/expiry', 'a/expiry'],
  ])('case 5: deletes the id %s through the path %s', async (id, path) => {
    await collection.fill([{ id, embedding: [1, 0, 0, 0] }]);
    expect(await collection.delete(`/vectors/${path}`)).toEqual(deleted(id));
    expect(await collection.count()).toBe(5);
  });

  it('case 6: the count drops by exactly one', async () => {
    expect(await collection.count()).toBe(5);
    await collection.delete('/vectors/vec_004');
    expect(await collection.count()).toBe(4);
  });

  it('reads no body, whatever it says', async () => {
    expect(await collection.delete('/vectors/vec_001', { id: 'vec_002', ids: ['vec_003'] })).toEqual(deleted('vec_001'));
    expect(await collection.call('DELETE', '/vectors/vec_002', '{ not JSON')).toMatchObject({ status: 200 });
    expect(await collection.ids()).toEqual(['vec_003', 'vec_004', 'vec_005']);
  });

  it('deletes one chunk through an encoded number sign', async () => {
    const text = 'word '.repeat(600);
    await collection.post('/insert', { id: 'd', text });
    expect(await collection.delete('/vectors/d%230')).toEqual(deleted('d#0'));
    expect(await collection.ids({ parent_id: 'd' })).not.toContain('d#0');
  });

  it('leaves a vector of that id in another collection alone', async () => {
    const other = await setUp(api);
    await collection.delete('/vectors/vec_001');
    expect(await other.count()).toBe(5);
  });
});

describe('POST /delete', () => {
  it('deletes one vector, and says what the single delete says', async () => {
    expect(await api.post('/delete', { collection: collection.name, id: 'vec_001' })).toEqual(deleted('vec_001'));
    expect(await api.post('/delete', { collection: collection.name, id: 'vec_001' })).toEqual(noVector('vec_001'));
    expect(await collection.count()).toBe(4);
  });

  it('is 404 in a collection that does not exist', async () => {
    expect(await api.post('/delete', { collection: 'none', id: 'x' })).toEqual(noCollection('none'));
  });

  it.each([
    ['collection', { id: 'vec_001' }],
    ['id', { collection: 'none' }],
  ])('names the field %s when it is missing', async (field, body) => {
    expect(await api.post('/delete', body)).toEqual(invalidField(field));
  });
});

it('serves the single delete through an alias of the collection', async () => {
  const renamed = `${collection.name}-renamed`;
  expect(await collection.post('/rename', { new_name: renamed })).toEqual(done({ new_name: renamed }));
  expect(await collection.delete('/vectors/vec_001')).toEqual(done({ success: true, id: 'vec_001' }));
  expect(await collection.count()).toBe(4);
});
