import { join } from 'node:path';
import { secureUrlOf, startSecureGateway } from '../clients/pinecone/samples.js';
import { startGateway } from '../support/gateway/gateway.js';
import { addressesOf, type Suite } from './framework.js';

const SETTINGS = { POLYVEC_PINECONE_INDEX_PORTS: '0:80', POLYVEC_CHROMA_ALLOW_RESET: 'true' };

/** Where a framework finds the gateway, and how that is stopped. */
interface Place {
  readonly addresses: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** A case of jest for each test of the framework, against one gateway for all of them. With `isSecure` Pinecone's port is reached by TLS. */
export function describeFramework(suite: Suite, { isSecure = false }: { readonly isSecure?: boolean } = {}): void {
  describe(suite.environment, () => {
    let place: Place;
    let outcomes: Awaited<ReturnType<Suite['run']>>;

    beforeAll(async () => {
      place = await (isSecure ? startSecurely() : startPlainly());
      outcomes = await suite.run(place.addresses);
    });

    afterAll(async () => {
      await place.stop();
    });

    it.each(suite.cases)('$name: $outcome', ({ name, outcome }) => {
      expect(outcomes.get(name) ?? 'no outcome').toMatchObject({ outcome });
    });
  });
}

async function startPlainly(): Promise<Place> {
  const gateway = await startGateway({ env: SETTINGS });
  return { addresses: addressesOf(gateway), stop: () => gateway.stop() };
}

async function startSecurely(): Promise<Place> {
  const { secure, certificates, stop } = await startSecureGateway(SETTINGS);
  const addresses = { ...addressesOf(secure), PINECONE_CONTROLLER_HOST: secureUrlOf(secure) };
  return { addresses: { ...addresses, FRAMEWORK_AUTHORITY: join(certificates, 'ca.pem') }, stop };
}
