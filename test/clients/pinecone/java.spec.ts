import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { versionsOf } from '../versions.js';
import { builtPath, type Gateways, namesOf, type Outcome, type Program, runSamples, startGateways } from './samples.js';

const VERSIONS = versionsOf('pinecone-java');
const PASSWORD = 'changeit';

describe.each(VERSIONS)('the Java client pinecone-client %s', (version) => {
  let gateways: Gateways;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateways = await startGateways();
    outcomes = await runSamples(programOf(version, trustStoreOf(gateways.certificates)), gateways);
  });

  afterAll(async () => {
    await gateways.stop();
  });

  it.each(namesOf(programOf(version)))('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});

function programOf(version: string, settings: readonly string[] = []): Program {
  const classes = builtPath(`pinecone-java-${version}/classes`);
  const path = `${classes}:${builtPath(`pinecone-java-${version}/libraries`)}/*`;
  return { built: join(classes, 'samples', 'Main.class'), command: ['java', ...settings, '-cp', path, 'samples.Main'] };
}

/** Java reads no PEM file: a store of its own kind, and the settings that name it. */
function trustStoreOf(certificates: string): readonly string[] {
  const store = join(certificates, 'ca.p12');
  const kind = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', PASSWORD];
  const words = ['-importcert', '-noprompt', '-alias', 'authority', '-file', join(certificates, 'ca.pem'), ...kind];
  const { status, stdout, stderr } = spawnSync('keytool', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`keytool: ${stdout}${stderr}`);
  return [`-Djavax.net.ssl.trustStore=${store}`, `-Djavax.net.ssl.trustStorePassword=${PASSWORD}`];
}
