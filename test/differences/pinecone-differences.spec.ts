import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The numbers in `docs/differences.md`, section Pinecone. */

const SERVERLESS = { serverless: { cloud: 'aws', region: 'us-east-1' } };

let gateway: TestGateway;
let control: PineconeApi;
let dense: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
  dense = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
});

afterAll(async () => {
  await gateway.stop();
});

describe('indexes', () => {
  it('D31: an index has at most 16,000 dimensions', async () => {
    const create = (name: string, dimension: number) =>
      control.outcome('/indexes', { body: { name, dimension, metric: 'cosine', spec: SERVERLESS } });
    expect(await create('widest', 16_000)).toMatchObject([201, { dimension: 16_000 }]);
    expect(await create('wider', 16_001)).toMatchObject([400, { error: { code: 'INVALID_ARGUMENT' } }]);
  });

  it('D32: an index is ready when it is created and gone when it is deleted', async () => {
    const body = { name: 'short-lived', dimension: 2, spec: SERVERLESS };
    expect(await control.outcome('/indexes', { body })).toMatchObject([201, { status: { ready: true, state: 'Ready' } }]);
    expect(await control.call('/indexes/short-lived', { method: 'DELETE' })).toMatchObject({ status: 202, text: '' });
    expect((await control.call('/indexes/short-lived')).status).toBe(404);
  });

  it('D33: any region of a cloud is taken', async () => {
    const spec = { serverless: { cloud: 'gcp', region: 'moon-north1' } };
    expect((await control.call('/indexes', { body: { name: 'moon', dimension: 2, spec } })).status).toBe(201);
  });

  it('D34: a sparse index may be created with dimension 0', async () => {
    const body = { name: 'sparse-zero', dimension: 0, vector_type: 'sparse', metric: 'dotproduct', spec: SERVERLESS };
    const answer = await control.call('/indexes', { body });
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('dimension');
  });

  it("D35: Go's SDK is answered 200 where the others are answered 201 or 202", async () => {
    const go = { 'user-agent': 'go-client/v5.2.0' };
    const path = `/indexes/${dense.name}`;
    const configure = (headers: Readonly<Record<string, string>>) =>
      control.call(path, { method: 'PATCH', body: { tags: { a: 'b' } }, headers });
    expect([(await configure({})).status, (await configure(go)).status]).toEqual([202, 200]);
    const backup = (headers: Readonly<Record<string, string>>) => control.call(`${path}/backups`, { body: {}, headers });
    expect([(await backup({})).status, (await backup(go)).status]).toEqual([201, 200]);
  });

  it('D36: a restore is complete when it is answered', async () => {
    const { body: backup } = await control.call(`/indexes/${dense.name}/backups`, { body: {} });
    const path = `/backups/${(backup as { backup_id: string }).backup_id}/create-index`;
    const { body: restored } = await control.call(path, { body: { name: 'restored' } });
    const { restore_job_id: job } = restored as { restore_job_id: string };
    expect(await control.outcome(`/restore-jobs/${job}`)).toMatchObject([200, { status: 'Completed', percent_complete: 100 }]);
  });
});

describe('a restore', () => {
  it('D36: a restore is complete when it is answered, or said to be pending for as long as it is set', async () => {
    const own = await startGateway({ env: { POLYVEC_PINECONE_RESTORE_PENDING_MS: '600000' } });
    const api = new PineconeApi(own.pineconeUrl);
    const { name } = await createIndex(own, { dimension: 2 });
    const { body: backup } = await api.call(`/indexes/${name}/backups`, { body: {} });
    const path = `/backups/${(backup as { backup_id: string }).backup_id}/create-index`;
    const { body: restored } = await api.call(path, { body: { name: 'restored' } });
    const { restore_job_id: id } = restored as { restore_job_id: string };
    const { body: job } = await api.call(`/restore-jobs/${id}`);
    expect(job).toMatchObject({ status: 'Pending' });
    expect(Object.keys(job as object)).not.toEqual(expect.arrayContaining(['completed_at']));
    expect(await api.outcome('/restore-jobs')).toMatchObject([200, { data: [{ status: 'Pending' }] }]);
    expect(await api.outcome('/indexes/restored')).toMatchObject([200, { status: { ready: true } }]);
    await own.stop();
  });
});

describe('backup schedules', () => {
  it('D114: a planned backup is in the history of its schedule alone', async () => {
    const body = { name: 'weekly', schedule: { type: 'time-based', frequency: 'weekly' }, retention: { expire_after_days: 7 } };
    const made = await control.call(`/indexes/${dense.name}/backup-schedules`, { body });
    const { schedule_id: id, next_scheduled_run: next } = made.body as Readonly<Record<string, string>>;
    expect(next).toMatch(/T06:00:00\.000Z$/);
    const { body: history } = await control.call(`/backup-schedules/${String(id)}/history`);
    const [planned] = (history as { readonly data: readonly { readonly backup_id: string; readonly status: string }[] }).data;
    expect(planned?.status).toBe('Initializing');
    expect((await control.call(`/backups/${String(planned?.backup_id)}`)).status).toBe(404);
    await control.call(`/backup-schedules/${String(id)}`, { method: 'DELETE' });
  });
});

describe('what is not served', () => {
  it('D37: imports without a root are 400 with the code UNIMPLEMENTED', async () => {
    expect(await dense.outcome('/bulk/imports', { body: { uri: 'file:///films' } })).toMatchObject([400, { code: 12 }]);
  });

  it('D38: match_terms is 400 with the code UNIMPLEMENTED', async () => {
    const sparse = await startGateway({ env: { POLYVEC_EMBEDDING_MODELS: 'pinecone-sparse-english-v0=local-sparse' } });
    const api = new PineconeApi(sparse.pineconeUrl);
    const embed = { model: 'pinecone-sparse-english-v0', field_map: { text: 'text' } };
    const body = { name: 'texts', cloud: 'aws', region: 'us-east-1', embed };
    await api.call('/indexes/create-for-model', { body });
    const query = { inputs: { text: 'fox' }, top_k: 1, match_terms: { strategy: 'all', terms: ['fox'] } };
    const answer = await api.call('/_index/texts/records/namespaces/n/search', { body: { query } });
    await sparse.stop();
    expect([answer.status, answer.body]).toMatchObject([400, { code: 12 }]);
  });

  it('D39: several queries in one request are 400 in every version', async () => {
    expect((await dense.call('/query', { body: { queries: [{ values: [1, 0] }], topK: 1 } })).status).toBe(400);
  });
});

describe('vectors', () => {
  it('D40: what is written is read at once', async () => {
    const space = dense.namespace();
    await space.fill([{ id: 'a', values: [1, 0] }]);
    expect(await space.matches({ vector: [1, 0], topK: 1 })).toMatchObject([{ id: 'a' }]);
  });

  it('D41: a read costs one unit', async () => {
    const answer = await dense.call('/query', { body: { vector: [1, 0], topK: 10 } });
    expect(answer.body).toMatchObject({ usage: { readUnits: 1 } });
  });

  it('D42: statistics of a serverless index may be filtered', async () => {
    const space = await dense.filled([{ id: 'a', values: [1, 0], metadata: { color: 'red' } }]);
    const { body } = await dense.call('/describe_index_stats', { body: { filter: { color: 'red' } } });
    expect(body).toMatchObject({ namespaces: { [space.name]: { vectorCount: 1 } } });
  });

  it('D43: a delete tells how many records it removed', async () => {
    const space = await dense.filled([{ id: 'a', values: [1, 0] }]);
    const answer = await space.post('/vectors/delete', { ids: ['a', 'missing'] });
    expect(answer.headers.get('x-deleted-count')).toBe('1');
  });

  it('D44: bodies may be 64 MiB, far above two megabytes', async () => {
    const vectors = Array.from({ length: 1000 }, (_, index) => ({
      id: `v${String(index)}`,
      values: [1, 1],
      metadata: { t: 'x'.repeat(3_000) },
    }));
    expect(await dense.namespace().outcome('/vectors/upsert', { vectors })).toEqual([200, { upsertedCount: 1000 }]);
  });

  it('D45: the NUL character is 400', async () => {
    const vectors = [{ id: 'a', values: [1, 0], metadata: { text: 'a\u0000b' } }];
    expect((await dense.namespace().outcome('/vectors/upsert', { vectors }))[0]).toBe(400);
  });

  it('D46: the size limit of metadata holds for each request', async () => {
    const space = await dense.filled([{ id: 'a', values: [1, 0], metadata: { first: 'x'.repeat(30_000) } }]);
    expect((await space.outcome('/vectors/update', { id: 'a', setMetadata: { second: 'y'.repeat(30_000) } }))[0]).toBe(200);
  });

  it('D47: how a text is cut is up to the model', async () => {
    const ask = (truncate: string) => {
      const parameters = { input_type: 'query', truncate };
      return control.call('/embed', { body: { model: 'polyvec-local', inputs: [{ text: 'word '.repeat(10_000) }], parameters } });
    };
    const [none, end] = [await ask('NONE'), await ask('END')];
    expect([none.status, end.status]).toEqual([200, 200]);
    expect(none.body).toEqual(end.body);
  });
});
