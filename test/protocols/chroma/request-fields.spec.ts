import { type FieldFate, fieldFates } from '../../../src/http/field-fates.js';
import { type Json, jsonObject } from '../../../src/http/json.js';
import { OPERATIONS } from '../../../src/protocols/chroma/api/operations.js';
import {
  COLLECTION_CONFIGURATION,
  CONFIGURATION_UPDATE,
} from '../../../src/protocols/chroma/collections/configuration/request-shapes.js';
import {
  CreateCollectionRequest,
  ForkRequest,
  UpdateCollectionRequest,
} from '../../../src/protocols/chroma/collections/requests.js';
import {
  AddRequest,
  AttachFunctionRequest,
  DeleteRequest,
  DetachFunctionRequest,
  GetRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../../../src/protocols/chroma/records/requests.js';
import { SearchRequest } from '../../../src/protocols/chroma/search/requests.js';
import {
  CreateDatabaseRequest,
  CreateTenantRequest,
  UpdateTenantRequest,
} from '../../../src/protocols/chroma/tenants/requests.js';
import { V1DeleteRequest, V1GetRequest, V1QueryRequest } from '../../../src/protocols/chroma/v1/requests.js';
import { ChromaApi, type CollectionApi } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import {
  HNSW_FIELDS,
  HNSW_UPDATE_FIELDS,
  QUERY_PARAMETERS,
  SPANN_FIELDS,
  SPANN_UPDATE_FIELDS,
  V1_BODIES,
  V2_BODIES,
} from '../../support/published-fields/chroma.js';

type RequestClass = new () => object;

const V2_CLASSES: Readonly<Record<keyof typeof V2_BODIES, RequestClass>> = {
  CreateTenantPayload: CreateTenantRequest,
  UpdateTenantPayload: UpdateTenantRequest,
  CreateDatabasePayload: CreateDatabaseRequest,
  CreateCollectionPayload: CreateCollectionRequest,
  UpdateCollectionPayload: UpdateCollectionRequest,
  AddCollectionRecordsPayload: AddRequest,
  UpdateCollectionRecordsPayload: UpdateRequest,
  UpsertCollectionRecordsPayload: UpsertRequest,
  GetRequestPayload: GetRequest,
  QueryRequestPayload: QueryRequest,
  DeleteCollectionRecordsPayload: DeleteRequest,
  SearchRequestPayload: SearchRequest,
  ForkCollectionPayload: ForkRequest,
  AttachFunctionRequest,
  DetachFunctionRequest,
};

/** Where v1 has no class of its own, it reads v2's. */
const V1_CLASSES: Readonly<Record<keyof typeof V1_BODIES, RequestClass>> = {
  CreateTenant: CreateTenantRequest,
  CreateDatabase: CreateDatabaseRequest,
  CreateCollection: CreateCollectionRequest,
  UpdateCollection: UpdateCollectionRequest,
  AddEmbedding: AddRequest,
  UpdateEmbedding: UpdateRequest,
  GetEmbedding: V1GetRequest,
  QueryEmbedding: V1QueryRequest,
  DeleteEmbedding: V1DeleteRequest,
};

const V1_ONLY = ['GetEmbedding', 'QueryEmbedding', 'DeleteEmbedding'] as const;

const EXACT: readonly (readonly [name: string, type: RequestClass, fields: readonly string[]])[] = [
  ...Object.entries(V2_BODIES).map(([name, fields]) => [name, V2_CLASSES[name as keyof typeof V2_BODIES], fields] as const),
  ...V1_ONLY.map((name) => [name, V1_CLASSES[name], V1_BODIES[name]] as const),
];

const SHARED = Object.entries(V1_BODIES).map(
  ([name, fields]) => [name, V1_CLASSES[name as keyof typeof V1_BODIES], fields] as const,
);

function namesWith(type: RequestClass, kind: FieldFate['kind']): readonly string[] {
  return [...fieldFates(type)].filter(([, fate]) => fate.kind === kind).map(([name]) => name);
}

describe('the published fields', () => {
  it.each(EXACT)('of %s are those that are declared', (_name, type, fields) => {
    expect([...fieldFates(type).keys()].sort()).toEqual([...fields].sort());
  });

  it.each(SHARED)('of %s in API v1 are declared', (_name, type, fields) => {
    expect([...fieldFates(type).keys()]).toEqual(expect.arrayContaining([...fields]));
  });

  it('are used, but for four that are ignored with a reason', () => {
    const types = new Set([...Object.values(V2_CLASSES), ...Object.values(V1_CLASSES)]);
    const ignored = [...types].flatMap((type) => namesWith(type, 'ignored').map((name) => `${type.name}.${name}`));
    expect(ignored.sort()).toEqual([
      'AttachFunctionRequest.params',
      'DetachFunctionRequest.delete_output',
      'SearchRequest.read_level',
      'V1GetRequest.sort',
    ]);
    expect([...types].flatMap((type) => namesWith(type, 'refused'))).toEqual([]);
  });

  it.each([
    ['configuration.hnsw', COLLECTION_CONFIGURATION, 'hnsw', HNSW_FIELDS],
    ['configuration.spann', COLLECTION_CONFIGURATION, 'spann', SPANN_FIELDS],
    ['new_configuration.hnsw', CONFIGURATION_UPDATE, 'hnsw', HNSW_UPDATE_FIELDS],
    ['new_configuration.spann', CONFIGURATION_UPDATE, 'spann', SPANN_UPDATE_FIELDS],
  ] as const)('of %s are read, and no other', (_name, shape, index, fields) => {
    const withFields = (names: readonly string[]): Json => {
      return jsonObject({ [index]: new Map<string, Json>(names.map((name) => [name, null])) });
    };
    expect(() => shape.read(withFields(fields), 'configuration')).not.toThrow();
    expect(() => shape.read(withFields([...fields, 'unpublished']), 'configuration')).toThrow('unknown field `unpublished`');
  });

  it('of query strings are documented, but for those of a query, which are ignored', () => {
    const documented = Object.values(OPERATIONS).flatMap(({ id, query = [] }) => (query.length === 0 ? [] : [[id, query]]));
    expect(Object.fromEntries(documented)).toEqual({ ...QUERY_PARAMETERS, collection_query: undefined });
  });
});

describe('what is ignored', () => {
  let gateway: TestGateway;
  let chroma: ChromaApi;
  let collection: CollectionApi;

  beforeAll(async () => {
    gateway = await startGateway();
    chroma = new ChromaApi(gateway.chromaUrl);
    collection = await chroma.filled({
      ids: ['a', 'b'],
      embeddings: [
        [1, 0],
        [0, 1],
      ],
    });
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each(['/api/v2/tenants/default_tenant/databases/default_database/collections', '/api/v1/collections'])(
    'is any field that is not published, below %s',
    async (collections) => {
      const path = `${collections}/${collection.id}`;
      const query = { query_embeddings: [[1, 0]], include: [] };
      const get = { ids: ['a'], include: [] };
      const unpublished = { query_texts: ['x'], increment_index: true, where_: { a: { b: [1, null] } } };
      expect(await chroma.outcome(`${path}/query`, { ...unpublished, ...query })).toEqual(
        await chroma.outcome(`${path}/query`, query),
      );
      expect(await chroma.outcome(`${path}/get`, { ...get, ...unpublished })).toEqual(await chroma.outcome(`${path}/get`, get));
      expect((await chroma.call(`${path}/get`, { body: get })).body).toMatchObject({ ids: ['a'] });
    },
  );

  it('is a page in the query string of a query', async () => {
    const query = { query_embeddings: [[1, 0]], include: [] };
    const { body } = await chroma.call(`${collection.path}/query?limit=1&offset=1`, { body: query });
    expect(body).toMatchObject({ ids: [['a', 'b']] });
  });

  it('is the sort of a get in API v1', async () => {
    const sorted = { sort: 'id desc', include: [] };
    const { body } = await chroma.call(`/api/v1/collections/${collection.id}/get`, { body: sorted });
    expect(body).toMatchObject({ ids: ['a', 'b'] });
  });

  it.each([
    ['search', { searches: [{}], read_level: 5 }, 400],
    ['functions/attach', { name: 'f', function_id: 'f', output_collection: 'o', params: [1] }, 501],
    ['attached_functions/f/detach', { delete_output: 'maybe' }, 501],
  ] as const)('is what only other servers read of %s', async (action, body, status) => {
    expect((await collection.post(action, body)).status).toBe(status);
  });
});

/** As Chroma 1.5.9 answers. */
describe('a field that comes again', () => {
  let gateway: TestGateway;
  let collection: CollectionApi;

  beforeAll(async () => {
    gateway = await startGateway();
    collection = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 0]] });
  });

  afterAll(async () => {
    await gateway.stop();
  });

  const inSearch = (inside: string): string => `{"searches":[{${inside}}]}`;
  const inRank = (inside: string): string => inSearch(`"rank":{${inside}}`);
  const inGroups = (inside: string): string => inSearch(`"group_by":{"keys":["a"],"aggregate":${inside}}`);

  it.each([
    ['get', '{"limit":1,"limit":2}', 'duplicate field `limit`'],
    ['get', '{"where":{},"where":{"a":1}}', 'duplicate field `where`'],
    ['query', '{"n_results":1,"query_embeddings":[[1,0]],"n_results":2}', 'duplicate field `n_results`'],
    ['add', '{"ids":["b"],"embeddings":[[1,0]],"ids":["c"]}', 'duplicate field `ids`'],
    ['upsert', '{"ids":["b"],"embeddings":[[1,0]],"uris":null,"uris":null}', 'duplicate field `uris`'],
    ['update', '{"ids":["a"],"ids":["a"]}', 'duplicate field `ids`'],
    ['delete', '{"ids":["a"],"ids":["a"]}', 'duplicate field `ids`'],
    ['fork', '{"new_name":"first","new_name":"second"}', 'duplicate field `new_name`'],
    ['search', '{"searches":[],"searches":[]}', 'duplicate field `searches`'],
    ['search', inSearch('"limit":{"limit":1},"limit":{"limit":2}'), 'searches[0]: duplicate field `limit`'],
    ['search', inSearch('"filter":{"a":1},"filter":{"a":2}'), 'searches[0]: duplicate field `filter`'],
    ['search', inSearch('"limit":{"limit":1,"limit":"x"}'), 'searches[0].limit: duplicate field `limit`'],
    ['search', inSearch('"select":{"keys":[],"keys":[]}'), 'searches[0].select: duplicate field `keys`'],
    ['search', inSearch('"group_by":{"keys":[],"keys":[]}'), 'searches[0].group_by: duplicate field `keys`'],
    ['search', inGroups('{"$min_k":{"keys":["a"],"k":1,"k":2}}'), 'searches[0].group_by.aggregate.$min_k: duplicate field `k`'],
    ['search', inGroups('null,"aggregate":null'), 'searches[0].group_by: duplicate field `aggregate`'],
    [
      'search',
      inRank('"$sub":{"left":{"$val":1},"right":{"$val":1},"left":{"$val":1}}'),
      'searches[0].rank.$sub: duplicate field `left`',
    ],
    ['search', inRank('"$knn":{"query":[1,0],"query":[1,0]}'), 'searches[0].rank.$knn: duplicate field `query`'],
    ['search', inRank('"$knn":{"query":{"indices":[1],"values":[1],"values":[1]}}'), 'searches[0].rank.$knn.query: data did'],
  ])('is 422 in %s: %s', async (action, body, words) => {
    const message = expect.stringContaining(`into the target type: ${words}`) as unknown;
    expect(await collection.outcome(action, body)).toEqual([422, { error: 'ChromaError', message }]);
  });

  it.each([
    ['rank', inRank('"$val":1,"$val":1')],
    ['group_by.aggregate', inGroups('{"$min_k":{"keys":["a"],"k":1},"$min_k":{"keys":["a"],"k":1}}')],
  ])('is a second variant where one is expected: %s', async (path, body) => {
    const message = expect.stringContaining(`searches[0].${path}: expected value`) as unknown;
    expect(await collection.outcome('search', body)).toEqual([400, { error: 'InvalidArgumentError', message }]);
  });

  it.each([
    ['get', '{"unpublished":1,"unpublished":2}'],
    ['search', inSearch('"unpublished":1,"unpublished":2')],
    ['search', inSearch('"filter":{"a":1,"a":2}')],
  ])('is nothing where no field is meant, in %s: %s', async (action, body) => {
    expect((await collection.outcome(action, body))[0]).toBe(200);
  });

  it('counts by its last value in API v1', async () => {
    const path = `${gateway.chromaUrl}/api/v1/collections/${collection.id}/get`;
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"ids":["nobody"],"ids":["a"]}',
    });
    expect(await response.json()).toMatchObject({ ids: ['a'] });
  });
});
