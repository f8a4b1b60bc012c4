import type { NewKeyOptions } from '../../../src/cli/keys.js';
import { GatewayHost } from './gateway-host.js';

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
  /** Stops it, keeps its data, and starts it again, with these settings besides; the ports are new. */
  restart(env?: Readonly<Record<string, string>>): Promise<TestGateway>;
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

declare global {
  /** One for each jest worker, from test/support/setup/environment.js. */
  var gatewayHost: GatewayHost | undefined;
}

const host = globalThis.gatewayHost ?? new GatewayHost();

/** Starts a gateway, in the process of the gateway host. `env` overrides the settings of a test. */
export async function startGateway(options: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<TestGateway> {
  const storage = await createStorage();
  try {
    return await startGatewayOn(storage, options.env ?? {});
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

/** Starts a gateway, in the process of the gateway host, on data that may be there; it goes with the gateway. */
export async function startGatewayOn(storage: TestStorage, env: Readonly<Record<string, string>>): Promise<TestGateway> {
  return launch(storage, settingsFor(storage, env));
}

/** Free ports and a quiet log, unless `env` says otherwise. */
export function settingsFor(storage: TestStorage, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...QUIET, ...storage.environment, ...env };
}

/** A place for data whose schema is up to date, or with `isEmpty` one that no gateway has used. */
export async function createStorage(options: { readonly isEmpty?: boolean } = {}): Promise<TestStorage> {
  const environment = await host.createStorage(options.isEmpty ?? false);
  return { environment, remove: () => host.removeStorage(environment) };
}

/** Makes keys as `polyvec keys create` does, in a database that no gateway has embedded; `wanted` says what each is for. */
export async function makeKeys<Name extends string>(
  environment: Readonly<Record<string, string>>,
  wanted: Readonly<Record<Name, Omit<NewKeyOptions, 'name'>>>,
): Promise<Readonly<Record<Name, string>>> {
  const names = Object.keys(wanted) as Name[];
  const texts = await host.createKeys(
    environment,
    names.map((name) => ({ name, ...wanted[name] })),
  );
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])) as Record<Name, string>;
}

async function launch(storage: TestStorage, environment: Readonly<Record<string, string>>): Promise<TestGateway> {
  const { gateway, urls, indexPorts } = await host.start(environment);
  return {
    chromaUrl: urls['chroma'] ?? '',
    consoleUrl: urls['console'] ?? '',
    pineconeUrl: urls['pinecone'] ?? '',
    vectorizerUrl: urls['vectorizer'] ?? '',
    indexPorts,
    environment,
    stop: async () => {
      await host.stop(gateway);
      await storage.remove();
    },
    restart: async (env = {}) => {
      await host.stop(gateway);
      return launch(storage, { ...environment, ...env });
    },
  };
}
