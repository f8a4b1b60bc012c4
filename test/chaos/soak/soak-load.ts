import { randomUUID } from 'node:crypto';
import { type ServiceError, status } from '@grpc/grpc-js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import type { Message, PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { createFleetIndex, grpcClient } from '../../support/gateway/gateway-fleet.js';
import type { Instance } from '../promotion/promotion-transports.js';
import { oneOf, type Random } from '../promotion/promotion-writer.js';

/** Requests of all protocols to one gateway, whose data stays what it is in size. */
export interface SoakLoad {
  /** One request, of any kind. @throws Refusal, and Error when it is answered with neither that nor a success */
  one(): Promise<void>;
  close(): void;
}

const DIMENSION = 32;
/** Records that there can be in a collection: they are written again and again. */
const IDS = 2_000;
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];

/** An answer that says why there is none now, and when to come again. */
export class Refusal extends Error {}

type Request = () => Promise<void>;

/** Makes what the requests are about. @throws Error with the answer when something is refused */
export async function createSoakLoad(instance: Instance, random: Random): Promise<SoakLoad> {
  const names = { chroma: `soak-${randomUUID()}`, index: `soak-${randomUUID()}`, vectorizer: `soak-${randomUUID()}` };
  const collection = await new ChromaApi(instance.chromaUrl).createCollection({ name: names.chroma });
  const { host } = await createFleetIndex(instance, { name: names.index, dimension: DIMENSION, metric: 'cosine' });
  const grpc = grpcClient(instance, host);
  await accepted('POST', `${instance.vectorizerUrl}/collections`, {
    name: names.vectorizer,
    dimension: DIMENSION,
    metric: 'cosine',
  });
  const kinds: readonly Request[] = [
    ...chromaRequests(`${instance.chromaUrl}${COLLECTIONS}/${collection.id}`, random),
    ...pineconeRequests(`${instance.consoleUrl}/pinecone/_index/${names.index}`, random),
    ...grpcRequests(grpc, random),
    ...vectorizerRequests(`${instance.vectorizerUrl}/collections/${names.vectorizer}`, random),
  ];
  const rare: readonly Request[] = [...catalogRequests(instance), ...consoleRequests(instance)];
  return {
    one: () => (random(50) === 0 ? oneOf(rare, random)() : oneOf(kinds, random)()),
    close: () => {
      grpc.close();
    },
  };
}

function chromaRequests(url: string, random: Random): readonly Request[] {
  return [
    async () => {
      const ids = someIds(random);
      const documents = ids.map(() => `${oneOf(WORDS, random)} ${oneOf(WORDS, random)}`);
      const metadatas = ids.map(() => ({ word: oneOf(WORDS, random), number: random(100) }));
      await accepted('POST', `${url}/upsert`, { ids, embeddings: ids.map(() => vectorOf(random)), documents, metadatas });
    },
    () => accepted('POST', `${url}/query`, { query_embeddings: [vectorOf(random)], n_results: 10 }),
    () =>
      accepted('POST', `${url}/query`, {
        query_embeddings: [vectorOf(random)],
        n_results: 10,
        where: { word: oneOf(WORDS, random) },
      }),
    () => accepted('POST', `${url}/get`, { where: { number: { $gte: 90 } }, limit: 50 }),
    () => accepted('POST', `${url}/get`, { where_document: { $contains: oneOf(WORDS, random) }, limit: 20 }),
    () => accepted('POST', `${url}/delete`, { ids: someIds(random).slice(0, 3) }),
    () => accepted('GET', `${url}/count`),
  ];
}

function pineconeRequests(url: string, random: Random): readonly Request[] {
  return [
    () => accepted('POST', `${url}/vectors/upsert`, { vectors: someVectors(random) }),
    () => accepted('POST', `${url}/query`, { vector: vectorOf(random), topK: 10, includeMetadata: true }),
    () => accepted('POST', `${url}/query`, { vector: vectorOf(random), topK: 10, filter: { number: { $lt: random(100) } } }),
    () =>
      accepted(
        'GET',
        `${url}/vectors/fetch?${someIds(random)
          .map((id) => `ids=${id}`)
          .join('&')}`,
      ),
    () => accepted('GET', `${url}/vectors/list?limit=50`),
    () => accepted('POST', `${url}/describe_index_stats`, {}),
  ];
}

function grpcRequests(grpc: PineconeGrpc, random: Random): readonly Request[] {
  const call = async (method: string, message: Message): Promise<void> => {
    try {
      await grpc.call(method, message);
    } catch (error) {
      const { code, details, metadata } = error as ServiceError;
      const isRefused = code === status.UNAVAILABLE && metadata.get('grpc-retry-pushback-ms').length > 0;
      const message = `gRPC ${method}: ${String(code)} ${details}`;
      throw isRefused ? new Refusal(message) : new Error(message, { cause: error });
    }
  };
  return [
    () => call('Upsert', { vectors: someVectors(random) }),
    () => call('Query', { vector: vectorOf(random), topK: 10, includeValues: true }),
    () => call('Delete', { ids: someIds(random).slice(0, 3) }),
  ];
}

function vectorizerRequests(url: string, random: Random): readonly Request[] {
  const entries = (): readonly object[] =>
    someVectors(random).map(({ id, values, metadata }) => ({ id, embedding: values, payload: metadata }));
  return [
    () => accepted('POST', `${url}/insert_vectors`, { vectors: entries() }),
    () => accepted('POST', `${url}/search`, { vector: vectorOf(random), limit: 10 }),
    () => accepted('POST', `${url}/search`, { query: '', filter: { number: { $gt: 90 } }, limit: 20 }),
    () => accepted('GET', `${url}/vectors?limit=20`),
    () => accepted('POST', `${url}/batch_delete`, { ids: someIds(random).slice(0, 3) }),
  ];
}

/** What is made is removed again, each through its protocol. */
function catalogRequests(instance: Instance): readonly Request[] {
  const collections = `${instance.chromaUrl}${COLLECTIONS}`;
  return [
    async () => {
      const name = `brief-${randomUUID()}`;
      await accepted('POST', collections, { name });
      await accepted('DELETE', `${collections}/${name}`);
    },
    async () => {
      const name = `brief-${randomUUID()}`;
      const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
      await accepted('POST', `${instance.pineconeUrl}/indexes`, { name, dimension: DIMENSION, metric: 'cosine', spec });
      await accepted('DELETE', `${instance.pineconeUrl}/indexes/${name}`);
    },
    async () => {
      const name = `brief-${randomUUID()}`;
      await accepted('POST', `${instance.vectorizerUrl}/collections`, { name, dimension: DIMENSION, metric: 'cosine' });
      await accepted('DELETE', `${instance.vectorizerUrl}/collections/${name}`);
    },
  ];
}

function consoleRequests({ consoleUrl }: Instance): readonly Request[] {
  return [() => accepted('GET', `${consoleUrl}/metrics`), () => accepted('GET', `${consoleUrl}/livez`)];
}

async function accepted(method: string, url: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.ok) return;
  const message = `${method} ${new URL(url).pathname}: ${String(response.status)} ${text.slice(0, 500)}`;
  throw response.status >= 503 && response.headers.has('retry-after') ? new Refusal(message) : new Error(message);
}

function someVectors(
  random: Random,
): readonly { readonly id: string; readonly values: readonly number[]; readonly metadata: object }[] {
  return someIds(random).map((id) => ({
    id,
    values: vectorOf(random),
    metadata: { word: oneOf(WORDS, random), number: random(100) },
  }));
}

/** In a row, so that none comes twice. */
function someIds(random: Random): readonly string[] {
  const first = random(IDS - 10);
  return Array.from({ length: 1 + random(10) }, (_, index) => `r${String(first + index)}`);
}

function vectorOf(random: Random): readonly number[] {
  return Array.from({ length: DIMENSION }, () => random(2_001) / 1_000 - 1 + 0.0005);
}
