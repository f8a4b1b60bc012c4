import { createKey, type NewKeyOptions } from '../../../src/cli/keys.js';
import { readConfig } from '../../../src/config/config.js';
import { createStorage, startGatewayOn, type TestGateway } from './gateway.js';

/** A gateway that asks for keys, and some. */
export interface KeyedGateway<Name extends string> {
  readonly gateway: TestGateway;
  readonly keys: Readonly<Record<Name, string>>;
}

/** The key that may do everything. */
export const ROOT_KEY = 'the-root-key-of-a-test-which-is-long-enough';

/** Starts a gateway with keys; `wanted` tells what each is for. */
export async function startKeyedGateway<Name extends string>(
  wanted: Readonly<Record<Name, Omit<NewKeyOptions, 'name'>>>,
  env: Readonly<Record<string, string>> = {},
): Promise<KeyedGateway<Name>> {
  const storage = await createStorage();
  try {
    const keys = await makeKeys(storage.environment, wanted);
    const settings = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY, ...env };
    return { gateway: await startGatewayOn(storage, settings), keys };
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

/** Makes keys as `polyvec keys create` does, in a database that no gateway has embedded. */
export async function makeKeys<Name extends string>(
  environment: Readonly<Record<string, string>>,
  wanted: Readonly<Record<Name, Omit<NewKeyOptions, 'name'>>>,
): Promise<Readonly<Record<Name, string>>> {
  const config = readConfig({ ...environment, POLYVEC_LOG_LEVEL: 'error' });
  const keys: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(wanted) as Name[]) {
    await createKey(config, { name, ...wanted[name] }, (line) => {
      keys[name] = line;
    });
  }
  return keys as Record<Name, string>;
}
