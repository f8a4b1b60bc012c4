import { fileURLToPath } from 'node:url';
import { builtPath, namesOf, runSamples, startGateways, type Gateways, type Outcome, type Program } from './samples.js';

const TOUR = fileURLToPath(new URL('./python/tour.py', import.meta.url));
const VERSIONS = ['7', '8', '9', '10'];
const TRANSPORTS = ['rest', 'grpc'];
const CLIENTS = VERSIONS.flatMap((version) => TRANSPORTS.map((transport) => [version, transport] as const));

describe.each(CLIENTS)('the Python client pinecone %s over %s', (version, transport) => {
  const program = programOf(version, transport);
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

function programOf(version: string, transport: string): Program {
  const environment = `pinecone-python-${version}`;
  return {
    built: builtPath(`${environment}/installed`),
    command: [builtPath(`${environment}/bin/python`), TOUR, transport],
  };
}
