import type { NewKeyOptions } from '../../../src/cli/keys.js';
import { createStorage, makeKeys, startGatewayOn, type TestGateway } from './gateway.js';

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
