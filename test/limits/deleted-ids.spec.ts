import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const COUNT = 200;
const ids = Array.from({ length: COUNT }, (_item, index) => `record-${String(index).padStart(3, '0')}`);

describe('a delete of Chroma API v1, which answers with all ids', () => {
  let gateway: TestGateway;
  let api: ChromaApi;
  let collection: CollectionApi;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_MAX_ANSWER_BYTES: '4000' } });
    api = new ChromaApi(gateway.chromaUrl);
    collection = await api.createCollection();
    await collection.outcome('add', { ids, embeddings: ids.map(() => [1]), metadatas: ids.map(() => ({ k: 1 })) });
  });
  afterAll(() => gateway.stop());

  const remove = (body: object): ReturnType<ChromaApi['outcome']> => {
    const uuid = collection.path.slice(collection.path.lastIndexOf('/') + 1);
    return api.outcome(`/api/v1/collections/${uuid}/delete`, body);
  };

  it.each([
    ['by a filter', { where: { k: 1 } }],
    ['by ids', { ids }],
  ])('is refused, and deletes nothing, when they are more than an answer may have: %s', async (_name, selection) => {
    const [status, answer] = await remove(selection);
    expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringContaining('POLYVEC_MAX_ANSWER_BYTES')]);
    expect(await api.outcome(`${collection.path}/count`)).toEqual([200, COUNT]);
  });

  it('deletes what has place', async () => {
    const some = ids.slice(0, 10);
    expect(await remove({ ids: some })).toEqual([200, some]);
  });

  it('has no such limit in v2, which answers with their number', async () => {
    expect(await collection.outcome('delete', { where: { k: 1 } })).toEqual([200, { deleted: COUNT - 10 }]);
  });
});
