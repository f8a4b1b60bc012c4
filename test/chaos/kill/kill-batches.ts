import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import type { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { grpcClient } from '../../support/gateway/gateway-fleet.js';
import type { Instance } from '../promotion/promotion-transports.js';

/** Records in a batch: they are only ever written and deleted together, by one request. */
export const BATCH = 12;
export const DIMENSION = 4;

/** `version` is what the last acknowledged request left; 0: nothing. */
export interface Batch {
  readonly name: string;
  version: number;
  /** What a request that was never acknowledged would have left. */
  pending: { readonly version: number; readonly protocol: Protocol } | undefined;
}

/** What the batches are in. */
export interface KillTarget {
  readonly uuid: string;
  readonly name: string;
  /** As gRPC clients name it. */
  readonly host: string;
}

export type Protocol = 'Chroma' | 'Pinecone' | 'gRPC' | 'Vectorizer';

export const PROTOCOLS: readonly Protocol[] = ['Chroma', 'Pinecone', 'gRPC', 'Vectorizer'];

/** Writes through one instance. False when a request was not acknowledged. */
export class BatchWriter {
  private grpc: PineconeGrpc | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly target: KillTarget,
  ) {}

  /** Leaves every record of the batch in this version; version 0: none of them. */
  async send(batch: Batch, version: number, protocol: Protocol): Promise<boolean> {
    try {
      return await this.request(batch, version, protocol);
    } catch {
      // a connection that was cut, or a gRPC status
      return false;
    }
  }

  close(): void {
    this.grpc?.close();
    this.grpc = undefined;
  }

  private async request(batch: Batch, version: number, protocol: Protocol): Promise<boolean> {
    const filter = { batch: batch.name };
    const vectors = Array.from({ length: BATCH }, (_, index) => recordOf(batch, index, version));
    switch (protocol) {
      case 'Chroma':
        return this.chroma(version === 0 ? ['delete', { where: filter }] : ['upsert', chromaColumns(vectors)]);
      case 'Pinecone':
        return this.pinecone(version === 0 ? ['/vectors/delete', { filter }] : ['/vectors/upsert', { vectors }]);
      case 'gRPC':
        this.grpc ??= grpcClient(this.instance, this.target.host);
        await (version === 0 ? this.grpc.call('Delete', { filter }) : this.grpc.call('Upsert', { vectors }));
        return true;
      case 'Vectorizer':
        return this.vectorizer(
          version === 0 ? ['/delete_by_filter', { filter }] : ['/insert_vectors', { vectors: vectors.map(entryOf) }],
        );
    }
  }

  private async chroma([call, body]: readonly [string, object]): Promise<boolean> {
    const { status } = await new ChromaApi(this.instance.chromaUrl).call(`${COLLECTIONS}/${this.target.uuid}/${call}`, { body });
    return status < 300;
  }

  private async pinecone([path, body]: readonly [string, object]): Promise<boolean> {
    const url = `${this.instance.consoleUrl}/pinecone/_index/${this.target.name}`;
    return (await new PineconeApi(url).call(path, { body })).status < 300;
  }

  private async vectorizer([path, body]: readonly [string, object]): Promise<boolean> {
    const api = new VectorizerApi(this.instance.vectorizerUrl);
    const answer = await api.call('POST', `/collections/${this.target.name}${path}`, body);
    return answer.status < 300 && ((answer.body as { readonly failed?: number }).failed ?? 0) === 0;
  }
}

/** The records of a version, one text for each, in order: its id, its version, its embedding. */
export function stateOf(batch: Batch, version: number): readonly string[] {
  if (version === 0) return [];
  return Array.from({ length: BATCH }, (_, index) => {
    const { id, values } = recordOf(batch, index, version);
    return recordText(id, version, values);
  }).sort();
}

export function recordText(id: string, version: unknown, embedding: readonly number[] | null | undefined): string {
  return `${id} ${String(version)} ${String(embedding)}`;
}

/** Small whole numbers, which are the same in every float. */
function recordOf({ name }: Batch, index: number, version: number): SentRecord {
  return { id: `${name}/${String(index)}`, values: [version, index, 1, 2], metadata: { batch: name, version } };
}

interface SentRecord {
  readonly id: string;
  readonly values: readonly number[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

function entryOf({ id, values, metadata }: SentRecord): object {
  return { id, embedding: values, payload: metadata };
}

function chromaColumns(records: readonly SentRecord[]): object {
  return {
    ids: records.map(({ id }) => id),
    embeddings: records.map(({ values }) => values),
    metadatas: records.map(({ metadata }) => metadata),
  };
}
