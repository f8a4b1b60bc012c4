import { fileURLToPath } from 'node:url';
import { versionsOf } from '../versions.js';
import { type Gateways, namesOf, type Outcome, type Program, runSamples, startGateways } from './samples.js';

const TOUR = fileURLToPath(new URL('./typescript/tour.js', import.meta.url));
const VERSIONS = versionsOf('pinecone-typescript');

describe.each(VERSIONS)('the TypeScript client @pinecone-database/pinecone %s', (version) => {
  // with OpenSSL's authorities, which SSL_CERT_FILE names
  const program: Program = { built: TOUR, command: [process.execPath, '--use-openssl-ca', TOUR, `pinecone-${version}`] };
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
