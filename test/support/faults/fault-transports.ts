import { type ServiceError, status } from '@grpc/grpc-js';
import { ChromaApi } from '../clients/chroma-api.js';
import { COLLECTIONS } from '../clients/chroma-client.js';
import { createIndex, PineconeApi } from '../clients/pinecone-api.js';
import { PineconeGrpc } from '../clients/pinecone-grpc.js';
import { VectorizerApi } from '../clients/vectorizer-api.js';
import type { TestGateway } from '../gateway/gateway.js';

/** Where the protocols are served. */
type Urls = Pick<TestGateway, 'chromaUrl' | 'pineconeUrl' | 'vectorizerUrl'>;

/** What a fault looks like, whatever the protocol. */
export type Trouble = 'database' | 'read_only' | 'capacity' | 'statement' | 'storage';

export interface TransportAnswer {
  /** HTTP's, or gRPC's. */
  readonly status: number;
  /** The parsed body, or the error's text. */
  readonly body: unknown;
  /** Of the header, or of the trailer: the latter in milliseconds. */
  readonly retryAfter: string | undefined;
}

/** One way into the gateway, to data that is there: three records of three dimensions. */
export interface Transport {
  readonly name: string;
  readonly succeeded: number;
  read(): Promise<TransportAnswer>;
  write(): Promise<TransportAnswer>;
  /** What a request is answered with. */
  expected(trouble: Trouble): TransportAnswer;
}

const MESSAGES: Readonly<Record<Trouble, string>> = {
  database: 'The database is not available; try again',
  read_only: 'The database takes no writes at the moment; try again',
  capacity: 'Too many requests at once; try again',
  statement: 'The request took too long',
  storage: "The database's disk is full",
};
const HTTP: Readonly<Record<Trouble, number>> = { database: 503, read_only: 503, capacity: 503, statement: 504, storage: 507 };
const GRPC: Readonly<Record<Trouble, number>> = {
  database: status.UNAVAILABLE,
  read_only: status.UNAVAILABLE,
  capacity: status.UNAVAILABLE,
  statement: status.DEADLINE_EXCEEDED,
  storage: status.RESOURCE_EXHAUSTED,
};
const VECTORIZER_TYPES: Readonly<Record<Trouble, string>> = {
  database: 'unavailable',
  read_only: 'unavailable',
  capacity: 'unavailable',
  statement: 'timeout',
  storage: 'storage_full',
};
const SECONDS: Readonly<Record<Trouble, number>> = { database: 1, read_only: 1, capacity: 1, statement: 1, storage: 5 };
const VERSION = { 'x-pinecone-api-version': '2025-10' };
const IDS = ['a', 'b', 'c'];
const EMBEDDINGS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const VECTORS = IDS.map((id, index) => ({ id, values: EMBEDDINGS[index] ?? [] }));

/** The five transports, each with a collection of its own; `close` them in the end. */
export async function openTransports(gateway: Urls): Promise<{ readonly transports: readonly Transport[]; close(): void }> {
  const index = await createIndex(gateway, { dimension: 3, metric: 'cosine' });
  const grpc = new PineconeGrpc(index.port);
  const transports = [
    await chromaTransport(gateway),
    await pineconeTransport(index),
    controlTransport(gateway, index.name),
    await grpcTransport(grpc),
    await vectorizerTransport(gateway),
  ];
  return {
    transports,
    close: () => {
      grpc.close();
    },
  };
}

async function chromaTransport(gateway: Urls): Promise<Transport> {
  const api = new ChromaApi(gateway.chromaUrl);
  const records = { ids: IDS, embeddings: EMBEDDINGS };
  const { id } = await api.filled(records);
  const post = async (action: string, body: object): Promise<TransportAnswer> =>
    httpAnswer(await api.call(`${COLLECTIONS}/${id}/${action}`, { body }));
  return {
    name: 'Chroma',
    succeeded: 200,
    read: () => post('query', { query_embeddings: [[1, 0, 0]], n_results: 2 }),
    write: () => post('upsert', records),
    expected: (trouble) => httpTrouble(trouble, { error: 'ChromaError', message: MESSAGES[trouble] }),
  };
}

async function pineconeTransport(index: PineconeApi): Promise<Transport> {
  const transport: Transport = {
    name: 'Pinecone',
    succeeded: 200,
    read: async () => httpAnswer(await index.call('/query', { body: { vector: [1, 0, 0], topK: 2 } })),
    write: async () => httpAnswer(await index.call('/vectors/upsert', { body: { vectors: VECTORS } })),
    expected: (trouble) => httpTrouble(trouble, { code: GRPC[trouble], message: MESSAGES[trouble], details: [] }),
  };
  await transport.write();
  return transport;
}

/** Pinecone's list of indexes, and a change of one. */
function controlTransport(gateway: Urls, name: string): Transport {
  const control = new PineconeApi(gateway.pineconeUrl);
  const codes: Readonly<Record<number, string>> = { 503: 'UNAVAILABLE', 504: 'DEADLINE_EXCEEDED', 507: 'RESOURCE_EXHAUSTED' };
  return {
    name: "Pinecone's control plane",
    succeeded: 200,
    read: async () => httpAnswer(await control.call('/indexes', { headers: VERSION })),
    write: async () => {
      const body = { deletion_protection: 'disabled' };
      const answer = httpAnswer(await control.call(`/indexes/${name}`, { method: 'PATCH', body, headers: VERSION }));
      // accepted, in this version of the API
      return answer.status === 202 ? { ...answer, status: 200 } : answer;
    },
    expected: (trouble) => {
      const error = { code: codes[HTTP[trouble]], message: MESSAGES[trouble] };
      return httpTrouble(trouble, { error, status: HTTP[trouble] });
    },
  };
}

async function grpcTransport(grpc: PineconeGrpc): Promise<Transport> {
  const call = async (method: string, message: Readonly<Record<string, unknown>>): Promise<TransportAnswer> => {
    try {
      return { status: status.OK, body: (await grpc.call(method, message)).message, retryAfter: undefined };
    } catch (error) {
      const { code, details, metadata } = error as ServiceError;
      return { status: code, body: details, retryAfter: metadata.get('grpc-retry-pushback-ms')[0]?.toString() };
    }
  };
  const transport: Transport = {
    name: 'Pinecone over gRPC',
    succeeded: status.OK,
    read: () => call('Query', { vector: [1, 0, 0], topK: 2 }),
    write: () => call('Upsert', { vectors: VECTORS }),
    expected: (trouble) => ({
      status: GRPC[trouble],
      body: MESSAGES[trouble],
      retryAfter: String(SECONDS[trouble] * 1_000),
    }),
  };
  await transport.write();
  return transport;
}

async function vectorizerTransport(gateway: Urls): Promise<Transport> {
  const api = new VectorizerApi(gateway.vectorizerUrl);
  const collection = await api.create({ dimension: 3 });
  const vectors = IDS.map((id, index) => ({ id, embedding: EMBEDDINGS[index] ?? [] }));
  await collection.fill(vectors);
  const post = async (path: string, body: object): Promise<TransportAnswer> => {
    const { status: code, body: answer, headers } = await api.call('POST', path, body);
    return { status: code, body: answer, retryAfter: headers['retry-after'] };
  };
  return {
    name: 'Vectorizer',
    succeeded: 200,
    read: () => post(collection.path('/search'), { vector: [1, 0, 0], limit: 2 }),
    write: () => post('/insert_vectors', { collection: collection.name, vectors }),
    expected: (trouble) =>
      httpTrouble(trouble, {
        error_type: VECTORIZER_TYPES[trouble],
        message: MESSAGES[trouble],
        status_code: HTTP[trouble],
      }),
  };
}

function httpAnswer(answer: { readonly status: number; readonly body: unknown; readonly headers: Headers }): TransportAnswer {
  return { status: answer.status, body: answer.body, retryAfter: answer.headers.get('retry-after') ?? undefined };
}

function httpTrouble(trouble: Trouble, body: unknown): TransportAnswer {
  return { status: HTTP[trouble], body, retryAfter: String(SECONDS[trouble]) };
}
