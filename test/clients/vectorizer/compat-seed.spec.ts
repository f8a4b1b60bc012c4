import { fileURLToPath } from 'node:url';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { type Outcome, PYTHON_ENVIRONMENT, run } from './compat/programs.js';
import { type RecordingServer, startRecordingProxy } from './compat/recording-server.js';
import { store, storedIds, type StoredVector } from './compat/stored-vectors.js';
import { createUserProject, type UserProject } from './compat/typescript-package.js';
import { readSamples } from './seed/page.js';

const SAMPLES = readSamples();
const COLLECTION = 'my_collection';
const RUN_SNIPPET = fileURLToPath(new URL('./seed/run_snippet.py', import.meta.url));

const VECTORS: readonly StoredVector[] = [
  { id: 'vec_001', payload: { category: 'old_docs' } },
  { id: 'vec_002', payload: { category: 'new' } },
  { id: 'vec_003', payload: { category: 'new' } },
  { id: 'vec_004', payload: { category: 'old_docs' } },
  { id: 'vec_005', payload: { category: ['old_docs', 'new'] } },
  { id: 'vec_006', payload: {} },
];

/** Every sample whose run is all there is to see, and what it leaves of the vectors. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  'Delete Single Vector: REST API': ['vec_002', 'vec_003', 'vec_004', 'vec_005', 'vec_006'],
  'Delete Single Vector: Using Python SDK': ['vec_002', 'vec_003', 'vec_004', 'vec_005', 'vec_006'],
  'Delete Single Vector: Using TypeScript SDK': ['vec_002', 'vec_003', 'vec_004', 'vec_005', 'vec_006'],
  'Delete Multiple Vectors: REST API': ['vec_004', 'vec_005', 'vec_006'],
  'Delete Multiple Vectors: Using Python SDK': ['vec_004', 'vec_005', 'vec_006'],
  'Delete Multiple Vectors: Using TypeScript SDK': ['vec_004', 'vec_005', 'vec_006'],
  'Delete by Filter: REST API': ['vec_002', 'vec_003', 'vec_006'],
  'Delete by Filter: Python Example': ['vec_002', 'vec_003', 'vec_006'],
};
const CLEANUP = 'Common Patterns: Pattern 1: Cleanup Old Documents';
const BY_CATEGORY = 'Common Patterns: Pattern 2: Delete by Category';

describe('the samples of the page "Deleting Vectors", as they are published', () => {
  let gateway: TestGateway;
  let proxy: RecordingServer;
  let project: UserProject;

  beforeAll(async () => {
    gateway = await startGateway();
    proxy = await startRecordingProxy(gateway.vectorizerUrl);
    project = await createUserProject();
  });

  beforeEach(async () => {
    await store(gateway.vectorizerUrl, COLLECTION, VECTORS);
    proxy.clear();
  });

  afterAll(async () => {
    await project.remove();
    await proxy.stop();
    await gateway.stop();
  });

  it('are all run here', () => {
    expect([...SAMPLES.keys()]).toEqual([...Object.keys(LEFT), CLEANUP, BY_CATEGORY]);
  });

  it.each(Object.entries(LEFT))('%s', async (name, left) => {
    expect(await runSample(name)).toMatchObject({ code: 0 });
    expect(await remaining()).toEqual(left);
    expect(proxy.requests).toHaveLength(1);
  });

  it('tells with curl what the single delete did', async () => {
    const { output } = await runSample('Delete Single Vector: REST API');
    expect(JSON.parse(output)).toMatchObject({ success: true, id: 'vec_001', status: 'deleted' });
  });

  it('tells with curl what the batch delete did', async () => {
    const { output } = await runSample('Delete Multiple Vectors: REST API');
    expect(JSON.parse(output)).toMatchObject({ collection: COLLECTION, count: 3, deleted: 3, failed: 0, status: 'success' });
  });

  it('tells with curl what the delete by filter did', async () => {
    const { output } = await runSample('Delete by Filter: REST API');
    expect(JSON.parse(output)).toMatchObject({ scanned: 6, matched: 3, deleted: 3, status: 'success' });
  });

  it.each(['Delete Single Vector: Using Python SDK', 'Delete Single Vector: Using TypeScript SDK'])(
    '%s: fails when the vector is gone already',
    async (name) => {
      await runSample(name);
      const { code, errors } = await runSample(name);
      expect(code).not.toBe(0);
      expect(errors).toContain('Vector not found: vec_001');
    },
  );

  describe('Pattern 1: Cleanup Old Documents', () => {
    const old = Array.from({ length: 250 }, (_, index) => documentOf(`old_${String(index)}`, 31 + index));
    const recent = [documentOf('recent', 10), documentOf('today', 0), { id: 'undated', payload: {} }];

    beforeEach(async () => {
      await store(gateway.vectorizerUrl, COLLECTION, [...old, ...recent]);
    });

    it('deletes every old document and no other', async () => {
      expect(await runSample(CLEANUP, `await cleanup_old_documents("${COLLECTION}")`)).toMatchObject({ code: 0, errors: '' });
      expect(await remaining()).toEqual(['recent', 'today', 'undated']);
      expect(calls()).toEqual([`POST /collections/${COLLECTION}/search`, `POST /collections/${COLLECTION}/batch_delete`]);
    });

    it('finds nothing more the second time, and then deletes nothing', async () => {
      await runSample(CLEANUP, `await cleanup_old_documents("${COLLECTION}")`);
      proxy.clear();
      expect(await runSample(CLEANUP, `await cleanup_old_documents("${COLLECTION}")`)).toMatchObject({ code: 0, errors: '' });
      expect(await remaining()).toEqual(['recent', 'today', 'undated']);
      expect(calls()).toEqual([`POST /collections/${COLLECTION}/search`]);
    });

    it('takes another number of days', async () => {
      await runSample(CLEANUP, `await cleanup_old_documents("${COLLECTION}", older_than_days=5)`);
      expect(await remaining()).toEqual(['today', 'undated']);
    });
  });

  describe('Pattern 2: Delete by Category', () => {
    it('deletes the vectors of the category', async () => {
      const call = `await delete_by_category("${COLLECTION}", "old_docs")`;
      expect(await runSample(BY_CATEGORY, call)).toMatchObject({ code: 0, errors: '' });
      expect(await remaining()).toEqual(['vec_002', 'vec_003', 'vec_006']);
      expect(calls()).toEqual([`POST /collections/${COLLECTION}/delete_by_filter`]);
    });

    it('deletes nothing when it is called without a category', async () => {
      const call = `await delete_by_category("${COLLECTION}", None)`;
      expect(await runSample(BY_CATEGORY, call)).toMatchObject({ code: 0, errors: '' });
      expect(await remaining()).toEqual(VECTORS.map(({ id }) => id));
      expect(proxy.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ filter: { category: null } }]);
    });
  });

  /** Word for word, but for the address; `call` is a statement after a sample that only defines a function. */
  async function runSample(name: string, ...call: readonly string[]): Promise<Outcome> {
    const { language, code } = SAMPLES.get(name) ?? { language: 'none', code: '' };
    switch (language) {
      case 'bash':
        return run('bash', ['-c', code.replace('http://localhost:15002', proxy.url)], { environment: { NO_PROXY: '*' } });
      case 'python':
        return run('python3', [RUN_SNIPPET, proxy.url, ...call], { input: code, environment: PYTHON_ENVIRONMENT });
      case 'typescript':
        return project.runProgram('sample', typescriptProgram(code));
      default:
        throw new Error(`there is no way to run ${name} in ${language}`);
    }
  }

  function typescriptProgram(code: string): string {
    return `import { VectorizerClient } from '@polyvec/vectorizer';\nconst client = new VectorizerClient('${proxy.url}');\n${code}`;
  }

  async function remaining(): Promise<readonly string[]> {
    return storedIds(gateway.vectorizerUrl, COLLECTION);
  }

  function calls(): readonly string[] {
    return proxy.requests.map(({ method, path }) => `${method} ${path}`);
  }
});

/** Dated as Python's `datetime.now().isoformat()` writes it. */
function documentOf(id: string, ageDays: number): StoredVector {
  const created = new Date(Date.now() - ageDays * 24 * 3600 * 1000).toISOString().slice(0, 23);
  return { id, payload: { created_at: created } };
}
