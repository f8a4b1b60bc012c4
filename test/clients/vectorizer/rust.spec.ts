import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly detail: string;
}

/** `--names` lists the samples, a URL runs them and prints an outcome a line. */
const SAMPLES = fileURLToPath(new URL('../../../.clients/vectorizer-rust/samples', import.meta.url));

describe('the Rust client vectorizer-sdk 3.8.2', () => {
  let gateway: TestGateway;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS: '100' } });
    outcomes = await runSamples(gateway.vectorizerUrl);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each(names())('runs %s', (name) => {
    expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
  });
});

/** @throws Error when the program was not built */
function names(): readonly string[] {
  if (!existsSync(SAMPLES)) throw new Error(`there is no ${SAMPLES}: run test/clients/vectorizer/install.sh`);
  const { stdout, stderr, status } = spawnSync(SAMPLES, ['--names'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the program lists no samples: ${stderr}`);
  return JSON.parse(stdout) as readonly string[];
}

/** @throws Error with what the program wrote when it fails as a whole */
async function runSamples(url: string): Promise<ReadonlyMap<string, Outcome>> {
  const child = spawn(SAMPLES, [url], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(errors);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
}
