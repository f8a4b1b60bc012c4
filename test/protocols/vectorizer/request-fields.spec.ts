import { fieldFates } from '../../../src/http/field-fates.js';
import * as collections from '../../../src/protocols/vectorizer/collections/requests.js';
import * as insert from '../../../src/protocols/vectorizer/insert/requests.js';
import { HNSW_RANGES } from '../../../src/protocols/vectorizer/limits.js';
import * as maintenance from '../../../src/protocols/vectorizer/maintenance/requests.js';
import * as qdrant from '../../../src/protocols/vectorizer/qdrant/requests.js';
import { HYBRID, HybridRequest } from '../../../src/protocols/vectorizer/search/hybrid-requests.js';
import { INTELLIGENT, IntelligentRequest } from '../../../src/protocols/vectorizer/search/intelligent-requests.js';
import * as search from '../../../src/protocols/vectorizer/search/requests.js';
import { EmbedRequest } from '../../../src/protocols/vectorizer/system/requests.js';
import { TransferRequest } from '../../../src/protocols/vectorizer/transfer/requests.js';
import * as deletes from '../../../src/protocols/vectorizer/vectors/delete-requests.js';
import { VectorRequest } from '../../../src/protocols/vectorizer/vectors/requests.js';
import * as updates from '../../../src/protocols/vectorizer/vectors/update-requests.js';
import { ABSENT_NULLS, SEARCH } from '../../../src/protocols/vectorizer/wire/dialect.js';
import { type CollectionApi, setUp, VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { HNSW_FIELDS, PUBLISHED, type PublishedRoute } from '../../support/published-fields/vectorizer.js';

/** Every published field of every request is used, ignored on purpose or refused; and what becomes of a field that is not published. */

interface Reader {
  readonly type: new () => object;
  /** The field that a key means. */
  readonly fieldOf: (key: string) => string;
}

const plain = (type: new () => object): Reader => ({ type, fieldOf: ABSENT_NULLS.fieldOf });
const searching = (type: new () => object): Reader => ({ type, fieldOf: SEARCH.fieldOf });
const intelligent: Reader = { type: IntelligentRequest, fieldOf: INTELLIGENT.fieldOf };
const ofQdrant = (type: new () => object): Reader => ({ type, fieldOf: qdrant.QDRANT.fieldOf });

/** Entries and updates of batches have the fields of the requests that hold one of them. */
const READERS: Readonly<Record<PublishedRoute, Reader>> = {
  'POST /collections': plain(collections.CreateCollectionRequest),
  'PATCH /collections/{c}': plain(collections.UpdateCollectionRequest),
  'POST /collections/{c}/rename': plain(maintenance.RenameRequest),
  'POST /collections/{c}/ttl': plain(maintenance.TtlRequest),
  'POST /collections/{c}/reindex': plain(maintenance.ReindexRequest),
  'POST /collections/{c}/reencode': plain(maintenance.ReencodeRequest),
  'POST /insert': plain(insert.InsertRequest),
  'POST /insert_texts': plain(insert.BatchInsertRequest),
  'POST /insert_texts, an entry': plain(insert.InsertRequest),
  'POST /insert_vectors': plain(insert.BatchInsertRequest),
  'POST /insert_vectors, an entry': plain(insert.InsertRequest),
  'POST /vector': plain(VectorRequest),
  'POST /delete': plain(VectorRequest),
  'POST /update': plain(updates.UpdateRequest),
  'PUT /collections/{c}/vectors/{id}': plain(updates.UpdateRequest),
  'POST /batch_update': plain(updates.BatchUpdateRequest),
  'POST /batch_update, an update': plain(updates.UpdateRequest),
  'POST /batch_delete': plain(deletes.BatchDeleteRequest),
  'POST /collections/{c}/delete_by_filter': plain(deletes.DeleteByFilterRequest),
  'POST /collections/{c}/vectors/bulk_update_metadata': plain(updates.BulkUpdateRequest),
  'POST /collections/{c}/vectors/move': plain(TransferRequest),
  'PATCH /collections/{c}/vectors/{id}/expiry': plain(updates.ExpiryRequest),
  'POST /search': searching(search.SearchRequest),
  'POST /collections/{c}/search/file': searching(search.FileSearchRequest),
  'POST /collections/{c}/explain': searching(search.SearchRequest),
  'POST /batch_search': plain(search.BatchSearchRequest),
  'POST /batch_search, a query': searching(search.SearchRequest),
  'POST /collections/{c}/hybrid_search': { type: HybridRequest, fieldOf: HYBRID.fieldOf },
  'POST /intelligent_search': intelligent,
  'POST /semantic_search': intelligent,
  'POST /contextual_search': intelligent,
  'POST /multi_collection_search': intelligent,
  'POST /embed': plain(EmbedRequest),
  'PUT /qdrant/collections/{c}': ofQdrant(qdrant.CreateRequest),
  'PUT /qdrant/collections/{c}/points': ofQdrant(qdrant.UpsertRequest),
  'POST /qdrant/collections/{c}/points/delete': ofQdrant(qdrant.DeleteRequest),
  'POST /qdrant/collections/{c}/points': ofQdrant(qdrant.RetrieveRequest),
  'POST /qdrant/collections/{c}/points/count': ofQdrant(qdrant.CountRequest),
  'POST /qdrant/collections/{c}/points/scroll': ofQdrant(qdrant.ScrollRequest),
  'POST /qdrant/collections/{c}/points/search': ofQdrant(qdrant.SearchRequest),
};

const ROUTES = Object.keys(PUBLISHED) as PublishedRoute[];

function fateOf(route: PublishedRoute, field: string): string | undefined {
  const { type, fieldOf } = READERS[route];
  return fieldFates(type).get(fieldOf(field))?.kind;
}

function fieldsWith(kind: string): readonly string[] {
  const fields = ROUTES.flatMap((route) => PUBLISHED[route].map((field) => [route, field] as const));
  return fields.filter(([route, field]) => fateOf(route, field) === kind).map(([route, field]) => `${route} ${field}`);
}

describe('every published field', () => {
  it.each(ROUTES)('of %s has a fate', (route) => {
    expect(PUBLISHED[route].filter((field) => fateOf(route, field) === undefined)).toEqual([]);
  });

  it('of hnsw_config has a range', () => {
    expect(Object.keys(HNSW_RANGES)).toEqual(HNSW_FIELDS);
  });

  it('is used, but for those that are ignored and those that are refused', () => {
    expect(fieldsWith('ignored')).toEqual([
      ...['graph', 'normalization', 'compression', 'sharding', 'storage_type', 'encryption'].map(
        (field) => `POST /collections ${field}`,
      ),
      'POST /batch_delete config',
      'POST /intelligent_search domain_expansion',
      'POST /intelligent_search technical_focus',
      'POST /intelligent_search mmr_enabled',
      'POST /intelligent_search mmr_lambda',
      'POST /semantic_search semantic_reranking',
      'POST /semantic_search cross_encoder_reranking',
      'POST /contextual_search context_weight',
      'POST /contextual_search context_reranking',
      'POST /multi_collection_search cross_collection_reranking',
      'PUT /qdrant/collections/{c}/points wait',
      'PUT /qdrant/collections/{c}/points ordering',
      'POST /qdrant/collections/{c}/points/count exact',
      'POST /qdrant/collections/{c}/points/search params',
    ]);
    expect(fieldsWith('refused')).toEqual([
      'PATCH /collections/{c} dimension',
      'PATCH /collections/{c} metric',
      'PATCH /collections/{c} similarity_metric',
      'POST /insert public_key',
      'POST /insert_texts, an entry public_key',
      'POST /insert_vectors, an entry public_key',
      'PUT /qdrant/collections/{c}/points public_key',
    ]);
  });
});

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  collection = await setUp(api);
});

afterAll(async () => {
  await gateway.stop();
});

function refusal(errorType: string): unknown {
  return [400, expect.objectContaining({ error_type: errorType })];
}

describe('a refused field', () => {
  it.each(['dimension', 'metric', 'similarity_metric'])('is the %s of a collection that there is', async (field) => {
    expect(await api.outcome('PATCH', collection.path(), { [field]: 4 })).toEqual(refusal('invalid_configuration'));
  });

  it.each([
    ['/insert', { id: 'x', text: 'a', public_key: 'k' }],
    ['/insert_texts', { texts: [{ text: 'a', public_key: 'k' }] }],
    ['/insert_vectors', { vectors: [{ embedding: [1, 0, 0, 0], public_key: 'k' }] }],
  ])('is the key for encryption in %s', async (path, body) => {
    expect(await api.post(path, { collection: collection.name, ...body })).toEqual(refusal('encryption_error'));
  });

  it('is the key for encryption of points', async () => {
    const body = { points: [{ id: 1, vector: [1, 0, 0, 0] }], public_key: 'k' };
    expect(await api.outcome('PUT', `/qdrant/collections/${collection.name}/points`, body)).toEqual(refusal('encryption_error'));
  });
});

/** Of a type that no field of that name could be meant to have. */
const ANYTHING = [{ a: [null, 1e400] }];

describe('an ignored field', () => {
  it.each(['graph', 'normalization', 'compression', 'sharding', 'storage_type', 'encryption'])(
    'is %s of a new collection, whatever it says',
    async (field) => {
      expect((await api.create({ [field]: ANYTHING })).name).not.toBe('');
    },
  );

  it.each([
    ['/batch_delete', { ids: ['none'], config: ANYTHING }],
    ['/semantic_search', { query: 'a', semantic_reranking: ANYTHING, cross_encoder_reranking: ANYTHING }],
    ['/contextual_search', { query: 'a', context_weight: ANYTHING, context_reranking: ANYTHING }],
  ])('of %s may say anything', async (path, body) => {
    expect((await api.post(path, { collection: collection.name, ...body }))[0]).toBe(200);
  });

  it.each([
    ['PUT', '', { points: [{ id: 1, vector: [1, 0, 0, 0] }], wait: ANYTHING, ordering: ANYTHING }],
    ['POST', '/count', { exact: ANYTHING }],
    ['POST', '/search', { vector: [1, 0, 0, 0], params: ANYTHING }],
  ])('of %s /qdrant/…/points%s may say anything', async (method, after, body) => {
    expect((await api.outcome(method, `/qdrant/collections/${collection.name}/points${after}`, body))[0]).toBe(200);
  });
});

const UNDECLARED = { undeclared: ANYTHING };
const VECTOR = [1, 0, 0, 0];

describe('a field that is not declared', () => {
  it.each([
    ['/insert', { id: 'u', vector: VECTOR }],
    ['/insert_vectors', { vectors: [{ id: 'u', embedding: VECTOR, ...UNDECLARED }] }],
    ['/insert_texts', { texts: [{ id: 't', text: 'a', ...UNDECLARED }] }],
    ['/update', { id: 'vec_001', metadata: { x: 1 } }],
    ['/batch_update', { updates: [{ id: 'vec_001', metadata: { x: 1 }, ...UNDECLARED }] }],
    ['/batch_delete', { ids: ['none'] }],
    ['/search', { vector: VECTOR }],
    ['/batch_search', { queries: [{ vector: VECTOR, ...UNDECLARED }] }],
    ['/semantic_search', { query: 'a' }],
  ])('is ignored by %s, and in the objects within', async (path, body) => {
    const [status, answer] = await api.post(path, { collection: collection.name, ...body, ...UNDECLARED });
    expect([status, JSON.stringify(answer)]).toEqual([200, expect.not.stringContaining('undeclared')]);
  });

  it.each([
    ['POST', '/hybrid_search', { query: 'a' }],
    ['POST', '/explain', { vector: VECTOR }],
    ['POST', '/reindex', {}],
    ['POST', '/ttl', { ttl_secs: null }],
    ['POST', '/reencode', { target_encoding: 'fp32' }],
    ['PATCH', '', { hnsw_config: { m: 8, ...UNDECLARED }, quantization: { type: 'sq', ...UNDECLARED } }],
    ['PATCH', '/vectors/vec_001', { metadata: { x: 2 } }],
  ])('is ignored by %s /collections/{c}%s', async (method, after, body) => {
    const [status, answer] = await api.outcome(method, collection.path(after), { ...body, ...UNDECLARED });
    expect([status, JSON.stringify(answer)]).toEqual([200, expect.not.stringContaining('undeclared')]);
  });

  it('is ignored in points', async () => {
    const body = { points: [{ id: 2, vector: VECTOR, ...UNDECLARED }], ...UNDECLARED };
    expect((await api.outcome('PUT', `/qdrant/collections/${collection.name}/points`, body))[0]).toBe(200);
  });

  it('is a condition on a key of that name in a filter, and refused in a clause', async () => {
    const count = async (filter: object): Promise<unknown> => api.post('/search', { collection: collection.name, filter });
    expect(await count({ undeclared: 'a' })).toEqual([200, expect.objectContaining({ total: 0 })]);
    expect(await count({ must: [], undeclared: 'a' })).toEqual(refusal('parse_error'));
  });
});
