import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { createFleetIndex, grpcClient } from '../../support/gateway/gateway-fleet.js';
import { DIMENSION, type KillTarget, type Protocol, PROTOCOLS } from '../kill/kill-batches.js';
import type { Instance } from '../promotion/promotion-transports.js';

/** What the requests of one protocol came to. */
export interface Written {
  readonly protocol: Protocol;
  /** Ids whose write was acknowledged. */
  readonly acknowledged: string[];
  /** Answers that ask to come again: 503 with a time, or a statement that took too long. */
  refused: number;
  /** Any other answer. */
  readonly unexplained: string[];
}

/** Writers that run until they are stopped. */
export interface Writers {
  readonly written: readonly Written[];
  stop(): Promise<void>;
}

type Outcome = 'acknowledged' | 'refused' | { readonly unexplained: string };

interface Sent {
  readonly id: string;
  readonly values: readonly number[];
}

const MAX_UNEXPLAINED = 20;
const PAUSE_MS = 5;
/** Sooner than a client that obeys would come again, so that every moment is seen. */
const PAUSE_AFTER_REFUSAL_MS = 50;
const READ_ATTEMPTS = 300;
const CREATE_ATTEMPTS = 60;
const RETRIABLE = new Set([503, 504]);
const RETRIABLE_GRPC = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);

/** An index that all protocols write to. The database may just be failing over: then it is tried again. */
export async function createTarget(instance: Instance, name: string): Promise<KillTarget> {
  const { host } = await persistently(() => createFleetIndex(instance, { name, dimension: DIMENSION, metric: 'euclidean' }));
  const { id: uuid } = (await new ChromaApi(instance.chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  return { uuid, name, host };
}

/** Starts one writer for each protocol; each write is a record of its own, sent once. */
export function startWriters(instances: readonly Instance[], target: KillTarget): Writers {
  let isOver = false;
  const written = PROTOCOLS.map((protocol): Written => ({ protocol, acknowledged: [], refused: 0, unexplained: [] }));
  const loops = written.map(async (figures, index) => {
    const [instance] = instances.slice(index % instances.length);
    if (instance === undefined) return;
    const sender = senderOf(figures.protocol, instance, target);
    for (let number = 0; !isOver && figures.unexplained.length < MAX_UNEXPLAINED; number += 1) {
      const id = `${figures.protocol}-${String(number)}`;
      const outcome = await sender.send({ id, values: [number, index, 1, 2] });
      if (outcome === 'acknowledged') figures.acknowledged.push(id);
      else if (outcome === 'refused') figures.refused += 1;
      else figures.unexplained.push(`${id}: ${outcome.unexplained}`);
      await sleep(outcome === 'acknowledged' ? PAUSE_MS : PAUSE_AFTER_REFUSAL_MS);
    }
    sender.close();
  });
  return {
    written,
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

/** The acknowledged ids that are not there. @throws Error when the records cannot be read for a minute */
export async function lostOf(
  written: readonly Written[],
  { chromaUrl }: Instance,
  { uuid }: KillTarget,
): Promise<readonly string[]> {
  const api = new ChromaApi(chromaUrl);
  // what is acknowledged after the read has begun may not be in it
  const expected = written.flatMap(({ acknowledged }) => acknowledged);
  for (let attempt = 1; ; attempt += 1) {
    const { status: code, body, text } = await api.call(`${COLLECTIONS}/${uuid}/get`, { body: { include: [] } });
    if (code === 200) {
      const found = new Set((body as { readonly ids: readonly string[] }).ids);
      return expected.filter((id) => !found.has(id));
    }
    if (!RETRIABLE.has(code) || attempt === READ_ATTEMPTS) throw new Error(`get: ${String(code)} ${text}`);
    await sleep(200);
  }
}

async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === CREATE_ATTEMPTS || !String(error).includes('UNAVAILABLE')) throw error;
      await sleep(1_000);
    }
  }
}

interface Sender {
  send(record: Sent): Promise<Outcome>;
  close(): void;
}

function senderOf(protocol: Protocol, instance: Instance, target: KillTarget): Sender {
  const close = (): void => undefined;
  switch (protocol) {
    case 'Chroma': {
      const api = new ChromaApi(instance.chromaUrl);
      const path = `${COLLECTIONS}/${target.uuid}/upsert`;
      const send = async ({ id, values }: Sent): Promise<HttpAnswer> =>
        fromFetch(await api.call(path, { body: { ids: [id], embeddings: [values] } }));
      return { send: overHttp(send), close };
    }
    case 'Pinecone': {
      const api = new PineconeApi(`${instance.consoleUrl}/pinecone/_index/${target.name}`);
      const send = async (record: Sent): Promise<HttpAnswer> =>
        fromFetch(await api.call('/vectors/upsert', { body: { vectors: [record] } }));
      return { send: overHttp(send), close };
    }
    case 'gRPC':
      return grpcSender(instance, target);
    case 'Vectorizer': {
      const api = new VectorizerApi(instance.vectorizerUrl);
      const send = async ({ id, values }: Sent): Promise<HttpAnswer> => {
        const body = { vectors: [{ id, embedding: values }] };
        const answer = await api.call('POST', `/collections/${target.name}/insert_vectors`, body);
        const isWhole = ((answer.body as { readonly failed?: number } | undefined)?.failed ?? 0) === 0;
        return { status: answer.status, text: answer.text, retryAfter: answer.headers['retry-after'], isWhole };
      };
      return { send: overHttp(send), close };
    }
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
  readonly isWhole: boolean;
}

function fromFetch(answer: { readonly status: number; readonly text: string; readonly headers: Headers }): HttpAnswer {
  return { status: answer.status, text: answer.text, retryAfter: answer.headers.get('retry-after') ?? undefined, isWhole: true };
}

function overHttp(call: (record: Sent) => Promise<HttpAnswer>): (record: Sent) => Promise<Outcome> {
  return async (record) => {
    try {
      const { status: code, text, retryAfter, isWhole } = await call(record);
      if (code < 300 && isWhole) return 'acknowledged';
      if (RETRIABLE.has(code) && retryAfter !== undefined) return 'refused';
      return { unexplained: `${String(code)} ${text}` };
    } catch (error) {
      return { unexplained: String(error) };
    }
  };
}

function grpcSender(instance: Instance, target: KillTarget): Sender {
  const client = grpcClient(instance, target.host);
  return {
    send: async (record) => {
      try {
        await client.call('Upsert', { vectors: [record] });
        return 'acknowledged';
      } catch (error) {
        const { code, details, metadata } = error as ServiceError;
        const hasTime = metadata.get('grpc-retry-pushback-ms').length > 0;
        return RETRIABLE_GRPC.has(code) && hasTime ? 'refused' : { unexplained: `${String(code)} ${details}` };
      }
    },
    close: () => {
      client.close();
    },
  };
}
