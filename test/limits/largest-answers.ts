import { METHODS } from '../support/clients/pinecone-grpc.js';
import { type Place, requestOf, type RouteRequest } from '../support/routes/route-requests.js';
import { allRoutes, type Route } from '../support/routes/routes.js';

/**
 * What becomes of the largest answer that a route can be asked for:
 * `spooled` it is whole, whatever its size; `small` it fits; `refused` the limit is named; `bounded` it holds no records, or a few.
 */
export type Fate = 'spooled' | 'small' | 'refused' | 'bounded';

interface Largest {
  readonly fate: Fate;
  /** Beside what the route needs to be valid. */
  readonly body?: object;
  readonly query?: string;
  /** It needs a collection that embeds texts. */
  readonly text?: true;
  /** It needs an index of documents. */
  readonly documents?: true;
}

/** Where the records are, and the same ones with an embedder. */
export interface AnswersPlace extends Place {
  readonly texts: string;
  /** The same ones as documents. */
  readonly documents: { readonly collection: string; readonly port: number };
}

/** The path of each text. */
export const FILE = 'x.md';
/** How many records there are, and their ids. */
export const RECORDS = 60;
export const IDS = Array.from({ length: RECORDS }, (_item, index) => `r${String(index)}`);
export const VECTOR = [1, 0];

const queries = (count: number): readonly (readonly number[])[] => new Array<readonly number[]>(count).fill(VECTOR);
const query = `?${IDS.map((id) => `ids=${id}`).join('&')}`;
const bounded: Largest = { fate: 'bounded' };

/** By protocol and handler. A route that reads and is not here fails the suite. */
const LARGEST: Readonly<Record<string, Largest>> = {
  'chroma CollectionsController.list': bounded,
  'chroma CollectionsController.count': bounded,
  'chroma CollectionsController.getByUuid': bounded,
  'chroma CollectionsController.getByName': bounded,
  'chroma CollectionsController.getByResourceName': bounded,
  'chroma CollectionsController.forkCount': bounded,
  'chroma RecordsController.get': { fate: 'spooled', body: {} },
  'chroma RecordsController.query': { fate: 'refused', body: { query_embeddings: queries(20_000), n_results: 1 } },
  'chroma RecordsController.count': bounded,
  'chroma RecordsController.indexingStatus': bounded,
  'chroma RecordsController.search': {
    fate: 'refused',
    body: {
      searches: new Array<object>(10).fill({
        rank: { $knn: { query: VECTOR, limit: RECORDS } },
        limit: { limit: 1_000 },
        select: { keys: ['#document', '#metadata', '#embedding', '#score'] },
      }),
    },
  },
  'chroma RecordsController.getFunction': bounded,
  'chroma V1CatalogController.list': bounded,
  'chroma V1CatalogController.count': bounded,
  'chroma V1CatalogController.getByName': bounded,
  'chroma V1RecordsController.get': { fate: 'spooled', body: { ids: IDS, include: ['documents', 'embeddings', 'metadatas'] } },
  'chroma V1RecordsController.query': { fate: 'refused', body: { query_embeddings: queries(2_000), n_results: 1 } },
  'chroma V1RecordsController.count': bounded,
  'pinecone VectorsController.query': {
    fate: 'refused',
    body: { vector: VECTOR, topK: 10_000, includeMetadata: true, includeValues: true },
  },
  'pinecone VectorsController.fetch': { fate: 'refused', query },
  'pinecone VectorsController.fetchByMetadata': { fate: 'refused', body: { filter: { k: { $eq: 1 } }, limit: 10_000 } },
  'pinecone VectorsController.list': { fate: 'small', query: '?limit=100' },
  'pinecone VectorsController.stats': bounded,
  'pinecone VectorsController.statsByQuery': bounded,
  'pinecone NamespacesController.list': bounded,
  'pinecone NamespacesController.describe': bounded,
  'pinecone RecordsController.search': {
    fate: 'refused',
    body: { query: { top_k: 10_000, vector: { values: VECTOR } } },
  },
  'pinecone DocumentsController.search': {
    fate: 'refused',
    documents: true,
    body: { score_by: [{ type: 'text', fields: ['body'], query: 'word' }], top_k: 10_000, include_fields: ['*'] },
  },
  'pinecone DocumentsController.fetch': { fate: 'refused', documents: true, body: { filter: { k: 1 }, limit: 10_000 } },
  'pinecone DocumentsController.list': { fate: 'small', documents: true, body: { limit: 100 } },
  'pinecone IndexesController.list': bounded,
  'pinecone IndexesController.describe': bounded,
  'pinecone BackupsController.listOfIndex': bounded,
  'pinecone BackupsController.listAll': bounded,
  'pinecone BackupsController.describe': bounded,
  'pinecone BackupSchedulesController.list': bounded,
  'pinecone BackupSchedulesController.describe': bounded,
  'pinecone BackupSchedulesController.history': bounded,
  'pinecone ImportsController.list': bounded,
  'pinecone ImportsController.describe': bounded,
  'pinecone RestoreJobsController.list': bounded,
  'pinecone RestoreJobsController.describe': bounded,
  'pinecone CollectionsController.list': bounded,
  'pinecone CollectionsController.describe': bounded,
  'pinecone InferenceController.embed': bounded,
  'pinecone InferenceController.rerank': bounded,
  'pinecone InferenceController.models': bounded,
  'pinecone InferenceController.model': bounded,
  'vectorizer CollectionsController.list': bounded,
  'vectorizer CollectionsController.listEmpty': bounded,
  'vectorizer CollectionsController.describe': bounded,
  'vectorizer CollectionsController.stats': bounded,
  'vectorizer ReadController.list': { fate: 'refused', query: '?limit=1000' },
  'vectorizer ReadController.get': bounded,
  'vectorizer ReadController.getByBody': bounded,
  'vectorizer SearchController.search': { fate: 'refused', body: { vector: VECTOR, limit: 10_000, with_vector: true } },
  'vectorizer SearchController.searchText': { fate: 'refused', text: true, body: { query: 'x y z', limit: 10_000 } },
  'vectorizer SearchController.searchFile': {
    fate: 'refused',
    text: true,
    body: { file_path: FILE, limit: 10_000 },
  },
  'vectorizer SearchController.searchMany': {
    fate: 'refused',
    body: { queries: queries(1_000).map((vector) => ({ vector, limit: 100 })) },
  },
  'vectorizer HybridController.search': {
    fate: 'refused',
    text: true,
    body: { query: 'x y z', limit: 10_000, dense_k: 10_000, sparse_k: 10_000 },
  },
  'vectorizer IntelligentController.intelligent': { fate: 'refused', text: true, body: { query: 'x y z', max_results: 10_000 } },
  'vectorizer IntelligentController.semantic': { fate: 'refused', text: true, body: { query: 'x y z', max_results: 10_000 } },
  'vectorizer IntelligentController.contextual': { fate: 'refused', text: true, body: { query: 'x y z', max_results: 10_000 } },
  'vectorizer IntelligentController.multiCollection': {
    fate: 'refused',
    text: true,
    body: { query: 'x y z', max_per_collection: 10_000, max_total_results: 10_000 },
  },
  'vectorizer ExplainController.explain': { fate: 'refused', body: { vector: VECTOR, limit: 10_000 } },
  'vectorizer SystemController.stats': bounded,
  'vectorizer SystemController.status': bounded,
  'vectorizer SystemController.progress': bounded,
  'vectorizer SystemController.embed': bounded,
  'vectorizer MaintenanceController.ttl': bounded,
  'vectorizer MaintenanceController.listSnapshots': bounded,
  'vectorizer QdrantCollectionsController.list': bounded,
  'vectorizer QdrantCollectionsController.describe': bounded,
  'vectorizer PointsController.get': bounded,
  'vectorizer PointsController.retrieve': { fate: 'small', body: { ids: IDS, with_vector: true } },
  'vectorizer PointsController.count': bounded,
  'vectorizer PointsController.scroll': { fate: 'small', body: { limit: 1_000, with_vector: true } },
  'vectorizer PointsController.search': { fate: 'small', body: { vector: VECTOR, limit: 10_000, with_payload: true } },
};

const handlerOf = ({ protocol, handler }: Route): string => `${protocol} ${handler}`;
const READS = allRoutes().filter(({ protocol, rule }) => protocol !== 'console' && rule === 'read');
/** Hosts of indexes need a domain; their handlers are those of the other two paths. */
const ASKED = READS.filter(({ path }) => !path.startsWith('/pinecone/_host/'));

/** Every route whose permission is to read, that nobody has stated the largest answer of; and what is stated of no route. */
export function unstatedRoutes(): readonly string[] {
  return READS.filter((route) => !(handlerOf(route) in LARGEST)).map(({ key }) => key);
}

export function statedOfNone(): readonly string[] {
  const handlers = new Set(READS.map(handlerOf));
  return Object.keys(LARGEST).filter((handler) => !handlers.has(handler));
}

/** The routes of that fate, each with the request that its answer is largest for. */
export function largestRequests(fate: Fate): readonly (readonly [key: string, request: (place: AnswersPlace) => RouteRequest])[] {
  return ASKED.filter((route) => LARGEST[handlerOf(route)]?.fate === fate).map((route) => [
    route.key,
    (place) => largestRequest(route, place),
  ]);
}

function largestRequest(route: Route, place: AnswersPlace): RouteRequest {
  const { body, query, text, documents } = LARGEST[handlerOf(route)] ?? {};
  const collection = text === true ? place.texts : place.collection;
  const request = requestOf(route, { ...place, collection, ...(documents === true && place.documents) });
  const names = { collection, collections: [collection] };
  return {
    method: request.method,
    path: query === undefined ? request.path : request.path.replace(/\?.*|$/, query),
    body: body === undefined ? request.body : { ...(route.protocol === 'vectorizer' && names), ...body },
  };
}

interface LargestCall {
  readonly fate: Fate | 'writes';
  readonly message?: Readonly<Record<string, unknown>>;
}

/** By method of gRPC. One that is not here fails the suite. */
const CALLS: Readonly<Record<string, LargestCall>> = {
  Upsert: { fate: 'writes' },
  Delete: { fate: 'writes' },
  Update: { fate: 'writes' },
  CreateNamespace: { fate: 'writes' },
  DeleteNamespace: { fate: 'writes' },
  Query: { fate: 'refused', message: { vector: VECTOR, topK: 10_000, includeMetadata: true, includeValues: true } },
  Fetch: { fate: 'refused', message: { ids: IDS } },
  FetchByMetadata: { fate: 'refused', message: { filter: { k: { $eq: 1 } }, limit: 10_000 } },
  List: { fate: 'small', message: { limit: 100 } },
  DescribeIndexStats: { fate: 'small', message: {} },
  ListNamespaces: { fate: 'small', message: { limit: 100 } },
  DescribeNamespace: { fate: 'small', message: { namespace: '__default__' } },
};

export function unstatedCalls(): readonly string[] {
  return METHODS.filter((method) => !(method in CALLS));
}

export function largestCalls(fate: Fate): readonly (readonly [method: string, message: Readonly<Record<string, unknown>>])[] {
  return METHODS.filter((method) => CALLS[method]?.fate === fate).map((method) => [method, CALLS[method]?.message ?? {}]);
}
