import { runShuffledWriters } from '../chaos/deadlock/shuffled-writers.js';
import { hasServer } from '../support/faults/faulty-gateway.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine runs one statement at a time; TEST_DATABASE_URL names a server)';

describeOnServer(`writers of the same ids in different orders${reason}`, () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    // they write side by side, and wait for each other, not for connections
    gateway = await startGateway({ env: { POLYVEC_POOL_SIZE: '16', POLYVEC_POOL_TIMEOUT_MS: '30000' } });
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('are all acknowledged, in every protocol', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? 1);
    const { acknowledged, refusals } = await runShuffledWriters(gateway, { writers: 8, rounds: 5, ids: 200, seed });
    expect(refusals).toEqual([]);
    expect(acknowledged).toBe(4 * 8 * 5);
  });
});
