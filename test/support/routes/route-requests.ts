import type { Route } from './routes.js';

/** What a request is about. */
export interface Place {
  readonly tenant: string;
  readonly database: string;
  readonly collection: string;
  readonly uuid: string;
  readonly port: number;
  readonly host: string;
  /** A backup of the collection, a job that restored one, and a Pinecone collection made of it. */
  readonly backup: string;
  readonly job: string;
  /** A schedule of the collection's backups. */
  readonly schedule: string;
  readonly snapshot: string;
}

/** A request that a route may be called with. */
export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

type Body = (place: Place) => object;

const VECTOR = [1, 0.5];

/** A valid request of every route that needs one of its own, by the end of its key; the first that fits. */
const BODIES: readonly (readonly [end: string, body: Body])[] = [
  // Chroma, both versions
  ['POST /chroma/api/v2/tenants', ({ collection }) => ({ name: `tenant-made-${collection}` })],
  ['PATCH /chroma/api/v2/tenants/:tenant', () => ({ resource_name: 'resource' })],
  ['/chroma/api/v2/tenants/:tenant/databases', ({ collection }) => ({ name: `database-made-${collection}` })],
  ['POST /chroma/api/v1/tenants', ({ collection }) => ({ name: `tenant-made-1-${collection}` })],
  ['POST /chroma/api/v1/databases', ({ collection }) => ({ name: `database-made-1-${collection}` })],
  [
    'POST /chroma/api/v2/tenants/:tenant/databases/:database/collections',
    ({ collection }) => ({ name: `collection-made-${collection}` }),
  ],
  ['POST /chroma/api/v1/collections', ({ collection }) => ({ name: `collection-made-1-${collection}` })],
  ['PUT /chroma/api/v2/tenants/:tenant/databases/:database/collections/:uuid', () => ({ new_metadata: { changed: true } })],
  ['PUT /chroma/api/v1/collections/:uuid', () => ({ new_metadata: { changed: true } })],
  ['/add', () => ({ ids: ['x'], embeddings: [VECTOR], documents: ['x'] })],
  ['/upsert', (place) => ({ ...pineconeUpsert(place), ids: ['x'], embeddings: [VECTOR], documents: ['x'] })],
  ['/chroma/api/v2/tenants/:tenant/databases/:database/collections/:uuid/update', () => ({ ids: ['a'], documents: ['changed'] })],
  ['/chroma/api/v1/collections/:uuid/update', () => ({ ids: ['a'], documents: ['changed'], embeddings: [VECTOR] })],
  ['/get', () => ({ include: ['documents'] })],
  ['/fork', ({ collection }) => ({ new_name: `forked-${collection}` })],
  ['/functions/attach', () => ({ name: 'f', function_id: 'f', output_collection: 'o', params: {} })],
  ['/detach', () => ({ delete_output: false })],
  ['/api/v2/tenants/:tenant/databases/:database/collections/:uuid/search', () => ({ searches: [{}] })],
  // Pinecone
  ['/embed', () => ({ model: 'polyvec-local', inputs: [{ text: 'x' }], parameters: {}, text: 'x' })],
  ['/rerank', () => ({ model: 'polyvec-local', query: 'x', documents: [{ text: 'x' }] })],
  ['/pinecone/indexes/:index/backups', ({ collection }) => ({ name: `backup-made-${collection}` })],
  [
    '/backup-schedules',
    ({ collection }) => ({
      name: `schedule-made-${collection}`,
      schedule: { type: 'time-based', frequency: 'daily' },
      retention: { expire_after_days: 7 },
    }),
  ],
  ['PATCH /pinecone/backup-schedules/:id', () => ({ frequency: 'weekly' })],
  ['/create-index', ({ collection }) => ({ name: `index-restored-${collection}` })],
  [
    'POST /pinecone/indexes',
    ({ collection }) => ({
      name: `index-made-${collection}`,
      dimension: 2,
      spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
    }),
  ],
  [
    '/create-for-model',
    ({ collection }) => ({
      name: `index-model-${collection}`,
      cloud: 'aws',
      region: 'us-east-1',
      embed: { model: 'none', field_map: { text: 't' } },
    }),
  ],
  ['PATCH /pinecone/indexes/:name', () => ({ tags: { changed: 'yes' } })],
  ['POST /pinecone/collections', ({ collection }) => ({ name: `snapshot-made-${collection}`, source: `pod-${collection}` })],
  ['/bulk/imports', () => ({ uri: 'file:///films' })],
  ['/vectors/fetch_by_metadata', () => ({ filter: { kind: 'bee' } })],
  ['/vectors/update', () => ({ id: 'a', setMetadata: { changed: true } })],
  ['POST /chroma/api/v2/tenants/:tenant/databases/:database/collections/:uuid/delete', () => ({ ids: ['a'] })],
  ['POST /chroma/api/v1/collections/:uuid/delete', () => ({ ids: ['a'] })],
  ['/vectors/delete', () => ({ ids: ['a'] })],
  ['/describe_index_stats', () => ({})],
  ['POST /pinecone/_index/:index/namespaces', ({ collection }) => ({ name: `namespace-made-${collection}` })],
  ['POST /pinecone/_port/:port/namespaces', ({ collection }) => ({ name: `namespace-made-1-${collection}` })],
  ['POST /pinecone/_host/:host/namespaces', ({ collection }) => ({ name: `namespace-made-2-${collection}` })],
  ['/query', () => ({ topK: 2, vector: VECTOR, query_embeddings: [VECTOR], n_results: 2 })],
  // Vectorizer
  [
    'POST /vectorizer/collections',
    ({ collection }) => ({ name: `collection-made-v-${collection}`, dimension: 2, metric: 'cosine' }),
  ],
  ['/vectorizer/collections/:collection/rename', ({ collection }) => ({ new_name: `renamed-${collection}` })],
  ['PATCH /vectorizer/collections/:collection', () => ({ config: { changed: true } })],
  ['PUT /vectorizer/collections/:collection', () => ({ config: { changed: true } })],
  ['/vectorizer/vector', inCollection({ vector_id: 'a', id: 'a' })],
  ['/vectorizer/update', inCollection({ vector_id: 'a', id: 'a', payload: { changed: true } })],
  ['/vectors/*id/expiry', () => ({ ttl_seconds: 60, expires_at: null })],
  ['PUT /vectorizer/collections/:collection/vectors/*id', () => ({ vector: VECTOR, data: VECTOR, payload: { changed: true } })],
  ['PATCH /vectorizer/collections/:collection/vectors/*id', () => ({ payload: { changed: true } })],
  ['/batch_update', inCollection({ updates: [{ id: 'a', payload: { changed: true } }] })],
  ['/bulk_update_metadata', () => ({ filter: { kind: 'bee' }, updates: { changed: true }, metadata: { changed: true } })],
  ['/vectorizer/delete', inCollection({ vector_id: 'a', id: 'a' })],
  ['/batch_delete', inCollection({ ids: ['a'], vector_ids: ['a'] })],
  ['DELETE /vectorizer/collections/:collection/vectors', () => ({ ids: ['a'], vector_ids: ['a'] })],
  ['/delete_by_filter', () => ({ filter: { kind: 'bee' } })],
  ['/explain', () => ({ vector: VECTOR, query: 'x', limit: 2 })],
  ['/multi_collection_search', ({ collection }) => ({ query: 'x', vector: VECTOR, collections: [collection] })],
  ['/contextual_search', inCollection({ query: 'x', context_filters: {} })],
  ['/search/file', () => ({ file_path: 'x', limit: 2 })],
  ['/batch_search', inCollection({ queries: [{ vector: VECTOR, limit: 2 }] })],
  ['_search', inCollection({ query: 'x', vector: VECTOR, limit: 2 })],
  ['/search/text', inCollection({ query: 'x', limit: 2 })],
  ['/namespaces/:namespace/search', () => ({ query: { top_k: 2, vector: { values: VECTOR } } })],
  ['/points/search', () => ({ vector: VECTOR, limit: 2 })],
  ['/search', inCollection({ vector: VECTOR, limit: 2 })],
  ['/ttl', () => ({ ttl_secs: 60 })],
  ['/reindex', () => ({ m: 8 })],
  ['/reencode', () => ({ target_encoding: 'fp32' })],
  ['/insert', inCollection({ text: 'x', id: 'x', metadata: {} })],
  ['/insert_texts', inCollection({ texts: [{ id: 'x', text: 'x' }] })],
  ['/batch_insert', inCollection({ texts: [{ id: 'x', text: 'x' }] })],
  ['POST /vectorizer/collections/:collection/vectors', () => ({ vectors: [{ id: 'x', embedding: VECTOR }] })],
  ['/insert_vectors', inCollection({ vectors: [{ id: 'x', embedding: VECTOR }] })],
  ['PUT /vectorizer/qdrant/collections/:collection/points', () => ({ points: [{ id: 1, vector: VECTOR }] })],
  ['PUT /vectorizer/qdrant/collections/:collection', () => ({ vectors: { size: 2, distance: 'Cosine' } })],
  ['/points/delete', () => ({ points: ['a'] })],
  ['POST /vectorizer/qdrant/collections/:collection/points', () => ({ ids: ['a'] })],
  ['/points/count', () => ({})],
  ['/points/scroll', () => ({ limit: 2 })],
  [
    '/move',
    inCollection({ ids: ['a'], vector_ids: ['a'], destination: 'target', destination_collection: 'target', target: 'target' }),
  ],
  [
    '/copy',
    inCollection({ ids: ['a'], vector_ids: ['a'], destination: 'target', destination_collection: 'target', target: 'target' }),
  ],
];

function inCollection(body: object): Body {
  return ({ collection }) => ({ collection, collection_name: collection, ...body });
}

function pineconeUpsert({ collection }: Place): object {
  return { vectors: [{ id: 'x', values: VECTOR }], collection };
}

/** Paths of which a parameter means something of its own. */
const IDS: readonly (readonly [part: string, parameter: string, value: (place: Place) => string])[] = [
  ['/pinecone/backups', ':id', ({ backup }) => backup],
  ['/pinecone/backup-schedules', ':id', ({ schedule }) => schedule],
  ['/pinecone/restore-jobs', ':id', ({ job }) => job],
  ['/pinecone/collections', ':name', ({ snapshot }) => snapshot],
];

/** The route's request about a place: the parameters of its path filled in, and a body where it reads one. */
export function requestOf({ key, method, path }: Route, place: Place): RouteRequest {
  let filled = path;
  for (const [part, parameter, value] of IDS) if (path.startsWith(part)) filled = filled.replace(parameter, value(place));
  filled = filled
    .replace(':tenant', place.tenant)
    .replace(':database', place.database)
    .replace(':uuid', place.uuid)
    .replace(':crn', `${place.tenant}:${place.database}:${place.collection}`)
    .replace(/:(?:collection|index|name)\b/, place.collection)
    .replace(':port', String(place.port))
    .replace(':host', place.host)
    .replace(':namespace', '__default__')
    .replace(':operation', 'other')
    .replace(/\*id|:id/, 'a');
  if (path.includes('/api/v1/')) filled += `?tenant=${place.tenant}&database=${place.database}`;
  if (method === 'DELETE' && path.endsWith('/vectors/delete') && path.startsWith('/pinecone')) filled += '?ids=a';
  if (path.endsWith('/vectors/fetch')) filled += '?ids=a';
  const body = ['GET', 'HEAD'].includes(method) ? undefined : BODIES.find(([end]) => key.endsWith(end))?.[1](place);
  return { method, path: filled, body };
}
