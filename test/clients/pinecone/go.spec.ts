import { versionsOf } from '../versions.js';
import { builtPath, type Gateways, namesOf, type Outcome, type Program, runSamples, startGateways } from './samples.js';

const VERSIONS = versionsOf('pinecone-go');

describe.each(VERSIONS)('the Go client go-pinecone/%s', (version) => {
  const program = programOf(version);
  let gateways: Gateways;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateways = await startGateways();
    outcomes = await runSamples(program, gateways);
  });

  afterAll(async () => {
    await gateways.stop();
  });

  it.each(namesOf(program))('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});

function programOf(version: string): Program {
  const built = builtPath(`pinecone-go-${version}/samples`);
  return { built, command: [built] };
}
