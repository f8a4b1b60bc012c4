import { randomUUID } from 'node:crypto';
import { type Answer, type Outcome, PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const VERSION = { 'x-pinecone-api-version': '2025-10' };
const SERVERLESS = { serverless: { cloud: 'aws', region: 'us-east-1' } };
const ON_DEMAND = { mode: 'OnDemand', status: { state: 'Ready' } };
const HOST = expect.stringMatching(/^localhost:\d+$/) as unknown;

type Model = Readonly<Record<string, unknown>>;

let gateway: TestGateway;
let control: PineconeApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:200' } });
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

function newName(): string {
  return `i-${randomUUID()}`;
}

/** The outcome of creating an index of two dimensions, unless `inside` says otherwise. */
function attempt(inside: object, headers: Readonly<Record<string, string>> = VERSION): Promise<Outcome> {
  return control.outcome('/indexes', { body: { name: newName(), dimension: 2, spec: SERVERLESS, ...inside }, headers });
}

/** A new index. @throws Error with the answer when it is refused */
async function create(inside: object = {}): Promise<Model & { readonly name: string }> {
  const [status, body] = await attempt(inside);
  if (status !== 201) throw new Error(`create: ${String(status)} ${JSON.stringify(body)}`);
  return body as Model & { name: string };
}

/** The outcome of creating a sparse index. */
function attemptSparse(inside: object = {}): Promise<Outcome> {
  const body = { name: newName(), vector_type: 'sparse', spec: SERVERLESS, ...inside };
  return control.outcome('/indexes', { body, headers: VERSION });
}

function configure(name: string, body: unknown): Promise<Answer> {
  return control.call(`/indexes/${name}`, { method: 'PATCH', body, headers: VERSION });
}

/** The index after a change that must be accepted. */
async function configured(name: string, body: object): Promise<Model> {
  const answer = await configure(name, body);
  expect([answer.status, answer.text]).toEqual([202, answer.text]);
  expect(await describeIndex(name)).toEqual(answer.body);
  return answer.body as Model;
}

async function refusal(name: string, body: object): Promise<Outcome> {
  const { status, body: error } = await configure(name, body);
  return [status, error];
}

async function describeIndex(name: string): Promise<Model> {
  return succeeded(await control.call(`/indexes/${name}`, { headers: VERSION })) as Model;
}

async function listedNames(): Promise<readonly string[]> {
  const { indexes } = succeeded(await control.call('/indexes')) as { indexes: readonly { readonly name: string }[] };
  return indexes.map(({ name }) => name);
}

function failure(status: number, code: string, message: unknown): Outcome {
  return [status, { error: { code, message }, status }];
}

function invalid(words: string): Outcome {
  return failure(400, 'INVALID_ARGUMENT', expect.stringContaining(words));
}

/** In the manner of the service's decoder. */
function undecodable(words: string): Outcome {
  const start = 'Failed to deserialize the JSON body into the target type: ';
  return failure(422, 'UNPROCESSABLE_ENTITY', expect.stringContaining(start + words));
}

const TAKEN = failure(409, 'ALREADY_EXISTS', 'Resource already exists.');
const PROTECTED = failure(
  403,
  'FORBIDDEN',
  'Deletion protection is enabled for this index. Disable deletion protection before retrying.',
);

describe('creating an index', () => {
  it('answers the whole of a dense one, which is ready', async () => {
    const name = newName();
    const model = {
      name,
      dimension: 1536,
      metric: 'cosine',
      host: HOST,
      deletion_protection: 'disabled',
      spec: { serverless: { cloud: 'aws', region: 'us-east-1', read_capacity: ON_DEMAND } },
      status: { ready: true, state: 'Ready' },
      vector_type: 'dense',
    };
    expect(await attempt({ name, dimension: 1536 })).toEqual([201, model]);
    expect(await describeIndex(name)).toEqual(model);
  });

  it('leaves the dimension out of a sparse one, whose metric is dotproduct', async () => {
    const [status, body] = await attemptSparse();
    expect([status, Object.keys(body as Model)]).toEqual([201, expect.not.arrayContaining(['dimension'])]);
    expect(body).toEqual(expect.objectContaining({ metric: 'dotproduct', vector_type: 'sparse' }));
    expect((await attemptSparse({ metric: 'dotproduct' }))[0]).toBe(201);
  });

  it.each(['cosine', 'euclidean', 'dotproduct'])('keeps the metric %s', async (metric) => {
    expect(await create({ metric })).toEqual(expect.objectContaining({ metric }));
  });

  it('keeps tags and protection', async () => {
    const index = await create({ tags: { team: 'search', empty: '' }, deletion_protection: 'enabled' });
    expect(index).toEqual(expect.objectContaining({ tags: { team: 'search' }, deletion_protection: 'enabled' }));
  });

  it('takes dimensions from 1 to 16000', async () => {
    expect(await create({ dimension: 1 })).toEqual(expect.objectContaining({ dimension: 1 }));
    expect(await create({ dimension: 16_000 })).toEqual(expect.objectContaining({ dimension: 16_000 }));
    expect(await attempt({ dimension: 0 })).toEqual(invalid('imension'));
    expect(await attempt({ dimension: -1 })).toEqual(invalid('imension'));
    expect(await attempt({ dimension: 16_001 })).toEqual(invalid('16000'));
  });

  it('reads the body as JSON whatever its content type', async () => {
    const body = { name: newName(), dimension: 2, spec: SERVERLESS };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await control.outcome('/indexes', { body: JSON.stringify(body), headers }))[0]).toBe(201);
  });

  it('takes null for absence and ignores what it does not know', async () => {
    expect((await attempt({ tags: null, metric: null, future: { field: 1 } }))[0]).toBe(201);
  });

  it('is described under the path prefix on the console port, too', async () => {
    const { name } = await create();
    const console = new PineconeApi(`${gateway.consoleUrl}/pinecone`);
    expect((await console.outcome(`/indexes/${name}`))[0]).toBe(200);
  });

  it('gives every answer an id and a JSON content type', async () => {
    const first = await control.call('/indexes');
    const second = await control.call('/indexes/nobody');
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    expect(second.headers.get('content-type')).toMatch(/^application\/json/);
    expect(first.headers.get('x-pinecone-request-id')).toMatch(/./);
    expect(second.headers.get('x-pinecone-request-id')).not.toBe(first.headers.get('x-pinecone-request-id'));
  });
});

describe('where an index is said to be', () => {
  const dedicated = { node_type: 't1', scaling: 'Manual', manual: { shards: 2, replicas: 3 } };

  it('keeps the cloud, the region and the schema of a serverless one', async () => {
    const schema = { fields: { genre: { filterable: true }, __proto__x: { filterable: false } } };
    const { spec } = await create({ spec: { serverless: { cloud: 'gcp', region: 'nowhere-1', schema } } });
    expect(spec).toEqual({ serverless: { cloud: 'gcp', region: 'nowhere-1', read_capacity: ON_DEMAND, schema } });
  });

  it('gives dedicated capacity back with its status', async () => {
    const serverless = { ...SERVERLESS.serverless, read_capacity: { mode: 'Dedicated', dedicated } };
    const { spec } = await create({ spec: { serverless } });
    const status = { state: 'Ready', current_shards: 2, current_replicas: 3 };
    expect(spec).toEqual({ serverless: { ...SERVERLESS.serverless, read_capacity: { mode: 'Dedicated', dedicated, status } } });
  });

  it('refuses a mode of capacity that clients do not know', async () => {
    const serverless = { ...SERVERLESS.serverless, read_capacity: { mode: 'Sometimes' } };
    expect(await attempt({ spec: { serverless } })).toEqual(invalid('Sometimes'));
  });

  it('fills in what a pod index leaves out', async () => {
    const { spec } = await create({ spec: { pod: { environment: 'us-east1-gcp' } } });
    expect(spec).toEqual({ pod: { environment: 'us-east1-gcp', replicas: 1, shards: 1, pod_type: 'p1.x1', pods: 1 } });
  });

  it('keeps the whole of a pod index, whose pods are replicas times shards', async () => {
    const pod = { environment: 'e', replicas: 2, shards: 3, pod_type: 's1.x4', metadata_config: { indexed: ['genre'] } };
    expect((await create({ spec: { pod } })).spec).toEqual({ pod: { ...pod, pods: 6 } });
  });

  it('keeps the environment of a byoc index', async () => {
    const { spec } = await create({ spec: { byoc: { environment: 'aws-us-east-1-b921' } } });
    expect(spec).toEqual({ byoc: { environment: 'aws-us-east-1-b921', read_capacity: ON_DEMAND } });
  });

  it('refuses an unknown cloud, an unknown pod type, and counts below 1', async () => {
    expect(await attempt({ spec: { serverless: { cloud: 'moon', region: 'r' } } })).toEqual(invalid('moon'));
    expect(await attempt({ spec: { pod: { environment: 'e', pod_type: 'huge' } } })).toEqual(invalid('huge'));
    expect(await attempt({ spec: { pod: { environment: 'e', replicas: 0 } } })).toEqual(invalid('replicas'));
  });
});

describe('what is not created', () => {
  it.each([
    ['', 'Name length'],
    ['x'.repeat(46), 'Name length'],
    ['Upper', 'lower case alphanumeric'],
    ['under_score', 'lower case alphanumeric'],
    ['-first', 'alphanumeric'],
    ['last-', 'alphanumeric'],
  ])('an index of the name "%s"', async (name, words) => {
    expect(await attempt({ name })).toEqual(invalid(words));
  });

  it.each([
    ['missing field `name`', { name: undefined }],
    ['missing field `spec`', { spec: undefined }],
    ['missing field `cloud`', { spec: { serverless: { region: 'r' } } }],
    ['missing field `region`', { spec: { serverless: { cloud: 'aws' } } }],
    ['missing field `environment`', { spec: { pod: {} } }],
    ['missing field `environment`', { spec: { byoc: {} } }],
    ['spec: expected exactly one', { spec: {} }],
    ['spec: expected exactly one', { spec: { ...SERVERLESS, pod: { environment: 'e' } } }],
    ['name', { name: 5 }],
    ['spec', { spec: 'aws' }],
    ['dimension', { dimension: '2' }],
    ['dimension', { dimension: 2.5 }],
    ['metric', { metric: 1 }],
    ['tags', { tags: [] }],
    ['cloud', { spec: { serverless: { cloud: 1, region: 'r' } } }],
    ['replicas', { spec: { pod: { environment: 'e', replicas: 'two' } } }],
  ])('a body that cannot be decoded: %s, %j', async (words, inside) => {
    expect(await attempt(inside)).toEqual(undecodable(words));
  });

  it('a body that is no object', async () => {
    expect(await control.outcome('/indexes', { body: '[1]' })).toEqual(undecodable(''));
    expect(await control.outcome('/indexes', { method: 'POST' })).toEqual(undecodable('missing field'));
  });

  it('a dense index without a dimension', async () => {
    expect(await attempt({ dimension: undefined })).toEqual(invalid('imension'));
  });

  it('an unknown metric or vector type', async () => {
    expect(await attempt({ metric: 'manhattan' })).toEqual(invalid('manhattan'));
    expect(await attempt({ vector_type: 'fuzzy' })).toEqual(invalid('fuzzy'));
  });

  it('a sparse index with a dimension or another metric', async () => {
    expect(await attemptSparse({ dimension: 2 })).toEqual(invalid('Dimension should not be specified for sparse indexes'));
    expect(await attemptSparse({ metric: 'cosine' })).toEqual(invalid('Sparse vector indexes must use the metric dotproduct'));
    expect(await attemptSparse({ spec: { pod: { environment: 'e' } } })).toEqual(
      invalid('Sparse vector type is not supported for pod indexes'),
    );
  });

  it('a name that is taken, whatever else the request says', async () => {
    const { name } = await create();
    expect(await attempt({ name, dimension: 3, metric: 'euclidean' })).toEqual(TAKEN);
  });

  it('an index of a collection that does not exist', async () => {
    const serverless = { ...SERVERLESS.serverless, source_collection: 'nobody' };
    expect(await attempt({ spec: { serverless } })).toEqual(failure(400, 'INVALID_ARGUMENT', 'Resource nobody not found'));
  });

  it('leaves nothing behind', async () => {
    const name = newName();
    await attempt({ name, metric: 'manhattan' });
    await attempt({ name, tags: { 'no spaces': 'x' } });
    expect(await control.outcome(`/indexes/${name}`)).toEqual(failure(404, 'NOT_FOUND', `Index ${name} not found.`));
  });
});

describe('tags', () => {
  const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, at) => [`tag${String(at)}`, 'x']));

  it('are up to twenty, of keys up to 80 and values up to 120 characters', async () => {
    const tags = { ...many(19), ['k'.repeat(80)]: 'v'.repeat(120) };
    expect(await create({ tags })).toEqual(expect.objectContaining({ tags }));
  });

  it.each([
    ['too many', many(21)],
    ['a key of 81 characters', { ['k'.repeat(81)]: 'x' }],
    ['a key with a blank', { 'a b': 'x' }],
    ['a value of 121 characters', { a: 'x'.repeat(121) }],
  ])('refuse %s', async (_, tags) => {
    expect(await attempt({ tags })).toEqual(invalid('ag'));
    expect(await refusal((await create()).name, { tags })).toEqual(invalid('ag'));
  });

  it('merge: new ones are set, empty ones removed, others stay', async () => {
    const { name } = await create({ tags: { a: '1', b: '2', c: '3' } });
    expect(await configured(name, { tags: { b: '', c: '4', d: '5', never: '' } })).toEqual(
      expect.objectContaining({ tags: { a: '1', c: '4', d: '5' } }),
    );
  });

  it('are left out when none are left', async () => {
    const { name } = await create({ tags: { a: '1' } });
    expect(await configured(name, { tags: { a: '' } })).not.toHaveProperty('tags');
  });

  it('make room for others in the same change, but are never more than twenty', async () => {
    const { name } = await create({ tags: many(20) });
    const { tags } = await configured(name, { tags: { tag0: '', other: 'x' } });
    expect(Object.keys(tags as object)).toHaveLength(20);
    expect(await refusal(name, { tags: { another: 'x' } })).toEqual(invalid('20'));
  });
});

describe('configuring an index', () => {
  it('protects it from deletion, and lets go of it again', async () => {
    const { name } = await create();
    expect(await configured(name, { deletion_protection: 'enabled' })).toHaveProperty('deletion_protection', 'enabled');
    expect(await control.outcome(`/indexes/${name}`, { method: 'DELETE' })).toEqual(PROTECTED);
    expect(await configured(name, { tags: { a: 'b' } })).toHaveProperty('deletion_protection', 'enabled');
    await configured(name, { deletion_protection: 'disabled' });
    expect(await control.outcome(`/indexes/${name}`, { method: 'DELETE' })).toEqual([202, '']);
  });

  it('changes nothing without a body, or with an empty one', async () => {
    const { name } = await create({ tags: { a: '1' } });
    const before = await describeIndex(name);
    expect(await configured(name, {})).toEqual(before);
    expect((await configure(name, undefined)).status).toBe(202);
    expect(await describeIndex(name)).toEqual(before);
  });

  it('scales pods up, never down and never to another type', async () => {
    const { name } = await create({ spec: { pod: { environment: 'e', shards: 2, pod_type: 'p1.x2' } } });
    const { spec } = await configured(name, { spec: { pod: { replicas: 3, pod_type: 'p1.x4' } } });
    expect(spec).toEqual({ pod: { environment: 'e', shards: 2, replicas: 3, pods: 6, pod_type: 'p1.x4' } });
    expect(await refusal(name, { spec: { pod: { pod_type: 'p1.x2' } } })).toEqual(invalid('Cannot scale down'));
    expect(await refusal(name, { spec: { pod: { pod_type: 's1.x8' } } })).toEqual(invalid('Bad request: Cannot change pod type'));
    expect(await refusal(name, { spec: { pod: { replicas: 0 } } })).toEqual(invalid('replicas'));
    expect((await describeIndex(name)).spec).toEqual(spec);
  });

  it('refuses pods for an index that has none, and capacity for one of pods', async () => {
    const serverless = await create();
    const refused = invalid('Cannot change the capacity mode of an existing index');
    expect(await refusal(serverless.name, { spec: { pod: { replicas: 2 } } })).toEqual(refused);
    const pods = await create({ spec: { pod: { environment: 'e' } } });
    const spec = { serverless: { read_capacity: { mode: 'OnDemand' } } };
    expect(await refusal(pods.name, { spec })).toEqual(refused);
  });

  it('changes the read capacity', async () => {
    const { name } = await create();
    const dedicated = { node_type: 'b1', scaling: 'Manual', manual: { shards: 1, replicas: 2 } };
    const { spec } = await configured(name, { spec: { serverless: { read_capacity: { mode: 'Dedicated', dedicated } } } });
    expect(spec).toEqual({
      serverless: {
        ...SERVERLESS.serverless,
        read_capacity: { mode: 'Dedicated', dedicated, status: { state: 'Ready', current_shards: 1, current_replicas: 2 } },
      },
    });
    const onDemand = await configured(name, { spec: { serverless: { read_capacity: { mode: 'OnDemand' } } } });
    expect(onDemand.spec).toEqual({ serverless: { ...SERVERLESS.serverless, read_capacity: ON_DEMAND } });
  });

  it('answers 200 to the SDK that takes nothing else', async () => {
    const { name } = await create();
    const headers = { ...VERSION, 'user-agent': 'go-client/v4.1.4; lang=go' };
    expect((await control.call(`/indexes/${name}`, { method: 'PATCH', body: {}, headers })).status).toBe(200);
  });

  it.each(['maybe', '', 'Enabled', true, 1])('refuses %j for deletion_protection, in both shapes', async (protection) => {
    const { name } = await create();
    const refused = invalid('Invalid deletion_protection, value should be either enabled or disabled');
    const body = { deletion_protection: protection };
    expect(await refusal(name, body)).toEqual(refused);
    const headers = { 'x-pinecone-api-version': '2026-07' };
    expect(await control.outcome(`/indexes/${name}`, { method: 'PATCH', body, headers })).toEqual(refused);
  });

  it('refuses what cannot be decoded, and an index that does not exist', async () => {
    const { name } = await create();
    expect(await refusal(name, { tags: 'none' })).toEqual(undecodable('tags'));
    expect(await refusal('nobody', {})).toEqual(failure(404, 'NOT_FOUND', 'Index nobody not found.'));
  });
});

describe('deleting an index', () => {
  it('answers an empty 202, after which it is gone', async () => {
    const { name } = await create();
    expect(await listedNames()).toContain(name);
    expect(await control.outcome(`/indexes/${name}`, { method: 'DELETE' })).toEqual([202, '']);
    const missing = failure(404, 'NOT_FOUND', `Index ${name} not found.`);
    expect(await control.outcome(`/indexes/${name}`)).toEqual(missing);
    expect(await control.outcome(`/indexes/${name}`, { method: 'DELETE' })).toEqual(missing);
    expect(await listedNames()).not.toContain(name);
  });

  it('frees the name for another index', async () => {
    const { name } = await create();
    await control.call(`/indexes/${name}`, { method: 'DELETE' });
    expect(await create({ name, dimension: 3 })).toEqual(expect.objectContaining({ name, dimension: 3 }));
  });
});

describe('an index that embeds text', () => {
  const embed = { model: 'polyvec-local', field_map: { text: 'chunk' } };

  async function createForModel(inside: object, headers: Readonly<Record<string, string>> = VERSION): Promise<Outcome> {
    const body = { name: newName(), cloud: 'aws', region: 'us-east-1', embed, ...inside };
    return control.outcome('/indexes/create-for-model', { body, headers });
  }

  const embedOf = ([status, body]: Outcome): unknown => [status, (body as Model)['embed']];

  it('takes metric, dimension and vector type from its model', async () => {
    const vectors = { metric: 'cosine', dimension: 384, vector_type: 'dense' };
    const outcome = await createForModel({ tags: { a: 'b' } });
    expect(outcome).toEqual([
      201,
      expect.objectContaining({ ...vectors, tags: { a: 'b' }, status: { ready: true, state: 'Ready' } }),
    ]);
    expect(embedOf(outcome)).toEqual([
      201,
      {
        ...vectors,
        model: 'polyvec-local',
        field_map: { text: 'chunk' },
        read_parameters: { input_type: 'query', truncate: 'END' },
        write_parameters: { input_type: 'passage', truncate: 'END' },
      },
    ]);
  });

  it('takes what the request says in place of that', async () => {
    const outcome = await createForModel({
      embed: { ...embed, metric: 'dotproduct', dimension: 64, write_parameters: { truncate: 'NONE' } },
    });
    expect(embedOf(outcome)).toEqual([
      201,
      expect.objectContaining({
        metric: 'dotproduct',
        dimension: 64,
        read_parameters: { input_type: 'query', truncate: 'END' },
        write_parameters: { input_type: 'passage', truncate: 'NONE' },
      }),
    ]);
  });

  it('is sparse when its model is', async () => {
    const [status, body] = await createForModel({ embed: { ...embed, model: 'polyvec-local-sparse' } });
    expect([status, body]).toEqual([201, expect.objectContaining({ metric: 'dotproduct', vector_type: 'sparse' })]);
    expect(body).not.toHaveProperty('dimension');
    expect((body as Model)['embed']).not.toHaveProperty('dimension');
  });

  it('answers the newer shape from 2026-07 on, with the same request', async () => {
    const [status, body] = await createForModel({}, { 'x-pinecone-api-version': '2026-07' });
    const field = { type: 'semantic_text', model: 'polyvec-local', metric: 'cosine', dimension: 384 };
    expect([status, (body as Model)['schema']]).toEqual([
      201,
      {
        fields: {
          chunk: expect.objectContaining({ ...field, read_parameters: { input_type: 'query', truncate: 'END' } }) as unknown,
        },
      },
    ]);
  });

  it('needs a model that is known, its metric and its dimension', async () => {
    expect(await createForModel({ embed: { ...embed, model: 'nothing' } })).toEqual(
      failure(404, 'NOT_FOUND', 'Model nothing not found.'),
    );
    expect(await createForModel({ embed: { ...embed, field_map: { txt: 'chunk' } } })).toEqual(
      invalid("Missing required key 'text'"),
    );
    expect(await createForModel({ embed: { ...embed, dimension: 16_001 } })).toEqual(invalid('dimension'));
    expect(
      await createForModel({ embed: { model: 'polyvec-local-sparse', field_map: embed.field_map, metric: 'cosine' } }),
    ).toEqual(invalid('metric'));
    expect(await createForModel({ embed: { field_map: embed.field_map } })).toEqual(undecodable('missing field `model`'));
    expect(await createForModel({ embed: undefined })).toEqual(undecodable('missing field `embed`'));
    expect(await createForModel({ cloud: 'moon' })).toEqual(invalid('moon'));
  });

  it('may have been a plain one before', async () => {
    const { name } = await create({ dimension: 384 });
    const before = await describeIndex(name);
    const after = await configured(name, { embed });
    expect(after).toEqual({ ...before, embed: expect.objectContaining({ model: 'polyvec-local', dimension: 384 }) as unknown });
    const adjusted = await configured(name, { embed: { field_map: { text: 'body' }, read_parameters: { truncate: 'NONE' } } });
    expect(adjusted['embed']).toEqual({
      ...(after['embed'] as object),
      field_map: { text: 'body' },
      read_parameters: { input_type: 'query', truncate: 'NONE' },
    });
  });

  it('cannot be made of one whose vectors the model does not make', async () => {
    const { name } = (await attemptSparse())[1] as { name: string };
    expect((await refusal(name, { embed }))[0]).toBe(400);
    expect((await refusal((await create()).name, { embed: { field_map: embed.field_map } }))[0]).toBe(400);
  });
});

describe('what another protocol made', () => {
  const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  let chroma: PineconeApi;

  beforeAll(() => {
    chroma = new PineconeApi(gateway.chromaUrl);
  });

  async function createCollection(name: string): Promise<string> {
    const { id } = succeeded(await chroma.call(COLLECTIONS, { body: { name } })) as { id: string };
    return id;
  }

  it('is no index before its dimension is known, and is made one by a create', async () => {
    const name = newName();
    await createCollection(name);
    const missing = failure(404, 'NOT_FOUND', `Index ${name} not found.`);
    expect(await listedNames()).not.toContain(name);
    expect(await control.outcome(`/indexes/${name}`)).toEqual(missing);
    expect(await refusal(name, { tags: { a: 'b' } })).toEqual(missing);
    expect(await control.outcome(`/indexes/${name}`, { method: 'DELETE' })).toEqual(missing);
    expect((await attempt({ name }))[0]).toBe(201);
    expect(await listedNames()).toContain(name);
    expect(await attempt({ name })).toEqual(TAKEN);
  });

  it('is one afterwards, whatever its name, and can be configured and deleted', async () => {
    const id = await createCollection('my_collection');
    await chroma.call(`${COLLECTIONS}/${id}/add`, { body: { ids: ['a'], embeddings: [[1, 2, 3]] } });
    expect(await listedNames()).toContain('my_collection');
    expect(await describeIndex('my_collection')).toEqual({
      name: 'my_collection',
      dimension: 3,
      metric: 'euclidean',
      host: expect.any(String) as unknown,
      deletion_protection: 'disabled',
      spec: { serverless: { cloud: 'aws', region: 'us-east-1', read_capacity: ON_DEMAND } },
      status: { ready: true, state: 'Ready' },
      vector_type: 'dense',
    });
    expect(await configured('my_collection', { tags: { a: 'b' } })).toHaveProperty('tags', { a: 'b' });
    expect(await control.outcome('/indexes/my_collection', { method: 'DELETE' })).toEqual([202, '']);
    expect((await chroma.call(`${COLLECTIONS}/my_collection`)).status).toBe(404);
  });

  it('is protected from that protocol, too', async () => {
    const { name } = await create({ deletion_protection: 'enabled' });
    expect((await chroma.call(`${COLLECTIONS}/${name}`, { method: 'DELETE' })).status).toBe(403);
    expect(await listedNames()).toContain(name);
  });
});

describe('settings', () => {
  it('make regions strict', async () => {
    const strict = await startGateway({ env: { POLYVEC_PINECONE_STRICT_REGIONS: 'true' } });
    try {
      const api = new PineconeApi(strict.pineconeUrl);
      const at = (cloud: string, region: string): Promise<Outcome> =>
        api.outcome('/indexes', { body: { name: newName(), dimension: 2, spec: { serverless: { cloud, region } } } });
      const unknown = failure(404, 'NOT_FOUND', 'Resource cloud: aws region: us-west1 not found.');
      expect(await at('aws', 'us-west1')).toEqual(unknown);
      expect((await at('azure', 'eastus2'))[0]).toBe(201);
      const body = {
        name: newName(),
        cloud: 'aws',
        region: 'us-west1',
        embed: { model: 'polyvec-local', field_map: { text: 't' } },
      };
      expect(await api.outcome('/indexes/create-for-model', { body })).toEqual(unknown);
    } finally {
      await strict.stop();
    }
  });

  it('limit the number of pods, of new indexes and of those that grow', async () => {
    const limited = await startGateway({ env: { POLYVEC_PINECONE_MAX_PODS: '3' } });
    try {
      const api = new PineconeApi(limited.pineconeUrl);
      const pods = (name: string, replicas: number): Promise<Outcome> =>
        api.outcome('/indexes', { body: { name, dimension: 2, spec: { pod: { environment: 'e', replicas } } } });
      const full = failure(403, 'QUOTA_EXCEEDED', expect.stringContaining("You've reached the max pods allowed"));
      expect((await pods('two', 2))[0]).toBe(201);
      expect(await pods('two-more', 2)).toEqual(full);
      expect((await pods('one', 1))[0]).toBe(201);
      const grown = { method: 'PATCH', body: { spec: { pod: { replicas: 2 } } } };
      expect(await api.outcome('/indexes/one', grown)).toEqual(full);
      expect((await api.outcome('/indexes/two', grown))[0]).toBe(202);
      expect((await api.outcome('/indexes', { body: { name: 'free', dimension: 2, spec: SERVERLESS } }))[0]).toBe(201);
    } finally {
      await limited.stop();
    }
  });

  it('limit the number of indexes', async () => {
    const limited = await startGateway({ env: { POLYVEC_PINECONE_MAX_INDEXES: '2' } });
    try {
      const api = new PineconeApi(limited.pineconeUrl);
      const add = (name: string): Promise<Outcome> => api.outcome('/indexes', { body: { name, dimension: 2, spec: SERVERLESS } });
      expect((await add('first'))[0]).toBe(201);
      expect((await add('second'))[0]).toBe(201);
      expect(await add('third')).toEqual(failure(403, 'QUOTA_EXCEEDED', expect.stringContaining("You've reached the max")));
      await api.call('/indexes/first', { method: 'DELETE' });
      expect((await add('third'))[0]).toBe(201);
    } finally {
      await limited.stop();
    }
  });

  it('begin with no index at all', async () => {
    const empty = await startGateway();
    try {
      expect(await new PineconeApi(empty.pineconeUrl).outcome('/indexes')).toEqual([200, { indexes: [] }]);
    } finally {
      await empty.stop();
    }
  });
});
