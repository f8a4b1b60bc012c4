import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../../../src/config/config.js';
import { startGateway as start } from '../../../src/gateway.js';

/** A gateway of a test's own, on free ports. */
export interface TestGateway {
  readonly chromaUrl: string;
  readonly consoleUrl: string;
  /** Pinecone's control plane. */
  readonly pineconeUrl: string;
  /** Vectorizer's root. */
  readonly vectorizerUrl: string;
  /** Ports that stand for one Pinecone index each. */
  readonly indexPorts: readonly number[];
  /** Its settings; give them to another gateway to share its data. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
  /** Stops it, keeps its data, and starts it again; the ports are new. */
  restart(): Promise<TestGateway>;
}

/** A place for data: a database of its own on the server that `TEST_DATABASE_URL` names, else a directory for the embedded engine. */
export interface TestStorage {
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

const QUIET = {
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: '0',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_PINECONE_INDEX_PORTS: '0:16',
  POLYVEC_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
};

/** Starts a gateway in this process. `env` overrides the settings of a test. */
export async function startGateway(options: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<TestGateway> {
  const storage = await createStorage();
  try {
    return await startGatewayOn(storage, options.env ?? {});
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

/** Starts a gateway in this process on data that may be there; it goes with the gateway. */
export async function startGatewayOn(storage: TestStorage, env: Readonly<Record<string, string>>): Promise<TestGateway> {
  return launch(storage, { ...QUIET, ...storage.environment, ...env });
}

async function launch(storage: TestStorage, environment: Readonly<Record<string, string>>): Promise<TestGateway> {
  const gateway = await start(readConfig(environment));
  return {
    chromaUrl: gateway.urls.get('chroma') ?? '',
    consoleUrl: gateway.urls.get('console') ?? '',
    pineconeUrl: gateway.urls.get('pinecone') ?? '',
    vectorizerUrl: gateway.urls.get('vectorizer') ?? '',
    indexPorts: gateway.indexPorts,
    environment,
    stop: async () => {
      await gateway.stop();
      await storage.remove();
    },
    restart: async () => {
      await gateway.stop();
      return launch(storage, environment);
    },
  };
}

export async function createStorage(): Promise<TestStorage> {
  const server = process.env['TEST_DATABASE_URL'];
  return server === undefined || server === '' ? createDirectory() : createDatabase(server);
}

async function createDirectory(): Promise<TestStorage> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-test-'));
  return {
    environment: { POLYVEC_DATA_DIR: join(directory, 'data') },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function createDatabase(server: string): Promise<TestStorage> {
  const name = `polyvec_test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    environment: { DATABASE_URL: url.href },
    remove: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
