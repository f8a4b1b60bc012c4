import type { ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { createIndex } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { TestGateway } from '../../support/gateway/gateway.js';

export interface WriterFigures {
  /** Batches that were acknowledged. */
  readonly acknowledged: number;
  /** What was answered to the others. */
  readonly refusals: readonly string[];
}

interface Writes {
  readonly writers: number;
  readonly rounds: number;
  readonly ids: number;
  readonly seed: number;
}

/** Writes a batch; undefined, or what was answered instead of an acknowledgement. */
type Upsert = (ids: readonly string[], round: number) => Promise<string | undefined>;

/** So many writers at once in each protocol, who write the same ids again and again, each in an order of its own. */
export async function runShuffledWriters(gateway: TestGateway, { writers, rounds, ids, seed }: Writes): Promise<WriterFigures> {
  const index = await createIndex(gateway, { dimension: 2, metric: 'euclidean' });
  const grpc = new PineconeGrpc(index.port);
  const names = Array.from({ length: ids }, (_, number) => `id-${String(number)}`);
  const refusals: string[] = [];
  let acknowledged = 0;
  try {
    const upserts = [await chroma(gateway), pinecone(index), overGrpc(grpc), await vectorizer(gateway)];
    const orders = fc.sample(fc.shuffledSubarray(names, { minLength: ids }), { numRuns: writers * rounds, seed });
    const write = async (upsert: Upsert, writer: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const refusal = await upsert(orders[writer * rounds + round] ?? names, round);
        if (refusal === undefined) acknowledged += 1;
        else refusals.push(refusal);
      }
    };
    await Promise.all(upserts.flatMap((upsert) => Array.from({ length: writers }, (_, writer) => write(upsert, writer))));
  } finally {
    grpc.close();
  }
  return { acknowledged, refusals };
}

async function chroma(gateway: TestGateway): Promise<Upsert> {
  const collection = await new ChromaApi(gateway.chromaUrl).createCollection();
  return async (ids, round) => {
    const records = { ids, embeddings: ids.map((_, index) => [index + 1, round]), metadatas: ids.map(() => ({ round })) };
    const { status, text } = await collection.post('upsert', records);
    return status === 200 ? undefined : `Chroma: ${String(status)} ${text}`;
  };
}

function pinecone(index: Awaited<ReturnType<typeof createIndex>>): Upsert {
  const namespace = index.namespace();
  return async (ids, round) => {
    const { status, text } = await namespace.post('/vectors/upsert', { vectors: vectorsOf(ids, round) });
    return status === 200 ? undefined : `Pinecone: ${String(status)} ${text}`;
  };
}

function overGrpc(grpc: PineconeGrpc): Upsert {
  return async (ids, round) => {
    try {
      await grpc.call('Upsert', { namespace: 'over-grpc', vectors: vectorsOf(ids, round) });
      return undefined;
    } catch (error) {
      const { code, details } = error as ServiceError;
      return `gRPC: ${String(code)} ${details}`;
    }
  };
}

async function vectorizer(gateway: TestGateway): Promise<Upsert> {
  const api = new VectorizerApi(gateway.vectorizerUrl);
  const { name } = await api.create({ dimension: 2, metric: 'euclidean' });
  return async (ids, round) => {
    const vectors = ids.map((id, index) => ({ id, embedding: [index + 1, round], payload: { round } }));
    const { status, text, body } = await api.call('POST', '/insert_vectors', { collection: name, vectors });
    const isWhole = status === 200 && (body as { readonly failed: number }).failed === 0;
    return isWhole ? undefined : `Vectorizer: ${String(status)} ${text}`;
  };
}

function vectorsOf(ids: readonly string[], round: number): readonly object[] {
  return ids.map((id, index) => ({ id, values: [index + 1, round], metadata: { round } }));
}
