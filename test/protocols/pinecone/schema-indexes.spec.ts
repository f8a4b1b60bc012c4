import { randomUUID } from 'node:crypto';
import { type Outcome, PineconeApi, succeeded } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** The control plane's shape since 2026-07. */

const OLD = { 'x-pinecone-api-version': '2026-04' };
const NEW = { 'x-pinecone-api-version': '2026-07' };
const SERVERLESS = { serverless: { cloud: 'aws', region: 'us-east-1' } };
const ON_DEMAND = { mode: 'OnDemand', status: { state: 'Ready' } };
const MANAGED = { deployment_type: 'managed', cloud: 'aws', region: 'us-east-1' };
const DENSE = { type: 'dense_vector', dimension: 2, metric: 'cosine' };
const SPARSE = { type: 'sparse_vector' };
const HOST = expect.stringMatching(/^localhost:\d+$/) as unknown;

type Model = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

let gateway: TestGateway;
let control: PineconeApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:100' } });
  control = new PineconeApi(gateway.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
});

function newName(): string {
  return `i-${randomUUID()}`;
}

/** The outcome of creating a dense index, unless `inside` says otherwise. */
function attempt(inside: object, headers: Headers = NEW): Promise<Outcome> {
  return control.outcome('/indexes', { body: { name: newName(), schema: { fields: { _values: DENSE } }, ...inside }, headers });
}

/** A new index. @throws Error with the answer when it is refused */
async function create(inside: object = {}): Promise<Model & { readonly name: string }> {
  return accepted(await attempt(inside));
}

/** A new index, asked for and answered in the older shape. */
async function createOld(inside: object = {}): Promise<Model & { readonly name: string }> {
  const body = { name: newName(), dimension: 2, spec: SERVERLESS, ...inside };
  return accepted(await control.outcome('/indexes', { body, headers: OLD }));
}

async function createForModel(inside: object = {}): Promise<Model & { readonly name: string }> {
  const embed = { model: 'polyvec-local', field_map: { text: 'chunk' } };
  const body = { name: newName(), cloud: 'gcp', region: 'us-central1', embed, ...inside };
  return accepted(await control.outcome('/indexes/create-for-model', { body, headers: NEW }));
}

function accepted([status, body]: Outcome): Model & { readonly name: string } {
  if (status !== 201) throw new Error(`create: ${String(status)} ${JSON.stringify(body)}`);
  return body as Model & { name: string };
}

async function describeIndex(name: string, headers: Headers = NEW): Promise<Model> {
  return succeeded(await control.call(`/indexes/${name}`, { headers })) as Model;
}

async function listed(name: string, headers: Headers): Promise<Model | undefined> {
  const { indexes } = succeeded(await control.call('/indexes', { headers })) as { indexes: readonly Model[] };
  return indexes.find((index) => index['name'] === name);
}

function configure(name: string, body: object): Promise<Outcome> {
  return control.outcome(`/indexes/${name}`, { method: 'PATCH', body, headers: NEW });
}

/** The index after a change that must be accepted. */
async function configured(name: string, body: object): Promise<Model> {
  const outcome = await configure(name, body);
  expect(outcome).toEqual([202, await describeIndex(name)]);
  return outcome[1] as Model;
}

function failure(status: number, code: string, message: unknown): Outcome {
  return [status, { error: { code, message }, status }];
}

function invalid(words: string): Outcome {
  return failure(400, 'INVALID_ARGUMENT', expect.stringContaining(words));
}

function undecodable(words: string): Outcome {
  return failure(422, 'UNPROCESSABLE_ENTITY', expect.stringContaining(words));
}

describe('creating an index of vectors', () => {
  it('answers the whole of a dense one', async () => {
    const name = newName();
    const model = {
      name,
      host: HOST,
      status: { ready: true, state: 'Ready' },
      deployment: MANAGED,
      schema: { fields: { _values: { ...DENSE, description: null } } },
      deletion_protection: 'disabled',
      read_capacity: ON_DEMAND,
      tags: null,
    };
    expect(await attempt({ name })).toEqual([201, model]);
    expect(await describeIndex(name)).toEqual(model);
    expect(await listed(name, NEW)).toEqual(model);
  });

  it('answers a sparse one', async () => {
    const { schema } = await create({ schema: { fields: { _sparse_values: SPARSE } } });
    expect(schema).toEqual({ fields: { _sparse_values: { ...SPARSE, description: null } } });
  });

  it('lists only the dense field of one that has both', async () => {
    const dense = { ...DENSE, metric: 'dotproduct' };
    const { schema } = await create({ schema: { fields: { _values: dense, _sparse_values: SPARSE } } });
    expect(schema).toEqual({ fields: { _values: { ...dense, description: null } } });
  });

  it('makes up a name when there is none', async () => {
    const first = await create({ name: undefined });
    const second = await create({ name: undefined });
    expect(first.name).toMatch(/^[a-z0-9][a-z0-9-]{0,43}[a-z0-9]$/);
    expect(second.name).not.toBe(first.name);
    expect(await describeIndex(first.name)).toEqual(first);
  });

  it('keeps tags, protection, key and capacity', async () => {
    const dedicated = { node_type: 'b1', scaling: 'Manual', manual: { shards: 1, replicas: 1 } };
    const asked = { tags: { a: 'b' }, deletion_protection: 'enabled', cmek_id: 'key-1' };
    expect(await create({ ...asked, read_capacity: { mode: 'Dedicated', dedicated } })).toEqual(
      expect.objectContaining({
        ...asked,
        read_capacity: { mode: 'Dedicated', dedicated, status: { state: 'Ready', current_shards: 1, current_replicas: 1 } },
      }),
    );
  });

  it('keeps where it is deployed', async () => {
    const azure = { deployment_type: 'managed', cloud: 'azure', region: 'eastus2' };
    expect((await create({ deployment: azure }))['deployment']).toEqual(azure);
    const byoc = { deployment_type: 'byoc', environment: 'aws-us-east-1-b921' };
    expect(await create({ deployment: byoc })).toEqual(expect.objectContaining({ deployment: byoc, read_capacity: ON_DEMAND }));
  });

  it('refuses pods', async () => {
    const deployment = { deployment_type: 'pod', environment: 'e', pod_type: 'p1.x1', replicas: 1, shards: 1 };
    const message = expect.stringMatching(/^deployment_type 'pod' is not supported on this API version\./) as unknown;
    expect(await attempt({ deployment })).toEqual(failure(400, 'INVALID_ARGUMENT', message));
  });

  it('refuses what is out of range or unknown', async () => {
    const withDense = (field: object): Promise<Outcome> => attempt({ schema: { fields: { _values: { ...DENSE, ...field } } } });
    expect(await withDense({ dimension: 0 })).toEqual(invalid('imension'));
    expect(await withDense({ dimension: 16_001 })).toEqual(invalid('16000'));
    expect(await withDense({ metric: 'manhattan' })).toEqual(invalid('manhattan'));
    expect(await attempt({ schema: { fields: {} } })).toEqual(invalid('field'));
    expect(await attempt({ schema: { fields: { _values: SPARSE } } })).toEqual(invalid('dense_vector'));
    expect(await attempt({ schema: { fields: { _values: DENSE, _sparse_values: SPARSE } } })).toEqual(invalid('dotproduct'));
    expect(await attempt({ deployment: { ...MANAGED, cloud: 'moon' } })).toEqual(invalid('moon'));
    expect(await attempt({ deployment: { deployment_type: 'moon' } })).toEqual(invalid('moon'));
    expect(await attempt({ read_capacity: { mode: 'Sometimes' } })).toEqual(invalid('Sometimes'));
    expect(await attempt({ name: 'Upper' })).toEqual(invalid('lower case'));
  });

  it('refuses what cannot be decoded, the older shape among it', async () => {
    expect(await attempt({ schema: undefined })).toEqual(undecodable('missing field `schema`'));
    expect(await attempt({ schema: {} })).toEqual(undecodable('missing field `fields`'));
    expect(await attempt({ schema: { fields: [] } })).toEqual(undecodable('fields'));
    expect(await attempt({ schema: { fields: { _values: { type: 'dense_vector' } } } })).toEqual(
      undecodable('missing field `dimension`'),
    );
    expect(await attempt({ deployment: { deployment_type: 'byoc' } })).toEqual(undecodable('missing field `environment`'));
    expect(await attempt({ schema: undefined, dimension: 2, spec: SERVERLESS })).toEqual(undecodable('missing field `schema`'));
    expect(await attempt({}, OLD)).toEqual(undecodable('missing field `spec`'));
  });

  it.each(['2026-01.alpha', 'unstable'])('does not serve the shape of the preview version %s', async (version) => {
    const headers = { 'x-pinecone-api-version': version };
    expect(await attempt({}, headers)).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining(`version ${version}`)));
  });

  it('refuses a name that is taken', async () => {
    const { name } = await create();
    expect(await attempt({ name })).toEqual(failure(409, 'ALREADY_EXISTS', 'Resource already exists.'));
  });
});

describe('an index of one shape, described in the other', () => {
  it('is the same dense index both ways', async () => {
    const made = await create({ schema: { fields: { _values: { ...DENSE, metric: 'euclidean' } } } });
    const old = await describeIndex(made.name, OLD);
    expect(old).toEqual({
      name: made.name,
      dimension: 2,
      metric: 'euclidean',
      host: made['host'],
      deletion_protection: 'disabled',
      spec: { serverless: { ...SERVERLESS.serverless, read_capacity: ON_DEMAND } },
      status: { ready: true, state: 'Ready' },
      vector_type: 'dense',
    });
    expect(await listed(made.name, OLD)).toEqual(old);
    const { name } = await createOld({ metric: 'euclidean' });
    expect((await describeIndex(name))['schema']).toEqual(made['schema']);
  });

  it('is the same sparse index both ways', async () => {
    const made = await create({ schema: { fields: { _sparse_values: SPARSE } } });
    const old = await describeIndex(made.name, OLD);
    expect(old).toEqual(expect.objectContaining({ metric: 'dotproduct', vector_type: 'sparse' }));
    expect(old).not.toHaveProperty('dimension');
    const { name } = await createOld({ dimension: undefined, vector_type: 'sparse' });
    expect((await describeIndex(name))['schema']).toEqual(made['schema']);
  });

  it('has its metadata schema in both', async () => {
    const fields = { genre: { filterable: true } };
    const made = await create({ schema: { fields: { _values: DENSE, ...fields } } });
    expect((await describeIndex(made.name, OLD))['spec']).toEqual({
      serverless: { ...SERVERLESS.serverless, read_capacity: ON_DEMAND, schema: { fields } },
    });
    const { name } = await createOld({ spec: { serverless: { ...SERVERLESS.serverless, schema: { fields } } } });
    expect((await describeIndex(name))['schema']).toEqual({ fields: { _values: { ...DENSE, description: null }, ...fields } });
  });

  it('has its text field in both', async () => {
    const made = await createForModel();
    const parameters = {
      read_parameters: { input_type: 'query', truncate: 'END' },
      write_parameters: { input_type: 'passage', truncate: 'END' },
    };
    const common = { model: 'polyvec-local', metric: 'cosine', dimension: 384, ...parameters };
    const { chunk } = (made['schema'] as { fields: { chunk: object } }).fields;
    expect(chunk).toEqual(expect.objectContaining({ type: 'semantic_text', ...common }));
    expect(made['schema']).not.toHaveProperty('fields._values');
    expect(await describeIndex(made.name, OLD)).toEqual(
      expect.objectContaining({
        embed: { ...common, vector_type: 'dense', field_map: { text: 'chunk' } },
        spec: { serverless: { cloud: 'gcp', region: 'us-central1', read_capacity: ON_DEMAND } },
      }),
    );
  });

  it('is deployed where its spec says', async () => {
    const pod = { environment: 'us-east1-gcp', pod_type: 'p2.x2', replicas: 2, shards: 3 };
    const pods = await describeIndex((await createOld({ spec: { pod } })).name);
    expect(pods['deployment']).toEqual({ deployment_type: 'pod', ...pod });
    expect(pods).not.toHaveProperty('read_capacity');
    const byoc = await createOld({ spec: { byoc: { environment: 'e' } } });
    expect((await describeIndex(byoc.name))['deployment']).toEqual({ deployment_type: 'byoc', environment: 'e' });
    const { name } = await create({ deployment: { deployment_type: 'byoc', environment: 'e' } });
    expect((await describeIndex(name, OLD))['spec']).toEqual({ byoc: { environment: 'e', read_capacity: ON_DEMAND } });
  });

  it.each([
    [undefined, 'spec'],
    ['', 'spec'],
    ['unstable', 'spec'],
    ['2024-07', 'spec'],
    ['2026-01.alpha', 'spec'],
    ['2026-07', 'deployment'],
    ['2031-10', 'deployment'],
  ])('has the shape of the version %s', async (version, member) => {
    const { name } = await create();
    const headers: Headers = version === undefined ? {} : { 'X-Pinecone-API-Version': version };
    const members = Object.keys(await describeIndex(name, headers));
    expect(members.filter((key) => key === 'spec' || key === 'deployment')).toEqual([member]);
  });
});

describe('configuring an index', () => {
  it('merges tags, and answers null when none are left', async () => {
    const { name } = await create({ tags: { a: '1', b: '2' } });
    expect(await configured(name, { tags: { b: '', c: '3' } })).toHaveProperty('tags', { a: '1', c: '3' });
    expect(await configured(name, { tags: { a: '', c: '' } })).toHaveProperty('tags', null);
  });

  it('protects it', async () => {
    const { name } = await create();
    expect(await configured(name, { deletion_protection: 'enabled' })).toHaveProperty('deletion_protection', 'enabled');
    expect((await control.outcome(`/indexes/${name}`, { method: 'DELETE' }))[0]).toBe(403);
  });

  it('changes the read capacity', async () => {
    const { name } = await create();
    const dedicated = { node_type: 't1', scaling: 'Manual', manual: { shards: 2, replicas: 1 } };
    const { read_capacity } = await configured(name, { read_capacity: { mode: 'Dedicated', dedicated } });
    const status = { state: 'Ready', current_shards: 2, current_replicas: 1 };
    expect(read_capacity).toEqual({ mode: 'Dedicated', dedicated, status });
  });

  it('scales the pods of one that was created through an older version', async () => {
    const { name } = await createOld({ spec: { pod: { environment: 'e', pod_type: 'p1.x1' } } });
    const { deployment } = await configured(name, { deployment: { replicas: 2, pod_type: 'p1.x2' } });
    expect(deployment).toEqual({ deployment_type: 'pod', environment: 'e', pod_type: 'p1.x2', replicas: 2, shards: 1 });
    expect(await configure(name, { deployment: { pod_type: 'p1.x1' } })).toEqual(invalid('Cannot scale down'));
    expect(await configure(name, { deployment: { pod_type: 's1.x2' } })).toEqual(invalid('Cannot change pod type'));
    expect(await configure((await create()).name, { deployment: { replicas: 2 } })).toEqual(
      invalid('Cannot change the capacity mode of an existing index'),
    );
  });

  it('changes how text is embedded, and nothing else of the schema', async () => {
    const { name, schema } = await createForModel();
    const { chunk } = (schema as { fields: { chunk: object } }).fields;
    const changed = await configured(name, {
      schema: { fields: { chunk: { type: 'semantic_text', read_parameters: { truncate: 'NONE' } } } },
    });
    expect(changed['schema']).toEqual({
      fields: { chunk: { ...chunk, read_parameters: { input_type: 'query', truncate: 'NONE' } } },
    });
    expect(await configure(name, { schema: { fields: { other: { type: 'semantic_text' } } } })).toEqual(invalid('schema'));
    expect(await configure((await create()).name, { schema: { fields: { _values: { ...DENSE, dimension: 3 } } } })).toEqual(
      invalid('schema'),
    );
  });

  it.each(['spec', 'embed', 'dimension', 'name', 'whatever'])(
    'refuses the unknown field %s, and changes nothing',
    async (field) => {
      const { name } = await create();
      expect(await configure(name, { tags: { a: 'b' }, [field]: {} })).toEqual(invalid(field));
      expect(await describeIndex(name)).toHaveProperty('tags', null);
    },
  );

  it('refuses an index that does not exist', async () => {
    expect(await configure('nobody', {})).toEqual(failure(404, 'NOT_FOUND', 'Index nobody not found.'));
  });
});
