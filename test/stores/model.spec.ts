import fc from 'fast-check';
import { ask, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { ModelCollection, type ModelSpace } from '../support/models/model.js';
import { type Commands, commands, readAll, type Session } from '../support/models/model-commands.js';
import { byEffort, SEED } from '../support/setup/effort.js';

/** Repeat a failure with the seed that it tells: `TEST_SEED=… npm test -- test/stores/model`. */
const SPACES: readonly ModelSpace[] = ['l2', 'ip', 'cosine'];

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

/** Runs the sequences against a collection of their own, with a restart of the gateway before each but the first. */
async function holdToModel(space: ModelSpace, ...[first, ...afterRestarts]: readonly [Commands, ...Commands[]]): Promise<void> {
  const uuid = await createCollection(gateway.chromaUrl, undefined, { configuration: { hnsw: { space } } });
  const model = new ModelCollection(space);
  const session: Session = { gateway, uuid };
  const run = (sequence: Commands): Promise<void> => fc.asyncModelRun(() => ({ model, real: session }), sequence);
  await run(first);
  for (const sequence of afterRestarts) {
    gateway = session.gateway = await gateway.restart();
    await run([readAll]);
    await run(sequence);
  }
  await run([readAll]);
}

describe(`records, held to the model (TEST_SEED=${String(SEED)})`, () => {
  it('are what the documents say after any sequence of calls', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...SPACES), commands(30), holdToModel);
    await fc.assert(property, { seed: SEED, numRuns: byEffort({ quick: 20, full: 80 }) });
  });

  it('are the same after a restart', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...SPACES), commands(15), commands(10), holdToModel);
    // no shrinking: after a restart that failed there is no gateway to shrink with
    await fc.assert(property, { seed: SEED, numRuns: byEffort({ quick: 2, full: 5 }), endOnFailure: true });
  });
});

describe('what random runs have found', () => {
  it('equal distances come in the order of first insert, also where doubles would differ in the last bit', async () => {
    const uuid = await createCollection(gateway.chromaUrl, undefined, { configuration: { hnsw: { space: 'cosine' } } });
    const call = (name: string, body: object): ReturnType<typeof ask> =>
      ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/${name}`, body);
    await call('add', {
      ids: ['first', 'second'],
      embeddings: [
        [0, 3, 0],
        [0, 2, 0],
      ],
    });
    const nearest = await call('query', { query_embeddings: [[-2, 2, -2]], n_results: 1, include: [] });
    expect(JSON.parse(nearest.text)).toMatchObject({ ids: [['first']] });
  });
});
