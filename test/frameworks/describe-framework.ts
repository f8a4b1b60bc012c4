import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { addressesOf, type Suite } from './framework.js';

/** A case of jest for each test of the framework, against one gateway for all of them. */
export function describeFramework(suite: Suite): void {
  describe(suite.environment, () => {
    let gateway: TestGateway;
    let outcomes: Awaited<ReturnType<Suite['run']>>;

    beforeAll(async () => {
      gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:80' } });
      outcomes = await suite.run(addressesOf(gateway));
    });

    afterAll(async () => {
      await gateway.stop();
    });

    it.each(suite.cases)('$name: $outcome', ({ name, outcome }) => {
      expect(outcomes.get(name) ?? 'no outcome').toMatchObject({ outcome });
    });
  });
}
