import { type AnswersPlace, type Fate, FILE, IDS, largestCalls, largestRequests } from '../../limits/largest-answers.js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { createIndex, PineconeApi } from '../../support/clients/pinecone-api.js';
import type { Message } from '../../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { RouteRequest } from '../../support/routes/route-requests.js';
import type { GatewayUrls } from '../mutated/fuzz-scene.js';

/** How many records there are in each collection, and how long their vectors are. */
export interface Sizes {
  readonly records: number;
  /** Of the vectors of the collection whose answers show them. */
  readonly dimension: number;
}

/** A search with the largest limit finds all, and vectors are as long as those of usual models. */
export const LARGEST: Sizes = { records: 10_000, dimension: 768 };
/** What a search may ask for, and what an answer has of each record. */
const LIMIT = 10_000;
const BATCH = 500;
const DOCUMENT = 'naïve “words” '.repeat(60);
const METADATA = { k: 1, text: 'x'.repeat(300), tags: ['a', 'b', 'c'], path: 'a.md' };
const FATES: readonly Fate[] = ['spooled', 'small', 'refused'];
const NAMESPACE = '/chroma/api/v2/tenants/default_tenant/databases/default_database/collections';

/** A request whose answer is as large as the budget of answers, and the limits of its protocol, allow. */
export interface LargeRequest {
  readonly name: string;
  readonly request: RouteRequest;
}

export interface LargeCall {
  readonly name: string;
  readonly method: string;
  readonly port: number;
  readonly message: Message;
}

export interface LargeAnswers {
  readonly requests: readonly LargeRequest[];
  readonly calls: readonly LargeCall[];
}

/** Collections of many records, and the requests whose answers are largest: of every route that reads records, and every method. */
export async function largeAnswers(urls: GatewayUrls, sizes: Sizes): Promise<LargeAnswers> {
  const narrow = await index(urls, { ...sizes, dimension: 2 });
  const wide = await index(urls, sizes);
  await fillTexts(urls, sizes);
  const documents = await fillDocuments(urls, sizes);
  const at = {
    tenant: 'default_tenant',
    database: 'default_database',
    host: 'none-0000000',
    backup: narrow.uuid,
    schedule: narrow.uuid,
  };
  const place: AnswersPlace = { ...at, ...narrow, job: narrow.uuid, snapshot: 'none', texts: 'texts', documents };
  const requests = FATES.flatMap((fate) =>
    largestRequests(fate).map(([name, request]): LargeRequest => ({ name, request: request(place) })),
  );
  const calls = FATES.flatMap((fate) =>
    largestCalls(fate).map(([method, message]) => ({ name: `gRPC ${method}`, method, port: narrow.port, message })),
  );
  return { requests: [...requests, ...wideRequests(wide, sizes)], calls: [...calls, ...wideCalls(wide.port, sizes)] };
}

interface Place {
  readonly collection: string;
  readonly uuid: string;
  readonly port: number;
}

async function index(urls: GatewayUrls, { records, dimension }: Sizes): Promise<Place> {
  const { name, port } = await createIndex(urls, { dimension, metric: 'cosine' });
  const chroma = new ChromaApi(urls.chromaUrl);
  const collections = NAMESPACE.replace('/chroma', '');
  const { id: uuid } = (await chroma.call(`${collections}/${name}`)).body as { readonly id: string };
  for (let start = 0; start < records; start += BATCH) {
    const ids = Array.from({ length: BATCH }, (_item, at) => `r${String(start + at)}`);
    const embeddings = ids.map((_id, at) => Array.from({ length: dimension }, (_number, place) => Math.sin(start + at + place)));
    const body = { ids, embeddings, documents: ids.map(() => DOCUMENT), metadatas: ids.map(() => METADATA) };
    const { status } = await chroma.call(`${collections}/${uuid}/add`, { body });
    if (status > 299) throw new Error(`add: ${String(status)}`);
  }
  return { collection: name, uuid, port };
}

/** In a collection that embeds the texts of a search. */
async function fillTexts({ vectorizerUrl }: GatewayUrls, { records }: Sizes): Promise<void> {
  const vectorizer = new VectorizerApi(vectorizerUrl);
  await vectorizer.create({ name: 'texts', dimension: 64 });
  for (let start = 0; start < records; start += BATCH) {
    const metadata = { file_path: FILE, large: DOCUMENT };
    const texts = Array.from({ length: BATCH }, (_item, at) => ({ id: `t${String(start + at)}`, text: 'x y z', metadata }));
    await vectorizer.call('POST', '/insert_texts', { collection: 'texts', texts });
  }
}

async function fillDocuments({ pineconeUrl }: GatewayUrls, { records }: Sizes): Promise<AnswersPlace['documents']> {
  const headers = { 'x-pinecone-api-version': '2026-07' };
  const body = { name: 'documents', schema: { fields: { body: { type: 'string', full_text_search: {} } } } };
  const { host } = (await new PineconeApi(pineconeUrl).call('/indexes', { body, headers })).body as { readonly host: string };
  const port = Number(host.slice(host.lastIndexOf(':') + 1));
  const api = new PineconeApi(`http://127.0.0.1:${String(port)}`);
  for (let start = 0; start < records; start += BATCH / 5) {
    const documents = Array.from({ length: BATCH / 5 }, (_item, at) => ({
      _id: `d${String(start + at)}`,
      body: `word ${DOCUMENT}`,
      k: 1,
    }));
    await api.call('/namespaces/__default__/documents/upsert', { body: { documents }, headers });
  }
  return { collection: 'documents', port };
}

/** What shows vectors, of long ones. */
function wideRequests({ collection, uuid, port }: Place, { dimension }: Sizes): readonly LargeRequest[] {
  const vector = Array.from({ length: dimension }, () => 1);
  const post = (name: string, path: string, body: object): LargeRequest => ({ name, request: { method: 'POST', path, body } });
  const get = (name: string, path: string): LargeRequest => ({ name, request: { method: 'GET', path, body: undefined } });
  const pinecone = `/pinecone/_port/${String(port)}`;
  const vectorizer = `/vectorizer/collections/${collection}`;
  const qdrant = `/vectorizer/qdrant/collections/${collection}/points`;
  const ids = IDS.length * 10;
  return [
    post('chroma query, long vectors', `${NAMESPACE}/${uuid}/query`, {
      query_embeddings: [vector],
      n_results: LIMIT,
      include: ['embeddings', 'metadatas'],
    }),
    post('chroma get, long vectors', `${NAMESPACE}/${uuid}/get`, { include: ['embeddings', 'documents', 'metadatas'] }),
    post('pinecone query, long vectors', `${pinecone}/query`, {
      vector,
      topK: LIMIT,
      includeValues: true,
      includeMetadata: false,
    }),
    get(
      'pinecone fetch, long vectors',
      `${pinecone}/vectors/fetch?${Array.from({ length: ids }, (_item, at) => `ids=r${String(at)}`).join('&')}`,
    ),
    post('pinecone fetch_by_metadata, long vectors', `${pinecone}/vectors/fetch_by_metadata`, {
      filter: { k: { $eq: 1 } },
      limit: LIMIT,
    }),
    post('vectorizer search, long vectors', `${vectorizer}/search`, { vector, limit: LIMIT, with_vector: true }),
    post('vectorizer batch_search, long vectors', `${vectorizer}/batch_search`, {
      queries: new Array<object>(50).fill({ vector, limit: 100 }),
    }),
    get('vectorizer vectors, long ones', `${vectorizer}/vectors?limit=1000`),
    post('qdrant scroll, long vectors', `${qdrant}/scroll`, { limit: 1_000, with_vector: true }),
    post('qdrant search, long vectors', `${qdrant}/search`, { vector, limit: 1_000, with_vector: true, with_payload: true }),
  ];
}

function wideCalls(port: number, { dimension }: Sizes): readonly LargeCall[] {
  const vector = Array.from({ length: dimension }, () => 1);
  return [
    { name: 'gRPC Query, long vectors', method: 'Query', port, message: { vector, topK: LIMIT, includeValues: true } },
    {
      name: 'gRPC FetchByMetadata, long vectors',
      method: 'FetchByMetadata',
      port,
      message: { filter: { k: { $eq: 1 } }, limit: LIMIT },
    },
  ];
}
