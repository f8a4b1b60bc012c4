import { readConfig } from '../../../src/config/config.js';
import { startGateway } from '../../../src/gateway.js';
import { createStorage, settingsFor, type TestGateway, type TestStorage } from './gateway.js';

/**
 * Starts a gateway in this process, for suites that watch what it does to the process: its statements, its spans, the prototypes. It
 * costs the loading of all sources; `startGateway` is for all others.
 */
export async function startGatewayInProcess(env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const storage = await createStorage();
  try {
    return await launch(storage, settingsFor(storage, env));
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

async function launch(storage: TestStorage, environment: Readonly<Record<string, string>>): Promise<TestGateway> {
  const gateway = await startGateway(readConfig(environment));
  const { urls, indexPorts } = gateway;
  return {
    chromaUrl: urls.get('chroma') ?? '',
    consoleUrl: urls.get('console') ?? '',
    pineconeUrl: urls.get('pinecone') ?? '',
    vectorizerUrl: urls.get('vectorizer') ?? '',
    indexPorts,
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
