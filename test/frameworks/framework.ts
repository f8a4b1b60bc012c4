import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestGateway } from '../support/gateway/gateway.js';

/** `skipped` is what the framework's own suite leaves out. */
type Result = 'passed' | 'failed' | 'skipped';

interface Outcome {
  readonly name: string;
  readonly outcome: Result;
  readonly detail: string;
}

/** A test that does not pass, and why; without `versions` in all of them. */
interface Exception {
  readonly framework: string;
  readonly versions?: readonly string[];
  readonly test: string;
  readonly outcome: Result;
  readonly cause: 'fails on the real server too' | 'needs a model' | 'in-process client' | 'the framework leaves it out';
  readonly why: string;
}

/** A test of a framework, and the outcome that it must have. */
export interface Case {
  readonly name: string;
  readonly outcome: Result;
}

/** A framework in one version: how its tests are listed and run. */
export interface Suite {
  readonly environment: string;
  readonly cases: readonly Case[];
  /** Runs all of them. @throws Error with what the program wrote when it has no outcomes */
  run(environment: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Outcome>>;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CLIENTS = fileURLToPath(new URL('../../.clients/', import.meta.url));
const EXCEPTIONS = JSON.parse(readFileSync(join(HERE, 'expected-failures.json'), 'utf8')) as readonly Exception[];

/** The tests of python/test_<framework>.py in the environment of a version. */
export function pythonSuite(framework: string, version: string): Suite {
  const directory = join(CLIENTS, `framework-${framework}-${version}`);
  const command = [join(directory, 'bin/python'), '-B', '-m', 'pytest', '-q', `test_${framework.replace('-', '_')}.py`] as const;
  return suiteOf(framework, version, { directory, command, list: '--collect-only', cwd: join(HERE, 'python') });
}

/** The tests of javascript/<framework>.mjs with the packages of a version. */
export function javascriptSuite(framework: string, version: string): Suite {
  const directory = join(CLIENTS, `framework-${framework}-${version}`);
  const command = [process.execPath, join(HERE, 'javascript/run.mjs'), directory, framework] as const;
  return suiteOf(framework, version, { directory, command, list: '--names', cwd: join(HERE, 'javascript') });
}

/** Where users of the frameworks set the gateway's addresses. */
export function addressesOf({ chromaUrl, pineconeUrl }: TestGateway): Readonly<Record<string, string>> {
  return { FRAMEWORK_CHROMA_URL: chromaUrl, PINECONE_CONTROLLER_HOST: pineconeUrl, PINECONE_API_KEY: 'any' };
}

interface Program {
  readonly directory: string;
  readonly command: readonly [file: string, ...words: readonly string[]];
  /** The option that makes the program write the names of its tests. */
  readonly list: string;
  readonly cwd: string;
}

function suiteOf(framework: string, version: string, program: Program): Suite {
  if (!existsSync(join(program.directory, 'installed')))
    throw new Error(`there is no ${program.directory}: run TEST_EFFORT=full npm run clients`);
  const listed = EXCEPTIONS.filter((one) => one.framework === framework && (one.versions?.includes(version) ?? true));
  const names = namesOf(program);
  const missing = listed.filter(({ test }) => !names.includes(test));
  if (missing.length > 0)
    throw new Error(`expected-failures.json has no such test: ${missing.map(({ test }) => test).join(', ')}`);
  return {
    environment: `${framework} ${version}`,
    cases: names.map((name) => ({ name, outcome: listed.find(({ test }) => test === name)?.outcome ?? 'passed' })),
    run: (environment) => run(program, environment),
  };
}

function namesOf({ command: [file, ...words], list, cwd }: Program): readonly string[] {
  return withResults((results) => {
    const { stdout, stderr } = spawnSync(file, [...words, list], { cwd, env: environmentOf(results, {}), encoding: 'utf8' });
    const names = linesOf(results).map(({ name }) => name);
    if (names.length === 0) throw new Error(`${file} lists no tests: ${stdout}${stderr}`);
    return names;
  });
}

async function run(
  { command: [file, ...words], cwd }: Program,
  environment: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Outcome>> {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-framework-'));
  try {
    const results = join(directory, 'results');
    const child = spawn(file, words, { cwd, env: environmentOf(results, environment), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await new Promise((resolve) => child.on('close', resolve));
    const outcomes = linesOf(results);
    if (outcomes.length === 0) throw new Error(output);
    return new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function withResults<T>(use: (path: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'polyvec-framework-'));
  try {
    return use(join(directory, 'results'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The outcomes in a file; of a list of names, each has its name alone. */
function linesOf(path: string): readonly Outcome[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Outcome);
}

/** A framework sees the user's settings that the test gives it, and no proxy, key or gateway of whoever runs the tests. */
function environmentOf(results: string, environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, LANG } = process.env;
  return { PATH, LANG, HOME: join(results, '..'), ANONYMIZED_TELEMETRY: 'False', ...environment, FRAMEWORK_RESULTS: results };
}
