import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** What the Python client needs: nothing is installed, and nothing is written beside its source. */
export const PYTHON_ENVIRONMENT = { PYTHONPATH: `${ROOT}/clients/python/src`, PYTHONDONTWRITEBYTECODE: '1' };

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. */
export async function run(file: string, words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { input = '', directory = ROOT, environment = {} } = options;
  const child = spawn(file, words, { cwd: directory, env: { ...process.env, ...environment }, stdio: 'pipe' });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  // a program that ends without reading its input is no failure of its own
  child.stdin.on('error', () => undefined).end(input);
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  return { code, output, errors };
}

/** Returns what the program printed. @throws Error with what it wrote when it fails */
export async function runWell(file: string, words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, output, errors } = await run(file, words, options);
  if (code !== 0) throw new Error(`${file} ${words.join(' ')} ended with ${String(code)}\n${errors}${output}`);
  return output;
}
