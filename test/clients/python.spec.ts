import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { versionsOf } from './versions.js';

interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly detail: string;
}

const SCRIPT = fileURLToPath(new URL('./python/run_samples.py', import.meta.url));
const VERSIONS = versionsOf('chroma-python');
/** The samples' names are the same for every version. */
const NAMES = JSON.parse(spawnSync('python3', [SCRIPT, '--names'], { encoding: 'utf8' }).stdout) as readonly string[];

describe.each(VERSIONS)('the Python client chromadb %s', (version) => {
  let gateway: TestGateway;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
    outcomes = await runSamples(pythonOf(version), new URL(gateway.chromaUrl));
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each(NAMES)('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});

function pythonOf(version: string): string {
  const python = fileURLToPath(new URL(`../../.clients/python-${version}/bin/python`, import.meta.url));
  if (!existsSync(python)) throw new Error(`there is no ${python}: run test/clients/python/install.sh`);
  return python;
}

/** Other lines that clients print are left out. */
async function runSamples(python: string, url: URL): Promise<ReadonlyMap<string, Outcome>> {
  const child = spawn(python, [SCRIPT, url.hostname, url.port], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(errors);
  const lines = output.split('\n').filter((line) => line.startsWith('{"name":'));
  return new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
}
