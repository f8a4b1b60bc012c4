import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { samplesFor } from './javascript/samples.js';
import { versionsOf } from './versions.js';

interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly detail: string;
}

const SCRIPT = fileURLToPath(new URL('./javascript/run-samples.js', import.meta.url));
const VERSIONS = versionsOf('chroma-javascript');
/** The samples' names are the same for every client. */
const NAMES: readonly string[] = samplesFor({ client: {}, era: 'v2' }).map((sample: { readonly name: string }) => sample.name);

describe.each(VERSIONS)('the JavaScript client chromadb %s', (version) => {
  let gateway: TestGateway;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
    outcomes = await runSamples(`chromadb-${version}`, gateway.chromaUrl);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each(NAMES)('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});

/** The samples run in a process of their own, as a user's program does; other lines that clients print are left out. */
async function runSamples(name: string, url: string): Promise<ReadonlyMap<string, Outcome>> {
  const child = spawn(process.execPath, [SCRIPT, name, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.on('close', resolve));
  const lines = output.split('\n').filter((line) => line.startsWith('{"name":'));
  return new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
}
