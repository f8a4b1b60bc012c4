import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { Stored } from '../promotion/promotion-model.js';
import {
  chromaTransport,
  type Instance,
  pineconeTransport,
  type ReadTransport,
  Refused,
  type Target,
  vectorizerTransport,
} from '../promotion/promotion-transports.js';
import { DIMENSION, oneOf, type Random, randomEmbedding, randomFrom } from '../promotion/promotion-writer.js';

const STEPS = 30;
const BATCH = 3;
const AGAIN_MS = 50;
/** gRPC's code for what REST calls 503. */
const UNAVAILABLE = 14;

/** Sends records, and says how that went as an HTTP status. */
type Send = (records: readonly Stored[]) => Promise<number>;

/**
 * Clients of every protocol that write records of their own to one collection, each of them again and again until it is acknowledged: what
 * was sent twice is the same.
 */
export class PooledLoad {
  private readonly expected = new Map<string, Stored>();
  private acknowledged = 0;

  private constructor(
    private readonly instances: readonly Instance[],
    private readonly target: Target,
    private readonly indexPort: number,
    private readonly random: Random,
  ) {}

  /** Makes the collection, through Pinecone at the first instance, which then has a port for it. */
  static async begin(instances: readonly Instance[], seed: number): Promise<PooledLoad> {
    const [{ pineconeUrl, chromaUrl } = { pineconeUrl: '', chromaUrl: '' }] = instances;
    const name = `pooled-${randomUUID()}`;
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    const created = await new PineconeApi(pineconeUrl).call('/indexes', {
      body: { name, spec, dimension: DIMENSION, metric: 'euclidean' },
      headers: { 'x-pinecone-api-version': '2025-10' },
    });
    if (created.status !== 201) throw new Refused(created.status, created.text);
    const { host } = created.body as { readonly host: string };
    const { id } = (await new ChromaApi(chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
    const target: Target = { uuid: id, metric: 'l2', name, renames: 0 };
    return new PooledLoad(instances, target, Number(host.slice(host.lastIndexOf(':') + 1)), randomFrom(seed));
  }

  /** So many clients at work until each has written all it wants to. The statuses of all answers, without repetition. */
  async write(clients: number): Promise<readonly number[]> {
    const grpc = new PineconeGrpc(this.indexPort);
    const statuses = new Set<number>();
    try {
      await Promise.all(Array.from({ length: clients }, (_, number) => this.writeAs(number, grpc, statuses)));
    } finally {
      grpc.close();
    }
    return [...statuses];
  }

  /** Resolves when so many more requests have been acknowledged. */
  async progressed(requests: number): Promise<void> {
    const wanted = this.acknowledged + requests;
    while (this.acknowledged < wanted) await sleep(5);
  }

  /** What any instance shows through any protocol that is not what was acknowledged. */
  async differences(): Promise<readonly string[]> {
    const differences: string[] = [];
    for (const instance of this.instances) {
      const transports: readonly ReadTransport[] = [
        chromaTransport(instance, this.target),
        pineconeTransport(instance, this.target, ''),
        vectorizerTransport(instance, this.target),
      ];
      for (const transport of transports) differences.push(...(await this.differencesAt(transport)));
    }
    return differences;
  }

  private async differencesAt(transport: ReadTransport): Promise<readonly string[]> {
    const seen = new Map((await transport.all()).map((record) => [record.id, record]));
    const lost = [...this.expected.values()].filter(({ id, embedding }) => textOf(seen.get(id)?.embedding) !== textOf(embedding));
    const strange = [...seen.keys()].filter((id) => !this.expected.has(id));
    return [
      ...lost.map(({ id }) => `${transport.name} has lost ${id}`),
      ...strange.map((id) => `${transport.name} has ${id}, which nobody wrote`),
    ];
  }

  private async writeAs(number: number, grpc: PineconeGrpc, statuses: Set<number>): Promise<void> {
    const instance = oneOf(this.instances, this.random);
    const ways = [
      chromaSend(instance, this.target),
      pineconeSend(instance, this.target),
      grpcSend(grpc),
      vectorizerSend(instance, this.target),
    ];
    const send = ways[number % ways.length] ?? grpcSend(grpc);
    for (let step = 0; step < STEPS; step += 1) {
      const records = Array.from({ length: BATCH }, (_, index) =>
        this.record(`${String(number)}/${String(step)}/${String(index)}`),
      );
      await this.insist(send, records, statuses);
      for (const record of records) this.expected.set(record.id, record);
      this.acknowledged += 1;
    }
  }

  private async insist(send: Send, records: readonly Stored[], statuses: Set<number>): Promise<void> {
    for (;;) {
      const status = await send(records);
      statuses.add(status);
      if (status < 300) return;
      if (status !== 503) throw new Refused(status, 'the records were not written');
      await sleep(AGAIN_MS);
    }
  }

  private record(id: string): Stored {
    return { id, embedding: randomEmbedding(this.random), metadata: { id }, document: undefined };
  }
}

function chromaSend({ chromaUrl }: Instance, { uuid }: Target): Send {
  const api = new ChromaApi(chromaUrl);
  return async (records) => {
    const body = {
      ids: records.map(({ id }) => id),
      embeddings: records.map(({ embedding }) => embedding),
      metadatas: records.map(({ metadata }) => metadata),
    };
    return (await api.call(`${COLLECTIONS}/${uuid}/upsert`, { body })).status;
  };
}

function pineconeSend({ consoleUrl }: Instance, { name }: Target): Send {
  const api = new PineconeApi(`${consoleUrl}/pinecone/_index/${name}`);
  return async (records) => (await api.call('/vectors/upsert', { body: { vectors: vectorsOf(records) } })).status;
}

function grpcSend(client: PineconeGrpc): Send {
  return async (records) => {
    const [code] = await client.outcome('Upsert', { vectors: vectorsOf(records) });
    if (code === 0) return 200;
    return code === UNAVAILABLE ? 503 : 500;
  };
}

function vectorizerSend({ vectorizerUrl }: Instance, { name }: Target): Send {
  const api = new VectorizerApi(vectorizerUrl);
  return async (records) => {
    const vectors = records.map(({ id, embedding, metadata }) => ({ id, embedding, payload: metadata }));
    return (await api.call('POST', '/insert_vectors', { collection: name, vectors })).status;
  };
}

/** An answer may show a component in fewer digits than it was sent in. */
function textOf(embedding: readonly number[] | undefined): string {
  return (embedding ?? []).map(Math.fround).join();
}

function vectorsOf(records: readonly Stored[]): readonly object[] {
  return records.map(({ id, embedding, metadata }) => ({ id, values: embedding, metadata }));
}
