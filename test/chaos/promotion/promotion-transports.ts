import { type Answer, ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { type Match, PineconeApi, type Vector } from '../../support/clients/pinecone-api.js';
import { type Answer as VectorizerAnswer, type StoredVector, VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { Condition, Metric, Seen, Stored } from './promotion-model.js';

/** Where an instance of the gateway is. */
export interface Instance {
  readonly chromaUrl: string;
  readonly consoleUrl: string;
  readonly pineconeUrl: string;
  readonly vectorizerUrl: string;
}

/** What the calls are about. Its name may change while they run. */
export interface Target {
  readonly uuid: string;
  readonly metric: Metric;
  name: string;
  /** One up when a rename begins, and again when it ends. */
  renames: number;
}

/** An answer that is neither a success nor the absence of what was asked for. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`${String(status)} ${text}`);
  }
}

/** Reads of one namespace of one collection, through one protocol at one instance. @throws Refused */
export interface ReadTransport {
  /** For people. */
  readonly name: string;
  /** Whether `all` and `where` are in the order of first insert. */
  readonly inOrder: boolean;
  all(): Promise<readonly Seen[]>;
  byIds(ids: readonly string[]): Promise<readonly Seen[]>;
  where(condition: Condition): Promise<readonly Seen[]>;
  /** The best of those that meet the condition; with distances. */
  nearest(embedding: readonly number[], condition: Condition, limit: number): Promise<readonly Seen[]>;
  count(): Promise<unknown>;
  /** Those of all records, in no order; may take several requests, which see several moments. */
  ids(): Promise<readonly Seen[]>;
}

/** Writes to one namespace of one collection, through one protocol at one instance. @throws Refused */
export interface WriteTransport {
  readonly name: string;
  /** The most records that `update` takes. */
  readonly maxUpdates: number;
  readonly hasDocuments: boolean;
  add(records: readonly Stored[]): Promise<void>;
  upsert(records: readonly Stored[]): Promise<void>;
  /** Embeddings or metadata and documents of records that there are. */
  update(records: readonly Stored[], part: 'embedding' | 'metadata'): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  removeWhere(condition: Condition): Promise<void>;
  /** Everything in the namespace. */
  clear(): Promise<void>;
}

/** Everything in a namespace, at most: a Pinecone query takes no larger number. */
const ALL = 10_000;
const DOCUMENT = 'chroma:document';

interface ChromaRecords {
  readonly ids: readonly string[];
  readonly embeddings: readonly (readonly number[] | null)[];
  readonly metadatas: readonly Readonly<Record<string, unknown>>[];
  readonly documents: readonly (string | null)[];
}

interface ListPage {
  readonly vectors: readonly { readonly id: string }[];
  readonly pagination?: { readonly next: string };
}

/** Chroma, which has the default namespace alone. */
export function chromaTransport(instance: Instance, { uuid }: Target): ReadTransport & WriteTransport {
  const api = new ChromaApi(instance.chromaUrl);
  const post = async (call: string, body: object): Promise<unknown> =>
    bodyOf(await api.call(`${COLLECTIONS}/${uuid}/${call}`, { body }));
  const include = ['embeddings', 'metadatas', 'documents'];
  const get = async (body: object): Promise<readonly Seen[]> =>
    chromaRecords((await post('get', { ...body, include })) as ChromaRecords);
  const done = async (call: string, body: object): Promise<void> => {
    await post(call, body);
  };
  return {
    name: `Chroma ${instance.chromaUrl}`,
    inOrder: true,
    maxUpdates: Infinity,
    hasDocuments: true,
    all: () => get({}),
    byIds: (ids) => get({ ids }),
    where: (condition) => get(chromaWhere(condition)),
    nearest: async (embedding, condition, limit) => {
      const request = { query_embeddings: [embedding], n_results: limit, include: [...include, 'distances'] };
      const answer = (await post('query', { ...request, ...chromaWhere(condition) })) as Record<
        string,
        readonly unknown[] | null
      >;
      const only = Object.fromEntries(Object.entries(answer).map(([key, lists]) => [key, lists?.[0]]));
      const { distances, ...columns } = only as unknown as ChromaRecords & { readonly distances: readonly number[] };
      return chromaRecords(columns).map((record, index) => ({ ...record, distance: distances[index] ?? NaN }));
    },
    count: async () => bodyOf(await api.call(`${COLLECTIONS}/${uuid}/count`)),
    ids: async () => ((await post('get', { include: [] })) as ChromaRecords).ids.map((id) => ({ id })),
    add: (records) => done('add', chromaColumns(records)),
    upsert: (records) => done('upsert', chromaColumns(records)),
    update: (records, part) => {
      const { ids, embeddings, metadatas, documents } = chromaColumns(records);
      return done('update', part === 'embedding' ? { ids, embeddings } : { ids, metadatas, documents });
    },
    remove: (ids) => done('delete', { ids }),
    removeWhere: (condition) => done('delete', chromaWhere(condition)),
    clear: () => done('delete', { where: { marker: { $gte: 0 } } }),
  };
}

/** Pinecone, whose queries are complete up to ten thousand records. */
export function pineconeTransport(instance: Instance, target: Target, namespace: string): ReadTransport & WriteTransport {
  const api = (): PineconeApi => new PineconeApi(`${instance.consoleUrl}/pinecone/_index/${target.name}`);
  const post = async (path: string, body: object): Promise<unknown> =>
    bodyOf(await api().call(path, { body: { namespace, ...body }, headers: { 'x-pinecone-api-version': '2025-10' } }));
  const query = async (vector: readonly number[], filter: Condition | undefined, topK: number): Promise<readonly Seen[]> => {
    const body = { vector, topK, includeValues: true, includeMetadata: true, ...(filter && pineconeFilter(filter)) };
    const { matches } = (await post('/query', body)) as { readonly matches: readonly Match[] };
    return matches.map((match) => ({ ...pineconeRecord(match), distance: pineconeDistance(target.metric, match.score) }));
  };
  // any will do: all are found
  const anywhere = [1, ...new Array<number>(7).fill(0)];
  const remove = async (body: object): Promise<void> => {
    // the namespace of a record that is not there need not be there either
    await post('/vectors/delete', body).catch((error: unknown) => {
      if (!(error instanceof Refused && error.message.includes('Namespace not found'))) throw error;
    });
  };
  const upsert = async (records: readonly Stored[]): Promise<void> => {
    await post('/vectors/upsert', {
      vectors: records.map(({ id, embedding, metadata }) => ({ id, values: embedding, metadata })),
    });
  };
  return {
    name: `Pinecone ${instance.consoleUrl} ${JSON.stringify(namespace)}`,
    inOrder: false,
    maxUpdates: 1,
    hasDocuments: false,
    all: async () => withoutDistances(await query(anywhere, undefined, ALL)),
    byIds: async (ids) => {
      const answer = await api().call('/vectors/fetch', { query: { namespace, ids } });
      const { vectors } = bodyOf(answer) as { readonly vectors: Readonly<Record<string, Vector>> };
      return Object.values(vectors).map(pineconeRecord);
    },
    where: async (condition) => withoutDistances(await query(anywhere, condition, ALL)),
    nearest: query,
    count: async () => {
      const { namespaces } = bodyOf(await api().call('/describe_index_stats', { method: 'POST' })) as {
        readonly namespaces: Readonly<Record<string, { readonly vectorCount: number }>>;
      };
      return (namespaces[namespace] ?? namespaces[namespace === '' ? '__default__' : namespace])?.vectorCount ?? 0;
    },
    ids: async () => {
      const listed: Seen[] = [];
      let token: string | undefined = '';
      while (token !== undefined) {
        const query = { namespace, limit: 100, ...(token !== '' && { paginationToken: token }) };
        const page = bodyOf(await api().call('/vectors/list', { query })) as ListPage;
        listed.push(...page.vectors.map(({ id }) => ({ id })));
        token = page.pagination?.next;
      }
      return listed;
    },
    add: upsert,
    upsert,
    update: async ([record], part) => {
      if (record === undefined) return;
      const { id, embedding, metadata } = record;
      await post('/vectors/update', part === 'embedding' ? { id, values: embedding } : { id, setMetadata: metadata });
    },
    remove: (ids) => remove({ ids }),
    removeWhere: (condition) => remove(pineconeFilter(condition)),
    clear: () => remove({ deleteAll: true }),
  };
}

/** Vectorizer, which has the default namespace alone. */
export function vectorizerTransport(instance: Instance, target: Target): ReadTransport {
  const api = new VectorizerApi(instance.vectorizerUrl);
  const call = async (method: string, path: string, body?: object): Promise<unknown> =>
    bodyOf(await api.call(method, `/collections/${encodeURIComponent(target.name)}${path}`, body));
  const list = async (query: string): Promise<readonly Seen[]> =>
    ((await call('GET', `/vectors?${query}`)) as { readonly vectors: readonly StoredVector[] }).vectors.map((vector) =>
      vectorizerRecord(vector, target.metric),
    );
  const search = async (body: object): Promise<readonly (Seen & { readonly score: number })[]> => {
    const { results } = (await call('POST', '/search', { limit: ALL, with_vector: true, ...body })) as {
      readonly results: readonly (StoredVector & { readonly score: number })[];
    };
    return results.map((hit) => ({ ...vectorizerRecord(hit, target.metric), score: hit.score }));
  };
  return {
    name: `Vectorizer ${instance.vectorizerUrl}`,
    inOrder: true,
    all: () => list('limit=1000'),
    byIds: (ids) => list(`limit=1000&ids=${ids.map(encodeURIComponent).join(',')}`),
    where: async (condition) => search({ query: '', filter: condition }),
    nearest: async (vector, condition, limit) =>
      (await search({ vector, filter: condition, limit })).map(({ score, ...seen }) => ({
        ...seen,
        distance: vectorizerDistance(target.metric, score),
      })),
    count: async () => ((await call('GET', '')) as { readonly vector_count: unknown }).vector_count,
    ids: async () => (await search({ query: '', with_vector: false })).map(({ id }) => ({ id })),
  };
}

function bodyOf({ status, text, body }: Pick<Answer | VectorizerAnswer, 'status' | 'text' | 'body'>): unknown {
  if (status < 200 || status > 299) throw new Refused(status, text);
  return body;
}

function chromaRecords({ ids, embeddings, metadatas, documents }: ChromaRecords): readonly Seen[] {
  return ids.map((id, index) => ({
    id,
    embedding: embeddingOf(embeddings[index]),
    metadata: metadatas[index] ?? {},
    document: documents[index] ?? null,
  }));
}

/** An answer that should show one and does not has none. */
function embeddingOf(shown: readonly number[] | null | undefined): readonly number[] {
  return shown ?? [];
}

function chromaColumns(records: readonly Stored[]): ChromaRecords {
  return {
    ids: records.map(({ id }) => id),
    embeddings: records.map(({ embedding }) => embedding),
    metadatas: records.map(({ metadata }) => metadata),
    documents: records.map(({ document }) => document ?? null),
  };
}

function chromaWhere(condition: Condition): { readonly where?: object } {
  const parts = Object.entries(condition).map(([field, value]) => ({ [field]: { $eq: value as unknown } }));
  const [first, ...others] = parts;
  if (first === undefined) return {};
  return { where: others.length === 0 ? first : { $and: parts } };
}

function pineconeFilter(condition: Condition): { readonly filter?: object } {
  return Object.keys(condition).length === 0 ? {} : { filter: condition };
}

function pineconeRecord({ id, values, metadata }: Vector): Seen {
  const { [DOCUMENT]: document = null, ...rest } = metadata ?? {};
  return { id, embedding: embeddingOf(values), metadata: rest, document: document as string | null };
}

/** They are those of no question. */
function withoutDistances(seen: readonly Seen[]): readonly Seen[] {
  return seen.map(({ id, embedding, metadata, document }) => ({
    id,
    ...(embedding && { embedding }),
    ...(metadata && { metadata }),
    ...(document !== undefined && { document }),
  }));
}

function pineconeDistance(metric: Metric, score: number): number {
  return metric === 'l2' ? score : 1 - score;
}

/** Without the embedding when it is shown at length one. */
function vectorizerRecord({ id, vector, payload, content }: StoredVector, metric: Metric): Seen {
  return { id, metadata: payload, document: content ?? null, ...(metric === 'cosine' ? {} : { embedding: embeddingOf(vector) }) };
}

function vectorizerDistance(metric: Metric, score: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - score;
    case 'l2':
      return (1 / score - 1) ** 2;
    case 'ip':
      return 1 + Math.log(1 / score - 1);
  }
}
