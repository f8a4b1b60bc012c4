import { createServer } from 'node:net';
import type pg from 'pg';
import { SMALL_TIERS } from '../../chaos/promotion/promotion-cluster.js';
import type { Instance } from '../../chaos/promotion/promotion-transports.js';
import { COLLECTIONS } from '../clients/chroma-client.js';
import { createProcessStorage, type ProcessStorage } from '../gateway/gateway-process.js';

/** A gateway in a process of its own, all of whose protocols can be reached. */
export interface TierGateway extends Instance {
  /** Sees the tables as they are. */
  readonly tables: pg.Client;
  stop(): Promise<void>;
}

/** A collection by the same name at two gateways. */
export interface Twin {
  readonly gateway: TierGateway;
  readonly name: string;
  readonly uuid: string;
}

/**
 * Method, address and body. The address begins with the protocol: `collections` is Chroma's, `chroma` the collection, `pinecone` the index, `control` Pinecone's
 * control plane, `vectorizer` its root. `{name}` stands for the collection's name in addresses and bodies.
 */
export type Request = readonly [method: string, protocol: Protocol, path: string, body?: unknown];

export type Protocol = 'collections' | 'chroma' | 'pinecone' | 'control' | 'vectorizer';

export interface Reply {
  readonly status: number;
  /** Without what is never the same twice. */
  readonly text: string;
}

/** Started with settings of its own, on an engine of its own. */
export async function startTierGateway(env: Readonly<Record<string, string>> = SMALL_TIERS): Promise<TierGateway> {
  const port = await freePort();
  const storage = await createProcessStorage({
    POLYVEC_CONSOLE_PORT: String(port),
    POLYVEC_PINECONE_PORT: '0',
    POLYVEC_PINECONE_INDEX_PORTS: 'off',
    POLYVEC_VECTORIZER_PORT: '0',
    ...env,
  });
  try {
    return await reached(storage, `http://127.0.0.1:${String(port)}`);
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

async function reached(storage: ProcessStorage, consoleUrl: string): Promise<TierGateway> {
  await storage.start();
  const tables = await storage.connect();
  return {
    consoleUrl,
    chromaUrl: `${consoleUrl}/chroma`,
    pineconeUrl: `${consoleUrl}/pinecone`,
    vectorizerUrl: `${consoleUrl}/vectorizer`,
    tables,
    stop: async () => {
      await tables.end();
      await storage.remove();
    },
  };
}

/** Sends a request about the collection. */
export async function send(twin: Twin, [method, protocol, path, body]: Request): Promise<Reply> {
  const text = body === undefined ? undefined : JSON.stringify(body).replaceAll('{name}', twin.name);
  const answer = await fetch(`${rootOf(twin, protocol)}${path.replaceAll('{name}', twin.name)}`, {
    method,
    headers: { 'x-pinecone-api-version': '2025-10', ...(text !== undefined && { 'content-type': 'application/json' }) },
    ...(text !== undefined && { body: text }),
  });
  return { status: answer.status, text: scrubbed(await answer.text(), twin) };
}

function rootOf({ gateway, name, uuid }: Twin, protocol: Protocol): string {
  switch (protocol) {
    case 'collections':
      return `${gateway.chromaUrl}${COLLECTIONS}`;
    case 'chroma':
      return `${gateway.chromaUrl}${COLLECTIONS}/${uuid}`;
    case 'pinecone':
      return `${gateway.consoleUrl}/pinecone/_index/${name}`;
    case 'control':
      return gateway.pineconeUrl;
    case 'vectorizer':
      return gateway.vectorizerUrl;
  }
}

/** Without ids of this gateway's, times and addresses, and whether an index is being built at this moment. */
function scrubbed(text: string, { uuid }: Twin): string {
  return text
    .replaceAll(uuid, '<uuid>')
    .replaceAll(/[\w.]+:\d+(?=\/_index\/)/g, '<host>')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
    .replaceAll('"state":"ScalingUp"', '"state":"Ready"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, '<time>')
    .replaceAll(/"(time|[a-z_]*_(ms|us|time|at))": ?[\d.e-]+/g, '"$1":0');
}

/** A port that nobody uses now. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}
