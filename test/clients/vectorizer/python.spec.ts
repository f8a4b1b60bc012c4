import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { versionsOf } from '../versions.js';

interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly detail: string;
}

interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const TOUR = fileURLToPath(new URL('./python/tour.py', import.meta.url));
/** 3.6.1 to 3.8.2 hold the same code. */
const VERSIONS = versionsOf('vectorizer-python');

describe.each(VERSIONS)('the Python client vectorizer-sdk %s', (version) => {
  const python = pythonOf(version);

  // as published it imports two modules that its package does not hold: the suite lends it those
  it('cannot be imported as it is published', async () => {
    const { code, errors } = await run(python, ['-c', 'import vectorizer']);
    expect(code).toBe(1);
    expect(errors).toContain("ModuleNotFoundError: No module named 'models'");
  });

  describe('with the two modules that its package leaves out', () => {
    let gateway: TestGateway;
    let outcomes: ReadonlyMap<string, Outcome>;

    beforeAll(async () => {
      gateway = await startGateway();
      outcomes = await runTour(python, gateway.vectorizerUrl);
    });

    afterAll(async () => {
      await gateway.stop();
    });

    it.each(namesOf(python))('runs %s', (name) => {
      expect(outcomes.get(name)).toMatchObject({ outcome: 'ok', detail: '' });
    });
  });
});

function pythonOf(version: string): string {
  const python = fileURLToPath(new URL(`../../../.clients/vectorizer-python-${version}/bin/python`, import.meta.url));
  if (!existsSync(python)) throw new Error(`there is no ${python}: run test/clients/vectorizer/python/install.sh`);
  return python;
}

/** The samples that the version has the calls of. */
function namesOf(python: string): readonly string[] {
  const { stdout, stderr, status } = spawnSync(python, [TOUR, '--names'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python} lists no samples: ${stderr}`);
  return JSON.parse(stdout) as readonly string[];
}

async function runTour(python: string, url: string): Promise<ReadonlyMap<string, Outcome>> {
  const { code, output, errors } = await run(python, [TOUR, url]);
  if (code !== 0) throw new Error(errors);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
}

async function run(file: string, words: readonly string[]): Promise<Finished> {
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output, errors };
}
