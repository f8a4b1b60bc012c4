import { fileURLToPath } from 'node:url';
import { versionsOf } from '../versions.js';
import { builtPath, type Gateways, namesOf, type Outcome, type Program, runSamples, startGateways } from './samples.js';

const TOUR = fileURLToPath(new URL('./python/tour.py', import.meta.url));
const VERSIONS = versionsOf('pinecone-python');
const TRANSPORTS = ['rest', 'grpc'];

describe.each(VERSIONS)('the Python client pinecone %s', (version) => {
  let gateways: Gateways;

  beforeAll(async () => {
    gateways = await startGateways();
  });

  afterAll(async () => {
    await gateways.stop();
  });

  describe.each(TRANSPORTS)('over %s', (transport) => {
    const program = programOf(version, transport);
    let outcomes: ReadonlyMap<string, Outcome>;

    beforeAll(async () => {
      outcomes = await runSamples(program, gateways);
    });

    it.each(namesOf(program))('runs %s', (name) => {
      expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
    });
  });
});

function programOf(version: string, transport: string): Program {
  const environment = `pinecone-python-${version}`;
  return {
    built: builtPath(`${environment}/installed`),
    command: [builtPath(`${environment}/bin/python`), TOUR, transport],
  };
}
