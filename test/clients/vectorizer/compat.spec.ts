import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type JsonObject, VectorizerClient } from '../../../clients/typescript/src/index.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { PYTHON_ENVIRONMENT, runWell } from './compat/programs.js';
import { startRecordingProxy } from './compat/recording-server.js';

interface Outcome {
  readonly name: string;
  /** Which of the URLs it ran against. */
  readonly url: number;
  readonly detail: string;
}

const TOUR = fileURLToPath(new URL('./compat/tour.py', import.meta.url));
const PYTHON_NAMES = JSON.parse(
  spawnSync('python3', [TOUR, '--names'], { encoding: 'utf8', env: { ...process.env, ...PYTHON_ENVIRONMENT } }).stdout,
) as readonly string[];

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

/** The listener of its own, and the path under which the console serves it. */
function urls(): readonly [string, string] {
  return [gateway.vectorizerUrl, `${gateway.consoleUrl}/vectorizer`];
}

describe('our Python client', () => {
  let outcomes: readonly Outcome[];

  beforeAll(async () => {
    const output = await runWell('python3', ['-W', 'error', TOUR, ...urls()], { environment: PYTHON_ENVIRONMENT });
    const lines = output.trimEnd().split('\n');
    outcomes = lines.map((line) => JSON.parse(line) as Outcome);
  });

  describe.each(['at the root', 'under a path'])('%s', (place) => {
    it.each(PYTHON_NAMES)('runs %s', (name) => {
      const url = ['at the root', 'under a path'].indexOf(place);
      expect(outcomes.find((outcome) => outcome.name === name && outcome.url === url)).toEqual({ name, url, detail: '' });
    });
  });
});

describe.each(['at the root', 'under a path'])('our TypeScript client %s', (place) => {
  const number = ['at the root', 'under a path'].indexOf(place);
  let client: VectorizerClient;
  let collection: string;
  let collections = 0;

  beforeAll(() => {
    client = new VectorizerClient(urls()[number] ?? '');
  });

  beforeEach(() => {
    collections += 1;
    collection = `typescript_${String(number)}_${String(collections)}`;
  });

  it('runs healthCheck', async () => {
    expect(await client.healthCheck()).toMatchObject({ status: 'healthy' });
  });

  it('runs createCollection', async () => {
    const created = await client.createCollection(collection, { dimension: 8, metric: 'euclidean', description: 'a test' });
    expect(created).toMatchObject({ collection, dimension: 8, metric: 'euclidean' });
    const taken = { status: 409, errorType: 'collection_already_exists' };
    await expect(client.createCollection(collection)).rejects.toMatchObject(taken);
  });

  it('creates a collection with the defaults', async () => {
    await client.createCollection(collection);
    expect(await client.getCollectionInfo(collection)).toMatchObject({ dimension: 512, similarity_metric: 'cosine' });
  });

  it('runs listCollections', async () => {
    await client.createCollection(collection, { dimension: 4 });
    expect((await client.listCollections()).map(({ name }) => name)).toContain(collection);
  });

  it('runs getCollectionInfo', async () => {
    await fill();
    expect(await client.getCollectionInfo(collection)).toMatchObject({ name: collection, vector_count: 4, dimension: 4 });
    await expect(client.getCollectionInfo('none')).rejects.toMatchObject({
      status: 404,
      errorType: 'collection_not_found',
      message: 'Collection not found: none',
      details: { collection_name: 'none' },
    });
  });

  it('runs deleteCollection', async () => {
    await fill();
    expect(await client.deleteCollection(collection)).toMatchObject({ status: 'deleted' });
    await expect(client.getCollectionInfo(collection)).rejects.toMatchObject({ status: 404 });
  });

  it('runs insertText', async () => {
    await client.createCollection(collection, { dimension: 64 });
    expect(await client.insertText(collection, 'all about cats', { n: 1, tags: ['a'] }, 'cats')).toBe('cats');
    const generated = await client.insertText(collection, 'all about dogs');
    expect(generated).toHaveLength(36);
    expect((await client.getVector(collection, 'cats')).payload).toEqual({ n: 1, tags: ['a'] });
    expect(await ids()).toEqual(['cats', generated]);
  });

  it('runs insertVector', async () => {
    await client.createCollection(collection, { dimension: 4 });
    expect(await client.insertVector(collection, [0, 2, 0, 0], { n: 1.5 }, 'v')).toBe('v');
    expect(await client.getVector(collection, 'v')).toMatchObject({ vector: [0, 1, 0, 0], metadata: { n: 1.5 } });
    const refused = { status: 400, errorType: 'validation_error' };
    await expect(client.insertVector(collection, [1])).rejects.toMatchObject(refused);
    await expect(client.insertVector(collection, [NaN, 0, 0, 0])).rejects.toMatchObject(refused);
  });

  it('runs batchInsertText', async () => {
    await client.createCollection(collection, { dimension: 64 });
    const inserted = await client.batchInsertText(collection, ['one', 'two'], [{ n: 1 }, null], ['a', null]);
    expect(inserted).toEqual(['a', expect.stringMatching(/^.{36}$/)]);
    expect(await ids()).toEqual(inserted);
    await expect(client.batchInsertText(collection, ['three', 'four'], undefined, ['c', ' bad '])).rejects.toMatchObject({
      status: 200,
      errorType: 'partial_failure',
      details: { ids: ['c'] },
    });
    expect(await ids()).toEqual([...inserted, 'c']);
  });

  it('runs search by text', async () => {
    await client.createCollection(collection, { dimension: 256 });
    await client.batchInsertText(collection, ['the cat sat', 'stock market news'], undefined, ['cat', 'news']);
    const hits = await client.search(collection, 'a cat', { limit: 1 });
    expect(hits).toMatchObject([{ id: 'cat', content: 'the cat sat' }]);
    expect(hits[0]?.score).toBeGreaterThan(0);
  });

  it('runs search by vector', async () => {
    await fill();
    const options = { limit: 3, similarity_threshold: 0.5, with_vector: true, with_payload: false };
    const hits = await client.search(collection, '', { ...options, vector: [0, 0, 1, 0] });
    expect(hits).toHaveLength(1);
    expect(hits).toMatchObject([{ id: 'v2', vector: [0, 0, 1, 0], payload: null, metadata: null }]);
  });

  it('runs search by filter', async () => {
    await fill();
    const hits = await client.search(collection, '', { limit: 10_000, filter: { category: 'old' } });
    expect(hits.map(({ id, vector }) => [id, vector])).toEqual([
      ['v0', null],
      ['v1', null],
    ]);
  });

  it('finds more than a hundred at once, and ten when nothing is said', async () => {
    await client.createCollection(collection, { dimension: 8 });
    const texts = Array.from({ length: 150 }, (_, index) => `text ${String(index)}`);
    const inserted = await client.batchInsertText(collection, texts);
    expect(await ids()).toEqual(inserted);
    expect(await client.search(collection, 'text')).toHaveLength(10);
  });

  it('runs getVector', async () => {
    await fill();
    const vector = { id: 'v3', collection, vector: [0, 0, 0, 1], payload: { page: 3 } };
    expect(await client.getVector(collection, 'v3')).toMatchObject(vector);
    const missing = { errorType: 'vector_not_found', details: { vector_id: 'v9' } };
    await expect(client.getVector(collection, 'v9')).rejects.toMatchObject(missing);
  });

  it('runs updateVector', async () => {
    await fill();
    const updated = await client.updateVector(collection, 'v0', { vector: [0, 0, 0, 1], metadata: { category: null, n: 1 } });
    expect(updated).toMatchObject({ id: 'v0', status: 'updated', vector: [0, 0, 0, 1] });
    expect(updated.payload).toEqual({ page: 0, n: 1 });
    const { vector: before } = await client.getVector(collection, 'v1');
    await client.updateVector(collection, 'v1', { text: 'another text' });
    const after = await client.getVector(collection, 'v1');
    expect(after.vector).not.toEqual(before);
    expect(after.payload).toEqual({ page: 1, category: 'old' });
    await expect(client.updateVector(collection, 'v9', { metadata: {} })).rejects.toMatchObject({ status: 404 });
  });

  it('runs batchUpdate', async () => {
    await fill();
    const report = await client.batchUpdate(collection, [
      { id: 'v0', payload: { n: 1 } },
      { id: 'v1', metadata: { n: 2 } },
      { id: 'v9', payload: {} },
    ]);
    expect(report).toMatchObject({ updated: 2, failed: 1, results: [{ status: 'ok' }, { status: 'ok' }, { status: 'error' }] });
    expect((await client.getVector(collection, 'v0')).payload).toEqual({ n: 1 });
    expect((await client.getVector(collection, 'v1')).payload).toEqual({ page: 1, category: 'old', n: 2 });
  });

  it('runs deleteVector', async () => {
    await fill();
    await client.deleteVector(collection, 'v0');
    expect(await ids()).toEqual(['v1', 'v2', 'v3']);
    const missing = { status: 404, errorType: 'vector_not_found', message: 'Vector not found: v0' };
    await expect(client.deleteVector(collection, 'v0')).rejects.toMatchObject(missing);
  });

  it('deletes vectors of any id', async () => {
    collection += ' ü:%.x';
    await client.createCollection(collection, { dimension: 4 });
    const odd = ['a b', 'ünï', 'a/b', '100%', 'a?x=1', '%2e%2e', 'a+b', '../up', '\'"<>|\\', 'move', '1/expiry'];
    for (const id of odd) {
      expect(await client.insertVector(collection, [1, 0, 0, 0], {}, id)).toBe(id);
    }
    for (const [index, id] of odd.entries()) {
      expect(await client.getVector(collection, id)).toMatchObject({ id });
      await client.deleteVector(collection, id);
      expect(await ids()).toEqual(odd.slice(index + 1));
    }
  });

  it('deletes one part of a long text', async () => {
    await client.createCollection(collection, { dimension: 8 });
    expect(await client.insertText(collection, 'words and words '.repeat(300), {}, 'long')).toBe('long');
    const [first, ...others] = await ids();
    expect(first).toBe('long#0');
    await client.deleteVector(collection, 'long#0');
    expect(others).not.toEqual([]);
    expect(await ids()).toEqual(others);
    await client.deleteByFilter(collection, { parent_id: 'long' });
    expect(await ids()).toEqual([]);
  });

  it('runs batchDelete', async () => {
    await fill();
    const report = await client.batchDelete(collection, ['v0', 'v9', 'v2']);
    expect(report).toMatchObject({ count: 3, deleted: 2, failed: 1 });
    expect(report.results.map(({ status }) => status)).toEqual(['ok', 'error', 'ok']);
    expect(await ids()).toEqual(['v1', 'v3']);
    expect(await client.batchDelete(collection, [])).toMatchObject({ count: 0, deleted: 0, failed: 0 });
  });

  it('runs deleteByFilter', async () => {
    await fill();
    const report = await client.deleteByFilter(collection, { category: 'old', page: { $lt: 1 } });
    expect(report).toMatchObject({ scanned: 4, matched: 1, deleted: 1, results: [{ id: 'v0' }] });
    expect(await ids()).toEqual(['v1', 'v2', 'v3']);
  });

  it('deletes nothing by a filter of null, of no conditions or of unknown ones', async () => {
    await fill();
    expect(await client.deleteByFilter(collection, { category: null })).toMatchObject({ matched: 0, deleted: 0 });
    const empty = { status: 400, errorType: 'validation_error', message: expect.stringContaining('no conditions') as string };
    await expect(client.deleteByFilter(collection, {})).rejects.toMatchObject(empty);
    const unknown: JsonObject = { page: { $before: 1 } };
    await expect(client.deleteByFilter(collection, unknown)).rejects.toMatchObject({ status: 400, errorType: 'parse_error' });
    expect(await ids()).toEqual(['v0', 'v1', 'v2', 'v3']);
  });

  it('cleans up old documents, and the second time sends no delete', async () => {
    const proxy = await startRecordingProxy(gateway.vectorizerUrl);
    await client.createCollection(collection, { dimension: 4 });
    for (const [id, created_at] of [
      ['old', '2024-01-01T00:00:00'],
      ['older', '2023-01-01T00:00:00'],
      ['new', '2025-06-01T00:00:00'],
    ] as const) {
      await client.insertVector(collection, [1, 0, 0, 0], { created_at }, id);
    }
    const counting = new VectorizerClient(proxy.url);
    expect(await cleanUp(counting)).toBe(2);
    expect(await cleanUp(counting)).toBe(0);
    expect(await ids()).toEqual(['new']);
    expect(proxy.requests.map(({ path }) => path)).toEqual([
      `/collections/${collection}/search`,
      `/collections/${collection}/batch_delete`,
      `/collections/${collection}/search`,
    ]);
    await proxy.stop();
  });

  async function cleanUp(cleaner: VectorizerClient): Promise<number> {
    const filter = { created_at: { $lt: '2025-01-01T00:00:00' } };
    const old = await cleaner.search(collection, '', { limit: 10_000, filter });
    const ids = old.map(({ id }) => id);
    return (await cleaner.batchDelete(collection, ids)).deleted;
  }

  /** Four vectors along the axes. */
  async function fill(): Promise<void> {
    await client.createCollection(collection, { dimension: 4 });
    for (const [index, category] of ['old', 'old', 'new', undefined].entries()) {
      const vector = [0, 1, 2, 3].map((axis) => Number(axis === index));
      await client.insertVector(collection, vector, { page: index, ...(category && { category }) }, `v${String(index)}`);
    }
  }

  async function ids(): Promise<readonly string[]> {
    return (await client.search(collection, '', { limit: 10_000 })).map(({ id }) => id);
  }
});
