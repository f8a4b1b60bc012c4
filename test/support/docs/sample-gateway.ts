import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { createProcessStorage } from '../gateway/gateway-process.js';
import { POLYVEC } from '../gateway/program.js';

/** A gateway that samples of pages are run against, as if it were on the ports that pages name. */
export interface SampleGateway {
  /** The sample with the ports of this gateway. */
  adapt(code: string): Promise<string>;
  /** Runs a program on its own. @throws Error with all it wrote when it fails */
  run(file: string, words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  runShell(code: string): Promise<string>;
  runScript(code: string): Promise<string>;
  connect(): Promise<pg.Client>;
  /** An empty directory, in which programs run. */
  readonly directory: string;
  stop(): Promise<void>;
}

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/** The newest of each client. */
const PACKAGES = { chromadb: 'chromadb-3', '@pinecone-database/pinecone': 'pinecone-9' };

/** curl fails when the answer is an error, and the command is the one of these sources. */
const SHELL = `set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body "$@"; }
node() {
  [ "$1" = dist/main.js ] || { command node "$@"; return; }
  shift && command node '${POLYVEC}' "$@"
}
`;

export async function startSampleGateway(): Promise<SampleGateway> {
  const storage = await createProcessStorage({
    POLYVEC_PINECONE_PORT: '0',
    POLYVEC_VECTORIZER_PORT: '0',
    POLYVEC_PINECONE_INDEX_PORTS: '0:8',
  });
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-samples-'));
  const remove = async (): Promise<void> => {
    await storage.remove();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const [name, installed] of Object.entries(PACKAGES)) {
      const link = join(directory, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(MODULES, installed), link);
    }
    const { urls } = await storage.start();
    const run = (file: string, words: readonly string[], environment = {}): Promise<string> =>
      runProgram(file, words, { cwd: directory, env: environmentOf(directory, environment) });
    return {
      adapt: (code) => adapt(code, urls),
      run,
      runShell: (code) => run('bash', ['-c', SHELL + code]),
      runScript: async (code) => {
        const file = join(directory, 'sample.mjs');
        await writeFile(file, code);
        return run(process.execPath, [file]);
      },
      connect: () => storage.connect(),
      directory,
      stop: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Commands of the gateway have an embedded engine of their own: the running one is not theirs to open. */
function environmentOf(directory: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, POLYVEC_DATA_DIR: join(directory, 'data'), POLYVEC_LOG_LEVEL: 'silent', ...more };
}

/** Ports that pages name, and clients that mean one without naming it. */
async function adapt(code: string, urls: ReadonlyMap<string, string>): Promise<string> {
  const portOf = (name: string): string => new URL(urls.get(name) ?? '').port;
  const ports: Readonly<Record<string, string>> = {
    8000: portOf('chroma'),
    5080: portOf('pinecone'),
    15002: portOf('vectorizer'),
    5081: code.includes('5081') ? await portOfFilms(urls.get('pinecone') ?? '') : '',
  };
  return code
    .replaceAll(/HttpClient\(\)/g, 'HttpClient(port=8000)')
    .replaceAll(/ChromaClient\(\)/g, 'ChromaClient({ port: 8000 })')
    .replaceAll(/\b(?:8000|5080|5081|15002)\b/g, (port) => ports[port] ?? port);
}

/** Pages name the port of the first index, which is `films` on all of them. */
async function portOfFilms(pineconeUrl: string): Promise<string> {
  const { host } = (await (await fetch(`${pineconeUrl}/indexes/films`)).json()) as { host: string };
  return /(\d+)$/.exec(host)?.[1] ?? '';
}

async function runProgram(
  file: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const child = spawn(file, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}\n${errors}${output}`);
  return output;
}
