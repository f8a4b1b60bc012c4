import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldFates } from '../../../src/http/field-fates.js';
import * as search from '../../../src/protocols/pinecone/data/record-requests.js';
import * as data from '../../../src/protocols/pinecone/data/requests.js';
import * as documents from '../../../src/protocols/pinecone/documents/requests.js';
import * as parts from '../../../src/protocols/pinecone/indexes/request-parts.js';
import * as indexes from '../../../src/protocols/pinecone/indexes/requests.js';
import * as inference from '../../../src/protocols/pinecone/inference/requests.js';
import * as snapshots from '../../../src/protocols/pinecone/snapshots/requests.js';
import { MetadataFieldPart, MetadataSchemaPart } from '../../../src/protocols/pinecone/wire/metadata-schema.js';
import { SentSparseValues, SentVector } from '../../../src/protocols/pinecone/wire/sent-vector.js';
import { createIndex, IndexApi, type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { encode, PineconeGrpc, root, typesOf } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { GRPC_MESSAGES, OPAQUE, PUBLISHED, type PublishedName, UNSERVED } from '../../support/published-fields/pinecone.js';

/** Every published field of every request is used, ignored on purpose or refused; and what becomes of a field that is not published. */

type RequestClass = new () => object;

const CLASSES: Readonly<Record<PublishedName, RequestClass>> = {
  CreateIndexRequest: indexes.CreateIndexRequest,
  CreateIndexRequestSpec: parts.SpecPart,
  IndexSpec: parts.SpecPart,
  ServerlessSpec: parts.ServerlessPart,
  PodSpec: parts.PodPart,
  CreateIndexRequestSpecPod: parts.PodPart,
  ByocSpec: parts.ByocPart,
  ReadCapacityOnDemandSpec: parts.CapacityPart,
  ReadCapacityDedicatedSpec: parts.CapacityPart,
  ReadCapacityDedicatedConfig: parts.DedicatedCapacityPart,
  ScalingConfigManual: parts.ManualScalingPart,
  'CreateIndexRequest 2026-07': indexes.CreateSchemaIndexRequest,
  ManagedDeployment: parts.DeploymentPart,
  ByocDeployment: parts.DeploymentPart,
  PodDeployment: parts.DeploymentPart,
  CreateIndexSchema: parts.SchemaPart,
  DenseVectorField: parts.DenseFieldPart,
  SparseVectorField: parts.SparseFieldPart,
  StringField: parts.StringFieldPart,
  CreateIndexForModelRequest: indexes.CreateForModelRequest,
  CreateIndexForModelRequestEmbed: parts.EmbedPart,
  FieldMap: parts.FieldMapPart,
  ConfigureIndexRequest: indexes.ConfigureIndexRequest,
  ConfigureIndexRequestSpec: parts.SpecPart,
  ConfigureIndexRequestSpecPod: parts.PodChangesPart,
  ConfigureIndexRequestSpecServerless: parts.CapacityChangesPart,
  ConfigureIndexRequestEmbed: parts.EmbedChangesPart,
  'ConfigureIndexRequest 2026-07': indexes.ConfigureSchemaIndexRequest,
  PatchIndexDeploymentRequest: parts.PodChangesPart,
  PatchIndexSchema: parts.SchemaPart,
  PatchSemanticTextField: parts.FieldChangesPart,
  CreateBackupRequest: snapshots.CreateBackupRequest,
  CreateIndexFromBackupRequest: snapshots.RestoreBackupRequest,
  CreateCollectionRequest: snapshots.CreateCollectionRequest,
  EmbedRequest: inference.EmbedRequest,
  RerankRequest: inference.RerankRequest,
  ListModelsRequest: inference.ModelsRequest,
  UpsertRequest: data.UpsertRequest,
  Vector: SentVector,
  SparseValues: SentSparseValues,
  QueryRequest: data.QueryRequest,
  FetchRequest: data.FetchRequest,
  FetchByMetadataRequest: data.FetchByMetadataRequest,
  UpdateRequest: data.UpdateRequest,
  DeleteRequest: data.DeleteRequest,
  ListRequest: data.ListRequest,
  DescribeIndexStatsRequest: data.DescribeIndexStatsRequest,
  'DescribeIndexStatsRequest GET': data.DescribeIndexStatsQuery,
  ListNamespacesRequest: data.ListNamespacesRequest,
  DescribeNamespaceRequest: data.NamespaceRequest,
  DeleteNamespaceRequest: data.NamespaceRequest,
  CreateNamespaceRequest: data.CreateNamespaceRequest,
  CreateNamespaceRequestSchema: MetadataSchemaPart,
  CreateNamespaceRequestSchemaFieldsValue: MetadataFieldPart,
  UpsertRecord: search.TextRecordPart,
  SearchRecordsRequest: search.SearchRecordsRequest,
  SearchRecordsRequestQuery: search.SearchQueryPart,
  SearchRecordsInputs: search.SearchInputsPart,
  SearchRecordsVector: search.SearchVectorPart,
  SearchRecordsRequestRerank: search.RerankPart,
  UpsertDocumentsRequest: documents.UpsertDocumentsRequest,
  SearchDocumentsRequest: documents.SearchDocumentsRequest,
  FetchDocumentsRequest: documents.FetchDocumentsRequest,
  UpdateDocumentsRequest: documents.UpdateDocumentsRequest,
  DeleteDocumentsRequest: documents.DeleteDocumentsRequest,
  ListDocumentsRequest: documents.ListDocumentsRequest,
  DocumentRecord: documents.DocumentPart,
  UpdateDocumentRecord: documents.DocumentChangesPart,
};

const NAMES = Object.keys(PUBLISHED) as PublishedName[];

describe('every published field', () => {
  it.each(NAMES)('of %s has a fate', (name) => {
    const fates = fieldFates(CLASSES[name]);
    expect(PUBLISHED[name].filter((field) => !fates.has(field))).toEqual([]);
  });

  it('is used, but for these', () => {
    const fates = NAMES.flatMap((name) =>
      PUBLISHED[name].map((field) => [`${name}.${field}`, fieldFates(CLASSES[name]).get(field)?.kind] as const),
    );
    const ignored = fates.filter(([, kind]) => kind === 'ignored').map(([field]) => field);
    const refused = fates.filter(([, kind]) => kind === 'refused').map(([field]) => field);
    expect(ignored).toEqual([
      'DenseVectorField.description',
      'SparseVectorField.description',
      'StringField.description',
      'PatchSemanticTextField.type',
      'RerankRequest.parameters',
      'QueryRequest.scanFactor',
      'QueryRequest.maxCandidates',
      'DescribeIndexStatsRequest GET.filter',
      'SearchRecordsRequestRerank.parameters',
    ]);
    expect(refused).toEqual([
      'CreateIndexRequest 2026-07.source_backup_id',
      'PodDeployment.replicas',
      'PodDeployment.shards',
      'PodDeployment.pod_type',
      'PatchSemanticTextField.model',
      'QueryRequest.queries',
      'SearchRecordsRequestQuery.match_terms',
    ]);
  });

  it.each(Object.entries(GRPC_MESSAGES))('of the gRPC message %s is known', (name, fields) => {
    const sent = root.lookupType(name).fieldsArray.map((field) => field.name);
    expect([...sent].sort()).toEqual([...fields].sort());
  });
});

/** The models of an official client: the names of its types, and the fields of each. */
function modelsOf(client: string): ReadonlyMap<string, readonly string[]> {
  const place = fileURLToPath(new URL(`../../../node_modules/${client}/dist/pinecone-generated-ts-fetch`, import.meta.url));
  const folders = ['models', 'db_control/models', 'db_data/models', 'inference/models', 'control/models', 'data/models'];
  const found = folders.map((folder) => join(place, folder)).filter((folder) => existsSync(folder));
  const files = found.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  return new Map(files.filter((file) => file.endsWith('.d.ts')).map((file) => fieldsOf(readFileSync(file, 'utf8'))));
}

function fieldsOf(source: string): readonly [name: string, fields: readonly string[]] {
  const [, name = '', body = ''] = /^export interface (\w+) \{\n([\s\S]*?)^\}/m.exec(source) ?? [];
  return [name, [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field = '']) => field)];
}

/** Clients spell every name in camel case. */
function camelCase(name: string): string {
  return name.replace(/(?<=[a-z])_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

describe.each([
  ['pinecone-2', ''],
  ['pinecone-5', ''],
  ['pinecone-6', ''],
  ['pinecone-8', ''],
  ['pinecone-9', ' 2026-07'],
])('the requests of %s', (client, version) => {
  const models = modelsOf(client);
  const published = (model: string): readonly string[] | undefined => {
    const fields: Readonly<Record<string, readonly string[]>> = PUBLISHED;
    return fields[`${model}${version}`] ?? fields[model];
  };

  it('are all published ones', () => {
    expect(models.size).toBeGreaterThan(10);
    const requests = [...models.keys()].filter((model) => model.includes('Request'));
    const unknown = requests.filter((model) => published(model) === undefined);
    expect(unknown.filter((model) => !UNSERVED.includes(model) && !OPAQUE.includes(model))).toEqual([]);
  });

  it('have no field that is not published', () => {
    const unknown = [...models].flatMap(([model, fields]) => {
      // a name that begins with an underscore is spelt as on the wire
      const known = published(model)?.flatMap((field) => [field, camelCase(field)]);
      return fields.filter((field) => known?.includes(field) === false).map((field) => `${model}.${field}`);
    });
    expect(unknown).toEqual([]);
  });
});

const OLD = { 'x-pinecone-api-version': '2025-10' };
const NEW = { 'x-pinecone-api-version': '2026-07' };
const SERVERLESS = { serverless: { cloud: 'aws', region: 'us-east-1' } };
const DENSE = { type: 'dense_vector', dimension: 2, metric: 'cosine' };

let gateway: TestGateway;
let control: PineconeApi;
let index: IndexApi;
/** An index that embeds text. */
let textIndex: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
  index = await createIndex(gateway, { dimension: 2 });
  const name = `t-${randomUUID()}`;
  const embed = { model: 'polyvec-local', field_map: { text: 'chunk' } };
  const created = await control.call('/indexes/create-for-model', {
    body: { name, cloud: 'aws', region: 'us-east-1', embed },
    headers: OLD,
  });
  const { host } = created.body as { host: string };
  textIndex = new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1)));
});

afterAll(async () => {
  await gateway.stop();
});

/** A refusal of the control plane, with a message in which these words occur. */
function refusal(status: number, words: string): Outcome {
  const error = { code: expect.anything() as unknown, message: expect.stringContaining(words) as unknown };
  return [status, { error, status }];
}

function createSchemaIndex(inside: object): Promise<Outcome> {
  return control.outcome('/indexes', { body: { name: `i-${randomUUID()}`, ...inside }, headers: NEW });
}

describe('a refused field', () => {
  it('names the call to use for an index out of a backup', async () => {
    const body = { schema: { fields: { _values: DENSE } }, source_backup_id: randomUUID() };
    expect(await createSchemaIndex(body)).toEqual(refusal(400, 'source_backup_id'));
  });

  it('is that of a pod in a new deployment', async () => {
    const deployment = { deployment_type: 'pod', environment: 'e', pod_type: 'p1.x1', replicas: 1, shards: 1 };
    expect(await createSchemaIndex({ deployment, schema: { fields: { _values: DENSE } } })).toEqual(refusal(400, 'pod'));
  });

  it('is that of a text whose words are changed, in a new schema', async () => {
    const title = { type: 'string', full_text_search: { stemming: true } };
    expect(await createSchemaIndex({ schema: { fields: { title } } })).toEqual(refusal(400, 'title'));
  });

  it('is the model of a field that is embedded', async () => {
    const body = { schema: { fields: { chunk: { type: 'semantic_text', model: 'other' } } } };
    const answer = await control.outcome(`/indexes/${textIndex.name}`, { method: 'PATCH', body, headers: NEW });
    expect(answer).toEqual(refusal(400, 'schema may change only'));
  });

  it('is that of terms that a hit must have', async () => {
    const query = { top_k: 1, inputs: { text: 'a' }, match_terms: { strategy: 'all', terms: ['a'] } };
    const [status, body] = await textIndex.outcome('/records/namespaces/n/search', { body: { query } });
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining('match_terms') as unknown }),
    ]);
  });
});

describe('an ignored field', () => {
  it('is the description of a vector field', async () => {
    const [status, body] = await createSchemaIndex({ schema: { fields: { _values: { ...DENSE, description: 'of a page' } } } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ schema: { fields: { _values: { description: null } } } });
  });

  it('is the filter of statistics that are asked for by GET', async () => {
    const [status] = await index.outcome('/describe_index_stats', { query: { filter: '{"a":{"$no":1}}' } });
    expect(status).toBe(200);
  });
});

const UNDECLARED = { undeclared: [{ a: 1 }] };
const VECTOR = { id: 'a', values: [1, 0], ...UNDECLARED };

describe('a field that is not declared', () => {
  it.each([
    ['/vectors/upsert', { vectors: [VECTOR] }],
    ['/query', { vector: [1, 0], topK: 1 }],
    ['/vectors/fetch_by_metadata', {}],
    ['/vectors/update', { id: 'a', values: [0, 1] }],
    ['/vectors/delete', { ids: ['a'] }],
    ['/describe_index_stats', {}],
    ['/namespaces', { name: 'undeclared' }],
  ])('is ignored by %s', async (path, body) => {
    const [status] = await index.outcome(path, { body: { ...body, ...UNDECLARED } });
    expect(status).toBe(200);
  });

  it.each([
    ['/indexes', { name: 'undeclared', dimension: 2, spec: { ...SERVERLESS, ...UNDECLARED } }, 201],
    ['/embed', { model: 'polyvec-local', inputs: [{ text: 'a', ...UNDECLARED }] }, 200],
  ])('is ignored by %s', async (path, body, expected) => {
    const [status] = await control.outcome(path, { body: { ...body, ...UNDECLARED }, headers: OLD });
    expect(status).toBe(expected);
  });

  it('is ignored in a new index by a schema, and within it', async () => {
    const schema = { fields: { _values: { ...DENSE, ...UNDECLARED } }, ...UNDECLARED };
    expect(await createSchemaIndex({ schema, ...UNDECLARED })).toEqual([201, expect.anything()]);
  });

  it('is ignored in a search of records', async () => {
    const query = { top_k: 1, inputs: { text: 'a', ...UNDECLARED }, ...UNDECLARED };
    const [status] = await textIndex.outcome('/records/namespaces/n/search', { body: { query, ...UNDECLARED } });
    expect(status).toBe(200);
  });

  it('is metadata in a record of text', async () => {
    const line = JSON.stringify({ _id: 'a', chunk: 'text', undeclared: 'kept' });
    expect((await textIndex.call('/records/namespaces/__default__/upsert', { body: line })).status).toBe(201);
    const query = { top_k: 1, inputs: { text: 'text' } };
    const [, body] = await textIndex.outcome('/records/namespaces/__default__/search', { body: { query } });
    expect(body).toMatchObject({ result: { hits: [{ fields: { chunk: 'text', undeclared: 'kept' } }] } });
  });

  it('is ignored in a gRPC message', async () => {
    const client = new PineconeGrpc(index.port);
    try {
      const message = encode(typesOf('Query').type, { vector: [1, 0], topK: 1 });
      // field 100, a text of one letter
      const { bytes } = await client.send('Query', Buffer.concat([message, Uint8Array.of(0xa2, 0x06, 1, 97)]));
      expect(bytes.length).toBeGreaterThan(0);
    } finally {
      client.close();
    }
  });

  it('is refused where an index is changed, from 2026-07 on', async () => {
    const answer = await control.outcome(`/indexes/${index.name}`, { method: 'PATCH', body: UNDECLARED, headers: NEW });
    expect(answer).toEqual(refusal(400, "Unknown field 'undeclared'"));
    const [status] = await control.outcome(`/indexes/${index.name}`, { method: 'PATCH', body: UNDECLARED, headers: OLD });
    expect(status).toBe(202);
  });
});
