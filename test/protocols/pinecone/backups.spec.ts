import { randomUUID } from 'node:crypto';
import { type Answer, createIndex, IndexApi, type Outcome, PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const OLD = { 'x-pinecone-api-version': '2025-04' };
const NEW = { 'x-pinecone-api-version': '2026-07' };
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const BYTES = expect.any(Number) as unknown;

interface Backup {
  readonly backup_id: string;
  readonly source_index_id: string;
  readonly [field: string]: unknown;
}

interface Page {
  readonly data: readonly Backup[];
  readonly pagination?: { readonly next: string };
}

interface Restored {
  readonly restore_job_id: string;
  readonly index_id: string;
}

let gateway: TestGateway;
let control: PineconeApi;

beforeAll(async () => {
  // indexes with a port of their own: more than a gateway of a test has without being asked
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:60' } });
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** The body of an answer that must have this status. */
function bodyOf(answer: Answer, status: number): unknown {
  expect([answer.status, answer.text]).toEqual([status, answer.text]);
  return answer.body;
}

async function backUp(
  index: { readonly name: string },
  body: object = {},
  headers: Readonly<Record<string, string>> = OLD,
): Promise<Backup> {
  return bodyOf(await control.call(`/indexes/${index.name}/backups`, { body, headers }), 201) as Backup;
}

async function restore(backup: Backup, body: object = {}): Promise<Restored & { readonly name: string }> {
  const name = `r-${randomUUID()}`;
  const answer = await control.call(`/backups/${backup.backup_id}/create-index`, { body: { name, ...body } });
  return { name, ...(bodyOf(answer, 202) as Restored) };
}

async function describeIndex(
  name: string,
  headers: Readonly<Record<string, string>> = OLD,
): Promise<Readonly<Record<string, unknown>>> {
  return succeeded(await control.call(`/indexes/${name}`, { headers })) as Record<string, unknown>;
}

async function openIndex(name: string): Promise<IndexApi> {
  const { host } = (await describeIndex(name)) as { readonly host: string };
  return new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1)));
}

async function drop(index: { readonly name: string }): Promise<void> {
  bodyOf(await control.call(`/indexes/${index.name}`, { method: 'DELETE' }), 202);
}

async function list(path: string, query: Readonly<Record<string, string | number>> = {}, headers = OLD): Promise<Page> {
  return succeeded(await control.call(path, { query, headers })) as Page;
}

function idsOf(backups: readonly Backup[]): readonly string[] {
  return backups.map(({ backup_id }) => backup_id);
}

function failure(status: number, code: string, message: unknown): Outcome {
  return [status, { error: { code, message }, status }];
}

const DENSE = { dimension: 2, metric: 'dotproduct' };

describe('backing up an index', () => {
  it('answers the backup, which is ready', async () => {
    const index = await createIndex(gateway, { ...DENSE, tags: { team: 'search' } });
    await index.filled([{ id: 'a', values: [1, 2] }]);
    await index.filled([
      { id: 'a', values: [1, 2] },
      { id: 'b', values: [3, 4] },
    ]);
    const backup = await backUp(index, { name: 'nightly', description: 'before the change' });
    expect(backup).toEqual({
      backup_id: UUID,
      source_index_name: index.name,
      source_index_id: UUID,
      status: 'Ready',
      cloud: 'aws',
      region: 'us-east-1',
      name: 'nightly',
      description: 'before the change',
      dimension: 2,
      metric: 'dotproduct',
      record_count: 3,
      namespace_count: 2,
      size_bytes: BYTES,
      tags: { team: 'search' },
      created_at: TIME,
    });
    expect(await control.outcome(`/backups/${backup.backup_id}`, { headers: OLD })).toEqual([200, backup]);
  });

  it('leaves out of an old answer what there is none of, and needs no body', async () => {
    const index = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
    const answer = await control.call(`/indexes/${index.name}/backups`, { method: 'POST' });
    expect(bodyOf(answer, 201)).toEqual({
      backup_id: UUID,
      source_index_name: index.name,
      source_index_id: UUID,
      status: 'Ready',
      cloud: 'aws',
      region: 'us-east-1',
      metric: 'dotproduct',
      record_count: 0,
      namespace_count: 0,
      size_bytes: 0,
      created_at: TIME,
    });
  });

  it('answers the schema in place of dimension and metric from 2026-07 on', async () => {
    const dense = await backUp(await createIndex(gateway, DENSE), {}, NEW);
    expect(dense).toEqual({
      backup_id: UUID,
      source_index_name: expect.any(String) as unknown,
      source_index_id: UUID,
      status: 'Ready',
      cloud: 'aws',
      region: 'us-east-1',
      schema: { fields: { _values: { type: 'dense_vector', dimension: 2, metric: 'dotproduct', description: null } } },
      record_count: 0,
      namespace_count: 0,
      size_bytes: 0,
      tags: null,
      created_at: TIME,
    });
    const sparse = await backUp(await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' }), {}, NEW);
    expect(sparse['schema']).toEqual({ fields: { _sparse_values: { type: 'sparse_vector', description: null } } });
  });

  it("answers Go's SDK with 200, the only status that it takes", async () => {
    const index = await createIndex(gateway, DENSE);
    const headers = { 'user-agent': 'go-client/v4.1.4; source_tag=' };
    const { status } = await control.call(`/indexes/${index.name}/backups`, { body: {}, headers });
    expect(status).toBe(200);
  });

  it('of an unknown index is 404', async () => {
    expect(await control.outcome('/indexes/nobody/backups', { body: {} })).toEqual(
      failure(404, 'NOT_FOUND', 'Index nobody not found.'),
    );
  });

  it('refuses a name that is no text with 422', async () => {
    const index = await createIndex(gateway, DENSE);
    const [status, body] = await control.outcome(`/indexes/${index.name}/backups`, { body: { name: 1 } });
    expect([status, body]).toEqual(failure(422, 'UNPROCESSABLE_ENTITY', expect.stringContaining('name: expected a string')));
  });
});

describe('restoring a backup', () => {
  it('brings back a deleted index: records, vectors, sparse vectors, metadata, namespaces', async () => {
    const index = await createIndex(gateway, DENSE);
    const vectors = [
      { id: 'dense', values: [0.1, -2], metadata: { year: 1999, tags: ['x', 'y'], is: true } },
      { id: 'hybrid', values: [1, 1], sparseValues: { indices: [4_294_967_295, 7], values: [0.5, 2] } },
    ];
    await index.namespace('').fill(vectors);
    await index.namespace('second').fill([{ id: 'dense', values: [5, 6] }]);
    succeeded(await index.call('/namespaces', { body: { name: 'empty', schema: { fields: { year: { filterable: true } } } } }));
    const before = await contents(index);
    const backup = await backUp(index);
    await drop(index);
    const restored = await openIndex((await restore(backup)).name);
    expect(await contents(restored)).toEqual(before);
    expect(before.counts).toEqual({ '': 2, second: 1, empty: 0 });
    const hybrid = { vector: [0, 0], sparseVector: { indices: [7], values: [1] }, topK: 1 };
    expect(await restored.namespace('').matches(hybrid)).toMatchObject([{ id: 'hybrid', score: 2 }]);
  });

  it('brings back a sparse index', async () => {
    const index = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
    await index.namespace('n').fill([{ id: 'a', sparseValues: { indices: [3], values: [2] } }]);
    const restored = await openIndex((await restore(await backUp(index))).name);
    expect(await restored.namespace('n').matches({ sparseVector: { indices: [3], values: [1] } })).toMatchObject([
      { id: 'a', score: 2 },
    ]);
    expect(await describeIndex(restored.name)).toMatchObject({ vector_type: 'sparse', metric: 'dotproduct' });
  });

  it('is complete with the answer: the index is ready, and so is the job', async () => {
    const backup = await backUp(await createIndex(gateway, DENSE));
    const { name, restore_job_id, index_id } = await restore(backup);
    expect(await describeIndex(name)).toMatchObject({ ...DENSE, status: { ready: true, state: 'Ready' } });
    expect(await control.outcome(`/restore-jobs/${restore_job_id}`)).toEqual([
      200,
      {
        restore_job_id,
        backup_id: backup.backup_id,
        target_index_name: name,
        target_index_id: index_id,
        status: 'Completed',
        created_at: TIME,
        completed_at: TIME,
        percent_complete: 100,
      },
    ]);
    const jobs = succeeded(await control.call('/restore-jobs', { query: { limit: 1 } })) as { data: readonly object[] };
    expect(jobs.data).toMatchObject([{ restore_job_id }]);
  });

  it('keeps tags and place, and takes what the request says instead', async () => {
    const spec = { serverless: { cloud: 'gcp', region: 'europe-west4' } };
    const backup = await backUp(await createIndex(gateway, { ...DENSE, spec, tags: { team: 'search' } }));
    const kept = await describeIndex((await restore(backup)).name);
    expect(kept).toMatchObject({ tags: { team: 'search' }, deletion_protection: 'disabled', spec });
    const { name } = await restore(backup, { tags: { stage: 'test' }, deletion_protection: 'enabled' });
    expect(await describeIndex(name)).toMatchObject({ tags: { stage: 'test' }, deletion_protection: 'enabled', spec });
  });

  it('tells from 2026-07 on which backup the index is of', async () => {
    const backup = await backUp(await createIndex(gateway, DENSE));
    const { name } = await restore(backup);
    expect(await describeIndex(name, NEW)).toMatchObject({ source_backup_id: backup.backup_id });
  });

  it('refuses a name that is taken, and makes nothing', async () => {
    const index = await createIndex(gateway, DENSE);
    const backup = await backUp(index);
    const outcome = await control.outcome(`/backups/${backup.backup_id}/create-index`, { body: { name: index.name } });
    expect(outcome).toEqual(failure(409, 'ALREADY_EXISTS', 'Resource already exists.'));
  });

  it.each([
    ['a name with capitals', { name: 'Nope' }, 'lower case alphanumeric'],
    ['a name that ends in a dash', { name: 'nope-' }, 'start and end'],
    ['no name left', { name: '' }, 'length'],
    ['a name that is too long', { name: 'x'.repeat(46) }, 'length'],
    ['a tag that is no text', { name: 'fine', tags: { a: 1 } }, 'Tag values'],
  ])('refuses %s', async (_what, body, words) => {
    const backup = await backUp(await createIndex(gateway, DENSE));
    expect(await control.outcome(`/backups/${backup.backup_id}/create-index`, { body })).toEqual(
      failure(400, 'INVALID_ARGUMENT', expect.stringContaining(words)),
    );
  });

  it('needs a name', async () => {
    const backup = await backUp(await createIndex(gateway, DENSE));
    expect(await control.outcome(`/backups/${backup.backup_id}/create-index`, { body: {} })).toEqual(
      failure(422, 'UNPROCESSABLE_ENTITY', expect.stringContaining('missing field `name`')),
    );
  });
});

describe('deleting a backup', () => {
  it('answers an empty 202, once; the indexes made of it stay', async () => {
    const index = await createIndex(gateway, DENSE);
    await index.namespace('n').fill([{ id: 'a', values: [1, 2] }]);
    const backup = await backUp(index);
    const restored = await openIndex((await restore(backup)).name);
    expect(await control.outcome(`/backups/${backup.backup_id}`, { method: 'DELETE' })).toEqual([202, '']);
    const missing = failure(404, 'NOT_FOUND', `Backup ${backup.backup_id} not found.`);
    expect(await control.outcome(`/backups/${backup.backup_id}`)).toEqual(missing);
    expect(await control.outcome(`/backups/${backup.backup_id}`, { method: 'DELETE' })).toEqual(missing);
    expect(await restored.namespace('n').ids()).toEqual(['a']);
  });
});

it.each([NOWHERE, 'no-uuid'])('answers 404 for what has the id %s nowhere', async (id) => {
  const missing = failure(404, 'NOT_FOUND', `Backup ${id} not found.`);
  expect(await control.outcome(`/backups/${id}`)).toEqual(missing);
  expect(await control.outcome(`/backups/${id}/create-index`, { body: { name: 'fine' } })).toEqual(missing);
  expect(await control.outcome(`/restore-jobs/${id}`)).toEqual(failure(404, 'NOT_FOUND', `Restore job ${id} not found.`));
});

describe('a list of backups', () => {
  it('goes on page after page, the newest first, whatever is deleted in between', async () => {
    const index = await createIndex(gateway, DENSE);
    const made: Backup[] = [];
    for (let count = 0; count < 5; count += 1) made.unshift(await backUp(index));
    const path = `/indexes/${index.name}/backups`;
    const first = await list(path, { limit: 2 });
    expect(idsOf(first.data)).toEqual(idsOf(made.slice(0, 2)));
    for (const { backup_id } of made.slice(0, 3)) await control.call(`/backups/${backup_id}`, { method: 'DELETE' });
    const second = await list(path, { limit: 2, paginationToken: String(first.pagination?.next) });
    expect(idsOf(second.data)).toEqual(idsOf(made.slice(3)));
    expect(second).not.toHaveProperty('pagination');
  });

  it('has ten on a page unless a limit is given', async () => {
    const index = await createIndex(gateway, DENSE);
    for (let count = 0; count < 11; count += 1) await backUp(index);
    expect((await list('/backups')).data).toHaveLength(10);
    expect((await list(`/indexes/${index.name}/backups`, { limit: 100 })).data).toHaveLength(11);
  });

  it('shows one index or the whole project', async () => {
    const [mine, other] = [await createIndex(gateway, DENSE), await createIndex(gateway, DENSE)];
    const made = [await backUp(mine), await backUp(other)];
    expect(idsOf((await list(`/indexes/${mine.name}/backups`)).data)).toEqual([made[0]?.backup_id]);
    expect(idsOf((await list('/backups', { limit: 2 })).data)).toEqual(idsOf(made.reverse()));
    expect(await list(`/indexes/${(await createIndex(gateway, DENSE)).name}/backups`)).toEqual({ data: [] });
  });

  it('shows backups of deleted indexes of the name when asked to, and when they were deleted', async () => {
    const index = await createIndex(gateway, DENSE);
    const old = await backUp(index);
    await drop(index);
    const path = `/indexes/${index.name}/backups`;
    expect(await control.outcome(path)).toEqual(failure(404, 'NOT_FOUND', `Index ${index.name} not found.`));
    bodyOf(
      await control.call('/indexes', {
        body: { name: index.name, ...DENSE, spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } },
      }),
      201,
    );
    const recent = await backUp(index);
    expect(idsOf((await list(path)).data)).toEqual([recent.backup_id]);
    const everything = await list(path, { include_deleted: 'true' }, NEW);
    expect(idsOf(everything.data)).toEqual([recent.backup_id, old.backup_id]);
    expect(everything.data[0]).not.toHaveProperty('source_index_deleted_at');
    expect(everything.data[1]).toHaveProperty('source_index_deleted_at', TIME);
    expect(old.source_index_id).not.toBe(recent.source_index_id);
    await drop(index);
    expect((await list(path, { include_deleted: 'true' })).data).toHaveLength(2);
  });

  it.each([
    ['a limit of 0', { limit: 0 }],
    ['a limit of 101', { limit: 101 }],
    ['a limit that is no number', { limit: 'ten' }],
    ['a token that is garbled', { paginationToken: 'garbled' }],
    ['a token of something else', { paginationToken: Buffer.from('["x","backups","all"]').toString('base64url') }],
  ])('refuses %s', async (_what, query) => {
    const refused = failure(400, 'INVALID_ARGUMENT', expect.any(String));
    expect(await control.outcome('/backups', { query })).toEqual(refused);
    expect(await control.outcome('/restore-jobs', { query })).toEqual(refused);
  });

  it('does not take a token of another list', async () => {
    const index = await createIndex(gateway, DENSE);
    await backUp(index);
    await backUp(index);
    const { pagination } = await list('/backups', { limit: 1 });
    expect(
      await control.outcome(`/indexes/${index.name}/backups`, { query: { paginationToken: String(pagination?.next) } }),
    ).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining('token')));
  });
});

it('lists restore jobs page after page', async () => {
  const backup = await backUp(await createIndex(gateway, DENSE));
  const made: string[] = [];
  for (let count = 0; count < 3; count += 1) made.unshift((await restore(backup)).restore_job_id);
  const page = async (query: Readonly<Record<string, string | number>>): Promise<{ ids: readonly string[]; next: string }> => {
    const { data, pagination } = succeeded(await control.call('/restore-jobs', { query })) as {
      readonly data: readonly Restored[];
      readonly pagination?: { readonly next: string };
    };
    return { ids: data.map(({ restore_job_id }) => restore_job_id), next: String(pagination?.next) };
  };
  const first = await page({ limit: 2 });
  expect(first.ids).toEqual(made.slice(0, 2));
  expect((await page({ limit: 1, paginationToken: first.next })).ids).toEqual(made.slice(2));
});

/** Everything that an index shows of its records and namespaces. */
async function contents(
  index: IndexApi,
): Promise<{ readonly counts: object; readonly records: object; readonly namespaces: object }> {
  const counts = await index.counts();
  const records: Record<string, object> = {};
  for (const name of Object.keys(counts)) {
    const ids = await index.namespace(name).ids();
    records[name] = ids.length === 0 ? {} : await index.namespace(name).fetch(...ids);
  }
  return { counts, records, namespaces: succeeded(await index.call('/namespaces')) as object };
}
