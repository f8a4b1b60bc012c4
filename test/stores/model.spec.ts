import fc from 'fast-check';
import { createCollection } from '../support/chroma-client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { ModelCollection, type ModelSpace } from '../support/model.js';
import { commands, type Commands, type Session } from '../support/model-commands.js';

/** Repeat a failure with the seed that it tells: `TEST_SEED=… npm test -- test/stores/model`. */
const SEED = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);
const SPACES: readonly ModelSpace[] = ['l2', 'ip', 'cosine'];

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

/** Runs the commands against a collection of their own. */
async function holdToModel(space: ModelSpace, sequence: Commands): Promise<void> {
  const uuid = await createCollection(gateway.chromaUrl, undefined, { configuration: { hnsw: { space } } });
  const session: Session = { gateway, uuid };
  try {
    await fc.asyncModelRun(() => ({ model: new ModelCollection(space), real: session }), sequence);
  } finally {
    gateway = session.gateway;
  }
}

describe(`records, held to the model (TEST_SEED=${String(SEED)})`, () => {
  it('are what the documents say after any sequence of calls', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...SPACES), commands(0, 30), holdToModel);
    await fc.assert(property, { seed: SEED, numRuns: 80, interruptAfterTimeLimit: 25_000 });
  });

  it('are the same after a restart', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...SPACES), commands(8, 15), holdToModel);
    // no shrinking: after a restart that failed there is no gateway to shrink with
    await fc.assert(property, { seed: SEED, numRuns: 5, endOnFailure: true, interruptAfterTimeLimit: 25_000 });
  });
});
