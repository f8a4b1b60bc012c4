import { builtPath, type Gateways, namesOf, type Outcome, type Program, runSamples, startGateways } from './samples.js';

const BUILT = builtPath('pinecone-rust/samples');
const PROGRAM: Program = { built: BUILT, command: [BUILT] };

describe('the Rust client pinecone-sdk', () => {
  let gateways: Gateways;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateways = await startGateways();
    outcomes = await runSamples(PROGRAM, gateways);
  });

  afterAll(async () => {
    await gateways.stop();
  });

  it.each(namesOf(PROGRAM))('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});
