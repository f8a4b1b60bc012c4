import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PROTOCOLS } from '../../src/app.module.js';
import { readConfig } from '../../src/config/config.js';
import { type ApiDocument, buildDocument } from '../../src/console/docs/document.js';
import type { ApiDescription } from '../../src/http/api-description.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { DocumentedApi, operationsOf, referencesIn, resolve } from '../support/routes/api-document.js';
import { type HandledRoute, handledRoutes } from '../support/routes/api-routes.js';

const NAMES = PROTOCOLS.map(({ name }) => name);
const PAGES = ['/docs', ...NAMES.map((name) => `/docs/${name}`), '/chroma/docs'];
const PLACE = { cloud: 'aws', region: 'us-east-1' };
const VALIDATED = /\bvalidate\((\w+),/g;

let gateway: TestGateway;
const documents = new Map<string, ApiDocument>();

beforeAll(async () => {
  gateway = await startGateway();
  for (const name of NAMES) documents.set(name, (await read(`/docs/${name}.json`)) as ApiDocument);
});
afterAll(() => gateway.stop());

async function read(path: string): Promise<unknown> {
  return (await fetch(gateway.consoleUrl + path)).json();
}

function documentOf(name: string): ApiDocument {
  const document = documents.get(name);
  if (document === undefined) throw new Error(`there is no document ${name}`);
  return document;
}

function protocolOf(name: string): (typeof PROTOCOLS)[number] {
  const protocol = PROTOCOLS.find((candidate) => candidate.name === name);
  if (protocol === undefined) throw new Error(`there is no protocol ${name}`);
  return protocol;
}

function requestsOf(api: ApiDescription, key: string): readonly string[] {
  const names = [api.operations[key]?.body ?? []].flat();
  return names.map((name) => api.requests[name]?.type.name ?? '');
}

function wireOf(name: string): DocumentedApi {
  return new DocumentedApi(gateway.consoleUrl, documentOf(name));
}

describe.each(NAMES)('the document of %s', (name) => {
  it('has every route, and no other', () => {
    const { api, prefix } = protocolOf(name);
    const documented = [...operationsOf(documentOf(name)).keys()];
    const served = handledRoutes(prefix).flatMap((route) => keysOf(api, route, documented));
    expect([...new Set(served)].sort()).toEqual([...documented].sort());
    expect(Object.keys(api.operations).sort()).toEqual([...documented].sort());
  });

  it('names the request classes that the handlers read', () => {
    const { api, prefix } = protocolOf(name);
    const readers = handledRoutes(prefix).flatMap(({ method, path, source }) => {
      const types = [...source.matchAll(VALIDATED)].map(([, type = '']) => type);
      return types.length === 0 ? [] : [{ key: `${method} ${renamed(api, path)}`, types }];
    });
    expect(readers.length).toBeGreaterThan(10);
    expect(readers.map(({ key }) => [key, [...requestsOf(api, key)].sort()])).toEqual(
      readers.map(({ key, types }) => [key, [...new Set(types)].sort()]),
    );
  });

  it('is an OpenAPI 3.1 document: versions, ids, references, parameters', () => {
    const document = documentOf(name);
    const operations = [...operationsOf(document)];
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toEqual({
      title: expect.stringMatching(/./) as unknown,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      description: expect.stringMatching(/./) as unknown,
      license: expect.objectContaining({ identifier: 'Apache-2.0' }) as unknown,
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9_]+$/.test(id))).toEqual([]);
    expect(referencesIn(document).filter((reference) => resolve(document, reference) === undefined)).toEqual([]);
    for (const [key, { parameters }] of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const named = [...key.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect([key, inPath.map((parameter) => parameter.name)]).toEqual([key, named]);
      expect([
        key,
        parameters.filter(({ schema, description = '' }) => description === '' || Object.keys(schema).length === 0),
      ]).toEqual([key, []]);
      expect([key, new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size]).toEqual([
        key,
        parameters.length,
      ]);
    }
  });

  it('has no two paths that mean the same, and only tags, keys and names that it declares', () => {
    const document = documentOf(name);
    const templates = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
    expect(new Set(templates).size).toBe(templates.length);
    const tags = document.tags.map((tag) => tag.name);
    const operations = [...operationsOf(document).values()];
    expect(new Set(operations.flatMap((operation) => operation.tags))).toEqual(new Set(tags));
    const keys = document.security.flatMap((requirement) => Object.keys(requirement));
    expect([...keys].sort()).toEqual(Object.keys(document.components.securitySchemes).sort());
    const names = Object.values(document.components).flatMap((components) => Object.keys(components as object));
    expect(names.filter((component) => !/^[A-Za-z0-9._-]+$/.test(component))).toEqual([]);
  });

  it('has no schema that nothing refers to, and no two of one name', () => {
    const { api } = protocolOf(name);
    const document = documentOf(name);
    const used = new Set(referencesIn(document));
    const unused = Object.keys(document.components.schemas).filter((schema) => !used.has(`#/components/schemas/${schema}`));
    expect(unused).toEqual([]);
    expect(Object.keys(api.requests).filter((request) => request in api.schemas)).toEqual([]);
  });

  it('tells of each operation how it ends: with success, or always with an error of the protocol', () => {
    const { api } = protocolOf(name);
    const operations = [...operationsOf(documentOf(name))];
    const [refused, served] = [true, false].map((isRefused) => {
      return operations.filter(([key]) => (api.operations[key]?.refusal !== undefined) === isRefused);
    });
    expect(served?.filter(([, { responses }]) => !Object.keys(responses).some((status) => status < '300'))).toEqual([]);
    expect(refused?.filter(([key, { responses }]) => !(String(api.operations[key]?.refusal) in responses))).toEqual([]);
    expect(refused?.filter(([, { responses }]) => Object.keys(responses).some((status) => status < '300'))).toEqual([]);
  });

  it('tells the rule of every operation, and that those for anyone need no key', () => {
    const operations = [...operationsOf(documentOf(name))];
    expect(operations.filter(([, operation]) => operation['x-polyvec-rule'] === undefined).map(([key]) => key)).toEqual([]);
    const open = operations.filter(([, operation]) => operation['x-polyvec-rule'] === 'anyone').map(([key]) => key);
    expect(operations.filter(([, { security }]) => security?.length === 0).map(([key]) => key)).toEqual(open);
  });

  it('tells of the places where a key is looked for', () => {
    const { api, credentials } = protocolOf(name);
    const schemes = Object.values(api.keys);
    const inHeaders = schemes.filter((scheme) => scheme['in'] === 'header').map((scheme) => String(scheme['name']).toLowerCase());
    const inQuery = schemes.filter((scheme) => scheme['in'] === 'query').map((scheme) => scheme['name']);
    expect(inHeaders.filter((header) => header !== 'authorization')).toEqual(credentials.headers);
    expect(inQuery).toEqual([credentials.parameter ?? []].flat());
    expect(schemes.some((scheme) => scheme['type'] === 'http' || scheme['name'] === 'Authorization')).toBe(true);
  });

  it('demands a key where keys are on', () => {
    const { api } = protocolOf(name);
    const securityWith = (auth: string): unknown => {
      return buildDocument(api, { routes: [], ruleOf: () => undefined, config: readConfig({ POLYVEC_AUTH: auth }) }).security;
    };
    expect(securityWith('keys')).not.toContainEqual({});
    expect(securityWith('off')).toContainEqual({});
  });
});

describe('an operation that is marked as refused', () => {
  /** The bodies of those that read one, by the operation's id. */
  const BODIES: Readonly<Record<string, object>> = {
    collection_search: { searches: [] },
    fork_collection: { new_name: 'forked' },
    attach_function: { name: 'f', function_id: 'f', output_collection: 'output', params: {} },
    detach_function: { delete_output: false },
  };
  const PARAMETERS = {
    tenant: 'default_tenant',
    database: 'default_database',
    index: 'refusing',
    collection: 'refusing',
    id: '00000000-0000-4000-8000-000000000000',
    namespace: 'named',
    function: 'f',
    operation: 'search',
  };
  const refused = PROTOCOLS.flatMap(({ name, api }) =>
    Object.entries(api.operations).flatMap(([key, { id, refusal }]) =>
      refusal === undefined ? [] : [{ name, key, id, refusal }],
    ),
  );
  let uuid: string;

  beforeAll(async () => {
    const scope = { tenant: 'default_tenant', database: 'default_database' };
    const collections = '/api/v2/tenants/{tenant}/databases/{database}/collections';
    ({ id: uuid } = (await wireOf('chroma').call(`POST ${collections}`, scope, { name: 'refused' })) as { id: string });
    const index = { name: 'refusing', dimension: 2, metric: 'cosine', spec: { serverless: PLACE } };
    await wireOf('pinecone').call('POST /indexes', {}, index);
  });

  it('is in every protocol', () => {
    expect(new Set(refused.map(({ name }) => name))).toEqual(new Set(NAMES));
  });

  it.each(refused)('$name: $key answers $refusal', async ({ name, key, id, refusal }) => {
    const [method = '', path = ''] = key.split(' ');
    const { paths, servers } = documentOf(name);
    const server = (paths[path]?.servers ?? servers)[0]?.url ?? '';
    const values: Readonly<Record<string, string>> = { ...PARAMETERS, collection_id: uuid };
    const url = `${gateway.consoleUrl}${server}${path}`.replace(/\{(\w+)\}/g, (_, parameter: string) => values[parameter] ?? '');
    const body = id in BODIES ? { body: JSON.stringify(BODIES[id]), headers: { 'content-type': 'application/json' } } : {};
    expect((await fetch(url, { method, ...body })).status).toBe(refusal);
  });
});

/** What a document calls a route; one of all methods may be documented for some of them, and must be for one. */
function keysOf(api: ApiDescription, { method, path }: HandledRoute, documented: readonly string[]): readonly string[] {
  if (method !== 'ALL') return [`${method} ${renamed(api, path)}`];
  const some = documented.filter((key) => key.split(' ')[1] === path);
  return some.length === 0 ? [`ALL ${path}`] : some;
}

function renamed({ homes }: ApiDescription, path: string): string {
  return homes[0]?.rename?.(path) ?? path;
}

describe('the document of Chroma without API v1', () => {
  it('does not have it', () => {
    const routes = ['/chroma/api/v1', '/chroma/api/v1/version', '/chroma/api/v2/version'].map((path) => ({
      path,
      methods: ['get'],
    }));
    const { api } = protocolOf('chroma');
    const pathsWith = (setting: string): readonly string[] => {
      const config = readConfig({ POLYVEC_CHROMA_V1: setting });
      return Object.keys(buildDocument(api, { routes, ruleOf: () => 'anyone', config }).paths);
    };
    expect(pathsWith('true')).toEqual(['/api/v1', '/api/v1/version', '/api/v2/version']);
    expect(pathsWith('false')).toEqual(['/api/v2/version']);
  });
});

describe('requests and answers are as the documents say', () => {
  it("of Chroma's v2", async () => {
    const api = wireOf('chroma');
    const scope = { tenant: 'default_tenant', database: 'default_database' };
    const collections = '/api/v2/tenants/{tenant}/databases/{database}/collections';
    const records = `${collections}/{collection_id}`;
    for (const path of ['', '/heartbeat', '/version', '/healthcheck', '/pre-flight-checks', '/auth/identity']) {
      await api.call(`GET /api/v2${path}`);
    }
    await api.call('POST /api/v2/tenants', {}, { name: 'documented' });
    await api.call('GET /api/v2/tenants/{tenant}', { tenant: 'documented' });
    await api.call('POST /api/v2/tenants/{tenant}/databases', { tenant: 'documented' }, { name: 'documents' });
    await api.call('GET /api/v2/tenants/{tenant}/databases', { tenant: 'documented', limit: '5' });
    await api.call('DELETE /api/v2/tenants/{tenant}/databases/{database}', { tenant: 'documented', database: 'documents' });
    const body = {
      name: 'documented',
      metadata: { kind: 'test' },
      configuration: { hnsw: { space: 'cosine' } },
      get_or_create: true,
    };
    const { id } = (await api.call(`POST ${collections}`, scope, body)) as { id: string };
    const at = { ...scope, collection_id: id };
    await api.call(`POST ${records}/add`, at, {
      ids: ['a', 'b', 'c'],
      embeddings: [
        [1, 0],
        [0, 1],
        [0.5, 0.5],
      ],
      documents: ['one', null, 'three'],
      metadatas: [{ year: 2020 }, null, { tags: ['x', 'y'] }],
      uris: null,
    });
    await api.call(`POST ${records}/upsert`, at, { ids: ['a'], embeddings: ['AACAPwAAAAA='] });
    await api.call(`POST ${records}/update`, at, { ids: ['b'], documents: ['two'] });
    await api.call(`POST ${records}/get`, at, {
      where: { year: { $gte: 2000 } },
      include: ['embeddings', 'metadatas'],
      limit: 2,
    });
    await api.call(`POST ${records}/get`, at, {});
    await api.call(`POST ${records}/query`, at, {
      query_embeddings: [
        [1, 0],
        [0, 1],
      ],
      n_results: 2,
    });
    await api.call(`GET ${records}/count`, { ...at, read_level: 'index_only' });
    await api.call(`GET ${records}/indexing_status`, at);
    await api.call(`POST ${records}/delete`, at, { ids: ['c'], where_document: { $contains: 'three' } });
    await api.call(`GET ${collections}`, { ...scope, offset: '0' });
    await api.call(`GET ${records}`, { ...scope, collection_id: 'documented' });
    await api.call(`GET ${collections}/by-id/{uuid}`, { ...scope, uuid: id });
    await api.call(`PUT ${records}`, at, { new_metadata: { kind: 'changed' } });
    expect(await api.statusOf(`GET ${records}`, { ...scope, collection_id: 'unknown' })).toBe(404);
    expect(await api.statusOf(`POST ${collections}`, scope, { name: 'documented' })).toBe(409);
    expect(await api.statusOf(`GET ${collections}`, { ...scope, limit: 'many' })).toBe(400);
    await api.call(`POST ${records}/search`, at, { searches: [{ select: { keys: ['#document', '#score'] } }] });
    await api.call(`DELETE ${records}`, { ...scope, collection_id: 'documented' });
  });

  it("of Chroma's v1", async () => {
    const api = wireOf('chroma');
    const collections = '/api/v1/collections';
    const records = `${collections}/{collection_id}`;
    const { id } = (await api.call(`POST ${collections}`, {}, { name: 'documented-1' })) as { id: string };
    const at = { collection_id: id };
    await api.call(`POST ${records}/add`, at, { ids: ['a'], embeddings: [[1, 2]] });
    await api.call(`POST ${records}/get`, at, { include: ['documents', 'data'] });
    await api.call(`POST ${records}/query`, at, { query_embeddings: [[1, 2]], n_results: 1 });
    await api.call(`POST ${records}/delete`, at, { ids: ['a'] });
    await api.call(`GET ${collections}`, { tenant: 'default_tenant' });
    await api.call(`DELETE ${records}`, { collection_id: 'documented-1' });
  });

  it("of Pinecone's control plane", async () => {
    const api = wireOf('pinecone');
    const definition = {
      name: 'documented',
      dimension: 2,
      metric: 'cosine',
      spec: { serverless: PLACE },
      tags: { kind: 'test' },
    };
    await api.call('POST /indexes', {}, definition);
    expect(await api.statusOf('POST /indexes', {}, definition)).toBe(409);
    await api.call(
      'POST /indexes/create-for-model',
      {},
      {
        name: 'documented-text',
        ...PLACE,
        embed: { model: 'polyvec-local', field_map: { text: 'text' } },
      },
    );
    await api.call('GET /indexes');
    await api.call('PATCH /indexes/{name}', { name: 'documented' }, { deletion_protection: 'disabled', tags: { kind: '' } });
    const backup = (await api.call('POST /indexes/{index}/backups', { index: 'documented' }, { name: 'kept' })) as Record<
      string,
      string
    >;
    const id = backup['backup_id'] ?? '';
    await api.call('GET /indexes/{index}/backups', { index: 'documented', limit: '1' });
    await api.call('GET /backups');
    await api.call('GET /backups/{id}', { id });
    await api.call('POST /backups/{id}/create-index', { id }, { name: 'documented-again' });
    await api.call('GET /restore-jobs', { limit: '1' });
    await api.call('DELETE /backups/{id}', { id });
    await api.call('GET /models', { type: 'embed' });
    await api.call('GET /models/{name}', { name: 'polyvec-local' });
    await api.call(
      'POST /embed',
      {},
      { model: 'polyvec-local', inputs: [{ text: 'one' }, 'two'], parameters: { input_type: 'query' } },
    );
    await api.call('GET /collections');
    const nightly = {
      name: 'nightly',
      schedule: { type: 'time-based', frequency: 'daily' },
      retention: { expire_after_days: 7 },
    };
    const made = await api.call('POST /indexes/{index}/backup-schedules', { index: 'documented' }, nightly);
    const { schedule_id: schedule } = made as { readonly schedule_id: string };
    await api.call('GET /indexes/{index}/backup-schedules', { index: 'documented' });
    await api.call('GET /backup-schedules/{id}', { id: schedule });
    await api.call(
      'PATCH /backup-schedules/{id}',
      { id: schedule },
      { frequency: 'weekly', retention: { expire_after_days: 30 } },
    );
    await api.call('GET /backup-schedules/{id}/history', { id: schedule });
    await api.call('DELETE /backup-schedules/{id}', { id: schedule });
    expect(await api.statusOf('GET /indexes/{name}', { name: 'unknown' })).toBe(404);
    await api.call('DELETE /indexes/{name}', { name: 'documented-again' });
  });

  it("of Pinecone's vectors and records", async () => {
    const api = wireOf('pinecone');
    await api.call('POST /indexes', {}, { name: 'filled', dimension: 2, metric: 'dotproduct', spec: { serverless: PLACE } });
    const at = { index: 'filled' };
    await api.call('POST /vectors/upsert', at, {
      vectors: [
        { id: 'a', values: [1, 0], metadata: { year: 2020, tags: ['x'] } },
        { id: 'b', values: [0, 1], sparseValues: { indices: [1, 4_000_000_000], values: [0.5, 1] } },
      ],
      namespace: 'named',
    });
    const query = { topK: 2, includeValues: true, includeMetadata: true, namespace: 'named' };
    await api.call('POST /query', at, { ...query, vector: [1, 0], filter: { year: { $gt: 2000 } } });
    await api.call('POST /query', at, { ...query, id: 'b' });
    await api.call('POST /vectors/update', at, { id: 'a', setMetadata: { year: 2021 }, namespace: 'named' });
    await api.call('POST /vectors/update', at, {
      filter: { year: 2021 },
      setMetadata: { year: 2022 },
      namespace: 'named',
      dryRun: true,
    });
    await api.call('GET /vectors/fetch', { ...at, ids: 'b', namespace: 'named' });
    await api.call('POST /vectors/fetch_by_metadata', at, { filter: { year: 2021 }, limit: 1, namespace: 'named' });
    await api.call('GET /vectors/list', { ...at, prefix: 'a', limit: '1', namespace: 'named' });
    await api.call('POST /describe_index_stats', at, {});
    await api.call('GET /describe_index_stats', at);
    await api.call('POST /namespaces', at, { name: 'declared', schema: { fields: { year: { filterable: true } } } });
    await api.call('GET /namespaces', { ...at, limit: '1' });
    await api.call('GET /namespaces/{namespace}', { ...at, namespace: 'declared' });
    await api.call('POST /vectors/delete', at, { ids: ['a'], namespace: 'named' });
    await api.call('DELETE /namespaces/{namespace}', { ...at, namespace: 'named' });
    expect(await api.statusOf('POST /query', at, { topK: 1, vector: [1, 2, 3] })).toBe(400);
    // unless POLYVEC_IMPORT_ROOT is set
    expect(await api.statusOf('GET /bulk/imports', at)).toBe(400);
    expect(await api.statusOf('POST /bulk/imports', at, { uri: 'file:///films', errorMode: { onError: 'abort' } })).toBe(400);
    const search = { query: { top_k: 1, inputs: { text: 'x' } }, fields: ['text'] };
    expect(await api.statusOf('POST /records/namespaces/{namespace}/search', { ...at, namespace: 'named' }, search)).toBe(400);
    const embed = { model: 'polyvec-local', field_map: { text: 'text' } };
    await api.call('POST /indexes/create-for-model', {}, { name: 'texts', ...PLACE, embed });
    const inside = { index: 'texts', namespace: 'named' };
    await api.call('POST /records/namespaces/{namespace}/upsert', inside, { _id: 'a', text: 'some text', year: 2020 });
    await api.call('POST /records/namespaces/{namespace}/search', inside, search);
  });

  it("of Vectorizer's collections and vectors", async () => {
    const api = wireOf('vectorizer');
    const at = { collection: 'texts-of' };
    const vectors = '/collections/{collection}/vectors';
    for (const path of ['/health', '/status', '/stats', '/indexing/progress', '/prometheus/metrics'])
      await api.call(`GET ${path}`);
    await api.call('POST /collections', {}, { name: 'texts-of', dimension: 4, metric: 'cosine', hnsw_config: { m: 8 } });
    await api.call('POST /collections', {}, { name: 'texts-of-2', dimension: 4, similarity_metric: 'cosine' });
    await api.call('GET /collections');
    await api.call('GET /collections/{collection}', { ...at, with_config: 'true' });
    await api.call('PATCH /collections/{collection}', at, { description: 'changed' });
    await api.call('GET /collections/{collection}/stats', at);
    await api.call('POST /insert', {}, { collection: 'texts-of', text: 'some text', metadata: { year: 2020 } });
    await api.call(
      'POST /insert_vectors',
      {},
      {
        collection: 'texts-of',
        vectors: [
          { id: 'a', vector: [1, 0, 0, 0], payload: { year: 2021 } },
          { id: 7, data: [0, 1, 0, 0] },
          { id: 'bad', vector: [1] },
        ],
      },
    );
    await api.call(`GET ${vectors}`, { ...at, limit: '2', with_payload: 'false' });
    await api.call(`GET ${vectors}/{id}`, { ...at, id: 'a' });
    await api.call(`PATCH ${vectors}/{id}`, { ...at, id: 'a' }, { metadata: { month: 5 } });
    await api.call(`PATCH ${vectors}/{id}/expiry`, { ...at, id: 'a' }, { expires_at: null });
    await api.call(
      'POST /batch_update',
      {},
      {
        collection: 'texts-of',
        updates: [
          { id: 'a', payload: null },
          { id: 'none', text: 'x' },
        ],
      },
    );
    await api.call(`POST ${vectors}/bulk_update_metadata`, at, { filter: { year: 2020 }, patch: { month: 6 } });
    await api.call(`POST ${vectors}/copy`, at, { destination: 'texts-of-2', ids: ['a', 'none'] });
    await api.call('POST /collections/{collection}/ttl', at, { ttl_secs: 60 });
    await api.call('POST /collections/{collection}/reindex', at, { m: 8, ef_construction: 32 });
    await api.call('POST /batch_delete', {}, { collection: 'texts-of', ids: ['a', 'none'] });
    await api.call('POST /collections/{collection}/delete_by_filter', at, { filter: { year: 2020 } });
    await api.call('GET /collections/empty');
    await api.call('POST /embed', {}, { text: 'some text', dimension: 8 });
    expect(await api.statusOf('GET /collections/{collection}', { collection: 'unknown' })).toBe(404);
    expect(await api.statusOf('GET /collections/{collection}/snapshots', at)).toBe(501);
    await api.call('DELETE /collections/{collection}', at);
  });

  it("of Vectorizer's searches, and of the routes for Qdrant's clients", async () => {
    const api = wireOf('vectorizer');
    const at = { collection: 'searched' };
    const points = '/qdrant/collections/{collection}/points';
    await api.call('PUT /qdrant/collections/{collection}', at, { vectors: { size: 4, distance: 'Cosine' } });
    await api.call(`PUT ${points}`, at, {
      points: [
        { id: 1, vector: [1, 0, 0, 0], payload: { year: 2020 } },
        { id: 'b', vector: [0, 1, 0, 0] },
      ],
    });
    await api.call(`POST ${points}`, at, { ids: [1, 'b'], with_vectors: true });
    await api.call(`GET ${points}`, { ...at, ids: '1,b' });
    await api.call(`POST ${points}/count`, at, { filter: { must: [{ key: 'year', match: { value: 2020 } }] } });
    await api.call(`POST ${points}/scroll`, at, { limit: 1 });
    await api.call(`POST ${points}/search`, at, { vector: [1, 0, 0, 0], limit: 2, with_payload: ['year'], score_threshold: 0.1 });
    await api.call('GET /qdrant/collections');
    await api.call('GET /qdrant/collections/{collection}', at);
    await api.call('POST /search', {}, { collection: 'searched', query_vector: [1, 0, 0, 0], top_k: 2, include_metadata: true });
    await api.call('POST /collections/{collection}/search', at, { text: 'words', limit: 1 });
    await api.call('POST /collections/{collection}/search/file', at, { file_path: 'a.txt', limit: 1 });
    await api.call('POST /collections/{collection}/explain', at, { vector: [1, 0, 0, 0], limit: 1, filter: { year: 2020 } });
    await api.call('POST /batch_search', {}, { collection: 'searched', queries: [{ vector: [1, 0, 0, 0], limit: 1 }, {}] });
    await api.call('POST /hybrid_search', {}, { collection: 'searched', query: 'words', alpha: 0.5, final_k: 2 });
    await api.call('POST /intelligent_search', {}, { query: 'words', collections: ['searched'], max_total_results: 2 });
    await api.call(`POST ${points}/delete`, at, { points: [1] });
    expect(await api.statusOf('GET /qdrant/collections/{collection}', { collection: 'unknown' })).toBe(404);
    await api.call('DELETE /qdrant/collections/{collection}', at);
  });
});

describe('the pages', () => {
  it.each(PAGES)('%s loads nothing, runs nothing, and only its own style is let through', async (path) => {
    const response = await fetch(gateway.consoleUrl + path);
    const text = await response.text();
    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(text.match(/<(?:script|link|img|iframe|object|form)\b|\ssrc=|\sstyle=|\son\w+=|@import|url\(/gi)).toBeNull();
  });

  it.each(PAGES)('%s has only links that lead somewhere', async (path) => {
    const url = gateway.consoleUrl + path;
    const text = await (await fetch(url)).text();
    const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link);
    const ids = new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => link.startsWith('#') && !ids.has(link.slice(1)))).toEqual([]);
    const targets = [...new Set(links.filter((link) => !link.startsWith('#')))].map((link) => new URL(link, url).href);
    expect(targets.filter((target) => !target.startsWith(gateway.consoleUrl))).toEqual([]);
    const statuses = await Promise.all(targets.map(async (target) => (await fetch(target)).status));
    expect(statuses).toEqual(targets.map(() => 200));
  });

  it.each(NAMES)('the page of %s has every operation and every schema of the document', async (name) => {
    const text = await (await fetch(`${gateway.consoleUrl}/docs/${name}`)).text();
    const document = documentOf(name);
    const ids = [
      ...[...operationsOf(document).values()].map(({ operationId }) => operationId),
      ...Object.keys(document.components.schemas).map((schema) => `schema-${schema}`),
    ];
    expect(ids.filter((id) => !text.includes(`id="${id}"`))).toEqual([]);
  });
});

describe('the other readings', () => {
  it("are on Chroma's own port, where its server has them", async () => {
    const response = await fetch(`${gateway.chromaUrl}/openapi.json`);
    const document = (await response.json()) as ApiDocument;
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect({ ...document, servers: [] }).toEqual({ ...documentOf('chroma'), servers: [] });
    expect(document.servers[0]?.url).toBe('/');
    expect((await fetch(`${gateway.chromaUrl}/docs`)).headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('are the gRPC service of an index, as text', async () => {
    const response = await fetch(`${gateway.consoleUrl}/docs/vector-service.proto`);
    const location = new URL('../../src/protocols/pinecone/data/grpc/vector-service.proto', import.meta.url);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(readFileSync(location, 'utf8'));
  });

  it.each(['unknown', 'unknown.json', 'chroma.json.json', '__proto__', '..%2fpackage.json'])('are not %s', async (name) => {
    expect((await fetch(`${gateway.consoleUrl}/docs/${name}`)).status).toBe(404);
  });
});
