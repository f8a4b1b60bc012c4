import { randomUUID } from 'node:crypto';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { type Message, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import type { TestGateway } from '../support/gateway/gateway.js';

/** What limits bind, in each protocol's own form: what a limit bounds is a parameter, everything else is as little as can be. */

export const TRANSPORTS = ['chroma', 'pinecone', 'grpc', 'vectorizer'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** HTTP status and body, or gRPC's code and text. */
export type Answer = readonly [status: number, body: unknown];

/** A record; its embedding is any that fits. */
export interface SentRecord {
  readonly id: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly document?: string;
}

/** One place that holds a record called `base`, and nothing else has. */
export interface Transport {
  write(records: readonly SentRecord[]): Promise<Answer>;
  delete(ids: readonly string[]): Promise<Answer>;
  /** By so many queries, which only Chroma may have more than one of. */
  search(results: number, queries?: number): Promise<Answer>;
  /** A filter in the language that all of them share. */
  select(filter: object): Promise<Answer>;
  create(name: string): Promise<Answer>;
  /** The ids that are stored, and the names of what there is. */
  state(): Promise<unknown>;
}

/** The transports of one gateway. */
export interface Transports {
  open(name: TransportName): Promise<Transport>;
  close(): void;
}

const DENSE = { dimension: 4, metric: 'cosine' };
const EMBEDDING = [1, 0, 0, 0];
const BASE = [{ id: 'base' }];

export async function transportsOf(gateway: TestGateway): Promise<Transports> {
  const index = await createIndex(gateway, DENSE);
  const grpc = new PineconeGrpc(index.port);
  const makers: Readonly<Record<TransportName, () => Promise<Transport>>> = {
    chroma: () => chromaTransport(new ChromaApi(gateway.chromaUrl)),
    pinecone: () => Promise.resolve(pineconeTransport(index, new PineconeApi(gateway.pineconeUrl))),
    grpc: () => Promise.resolve(grpcTransport(grpc, `n-${randomUUID()}`)),
    vectorizer: () => vectorizerTransport(new VectorizerApi(gateway.vectorizerUrl)),
  };
  return {
    open: async (name) => {
      const transport = await makers[name]();
      const [status, body] = await transport.write(BASE);
      if (status >= 300) throw new Error(`${name}: ${JSON.stringify(body)}`);
      return transport;
    },
    close: () => {
      grpc.close();
    },
  };
}

async function chromaTransport(api: ChromaApi): Promise<Transport> {
  const collection = await api.createCollection();
  return {
    write: (records) =>
      collection.outcome('upsert', {
        ids: records.map(({ id }) => id),
        embeddings: records.map(() => EMBEDDING),
        metadatas: records.map(({ metadata }) => metadata ?? null),
        documents: records.map(({ document }) => document ?? null),
      }),
    delete: (ids) => collection.outcome('delete', { ids }),
    search: (results, queries = 1) =>
      collection.outcome('query', { query_embeddings: new Array(queries).fill(EMBEDDING), n_results: results }),
    select: (where) => collection.outcome('get', { where }),
    create: (name) => api.outcome(COLLECTIONS, { name }),
    state: async () => {
      const names = (await api.call(COLLECTIONS)).body as readonly { readonly name: string }[];
      return [await collection.ids(), names.map(({ name }) => name).sort()];
    },
  };
}

function pineconeTransport(index: IndexApi, control: PineconeApi): Transport {
  const namespace = index.namespace();
  return {
    write: (records) => namespace.outcome('/vectors/upsert', { vectors: records.map(toVector) }),
    delete: (ids) => namespace.outcome('/vectors/delete', { ids }),
    search: (topK) => namespace.outcome('/query', { vector: EMBEDDING, topK }),
    select: (filter) => namespace.outcome('/query', { vector: EMBEDDING, topK: 1, filter }),
    create: (name) => {
      const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
      return control.outcome('/indexes', { body: { name, spec, ...DENSE } });
    },
    state: async () => [await namespace.ids(), namesOf((await control.call('/indexes')).body, 'indexes')],
  };
}

function grpcTransport(grpc: PineconeGrpc, namespace: string): Transport {
  const call = (method: string, message: Message): Promise<Answer> => grpc.outcome(method, { namespace, ...message });
  return {
    write: (records) => call('Upsert', { vectors: records.map(toVector) }),
    delete: (ids) => call('Delete', { ids }),
    search: (topK) => call('Query', { vector: EMBEDDING, topK }),
    select: (filter) => call('Query', { vector: EMBEDDING, topK: 1, filter }),
    create: (name) => call('Upsert', { namespace: name, vectors: BASE.map(toVector) }),
    state: async () => [await call('List', {}), await grpc.outcome('ListNamespaces')],
  };
}

async function vectorizerTransport(api: VectorizerApi): Promise<Transport> {
  const collection = await api.create();
  const path = `/collections/${collection.name}`;
  return {
    write: (records) =>
      api.post(`${path}/insert_vectors`, {
        vectors: records.map(({ id, metadata, document }) => ({ id, vector: EMBEDDING, payload: metadata, text: document })),
      }),
    delete: (ids) => api.post(`${path}/batch_delete`, { ids }),
    search: (limit) => api.post(`${path}/search`, { vector: EMBEDDING, limit }),
    select: (filter) => api.post(`${path}/search`, { query: '', filter, limit: 1 }),
    create: (name) => api.post('/collections', { name, ...DENSE }),
    state: async () => [await collection.ids(), namesOf((await api.call('GET', '/collections')).body, 'collections')],
  };
}

function toVector({ id, metadata, document }: SentRecord): {
  readonly id: string;
  readonly values: readonly number[];
  readonly metadata?: object;
} {
  const text = document === undefined ? {} : { 'chroma:document': document };
  return { id, values: EMBEDDING, metadata: { ...metadata, ...text } };
}

function namesOf(body: unknown, key: string): readonly string[] {
  const list = (body as Readonly<Record<string, readonly { readonly name: string }[]>>)[key] ?? [];
  return list.map(({ name }) => name).sort();
}
