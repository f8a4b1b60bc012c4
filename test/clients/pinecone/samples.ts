import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificates } from '../../../src/cli/certs.js';
import { writeParquet } from '../../../src/copy/parquet/write-file.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

export interface Outcome {
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
  readonly detail: string;
}

/** A program that runs samples: `--names` lists them, a URL runs them and prints an outcome a line. */
export interface Program {
  /** What `install.sh` leaves behind when it has built the program. */
  readonly built: string;
  readonly command: readonly [file: string, ...words: readonly string[]];
}

/** A gateway that speaks plaintext only, and one that speaks TLS too. */
export interface Gateways {
  readonly plain: TestGateway;
  readonly secure: TestGateway;
  /** The directory of the certificates: `ca.pem` is the authority's. */
  readonly certificates: string;
  stop(): Promise<void>;
}

/** Every sample makes indexes of its own, and each of them takes a port. */
const MANY_PORTS = { POLYVEC_PINECONE_INDEX_PORTS: '0:80' };

export async function startGateways(): Promise<Gateways> {
  const imports = await makeImports();
  const plain = await startGateway({ env: { ...MANY_PORTS, POLYVEC_IMPORT_ROOT: imports } });
  const { secure, certificates, stop } = await startSecureGateway();
  return {
    plain,
    secure,
    certificates,
    stop: async () => {
      await plain.stop();
      await stop();
      await rm(imports, { recursive: true, force: true });
    },
  };
}

/** A root for imports: `file:///films` has a record of three dimensions in each of two namespaces. */
async function makeImports(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'polyvec-imports-'));
  for (const namespace of ['__default__', 'ns']) {
    const folder = join(root, 'default_tenant', 'films', namespace);
    await mkdir(folder, { recursive: true });
    const record = { id: `of ${namespace}`, document: null, uri: null, metadata: '{"year":1999}' };
    await writeParquet(join(folder, '0.parquet'), [{ ...record, embedding: Float32Array.of(1, 2, 3) }]);
  }
  return root;
}

/** With certificates as `polyvec certs` makes them. `env`: its other settings. */
export async function startSecureGateway(env: Readonly<Record<string, string>> = MANY_PORTS): Promise<Omit<Gateways, 'plain'>> {
  const certificates = await mkdtemp(join(tmpdir(), 'polyvec-certificates-'));
  await makeCertificates({ out: certificates, host: [] });
  const files = { POLYVEC_TLS_CERT: join(certificates, 'server.pem'), POLYVEC_TLS_KEY: join(certificates, 'server-key.pem') };
  const secure = await startGateway({ env: { ...env, ...files } });
  return {
    secure,
    certificates,
    stop: async () => {
      await secure.stop();
      await rm(certificates, { recursive: true, force: true });
    },
  };
}

/** The control plane's address by the name that the certificate has. */
export function secureUrlOf(gateway: TestGateway): string {
  return `https://localhost:${new URL(gateway.pineconeUrl).port}`;
}

/** Where `install.sh` builds a client's program. */
export function builtPath(path: string): string {
  return fileURLToPath(new URL(`../../../.clients/${path}`, import.meta.url));
}

/** @throws Error when the program was not built */
export function namesOf({ built, command: [file, ...words] }: Program): readonly string[] {
  if (!existsSync(built)) throw new Error(`there is no ${built}: run test/clients/pinecone/install.sh`);
  const { stdout, stderr, status } = spawnSync(file, [...words, '--names'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} lists no samples: ${stderr}`);
  return JSON.parse(stdout) as readonly string[];
}

/** Runs all samples against both gateways. @throws Error with what the program wrote when it fails as a whole */
export async function runSamples(
  { command: [file, ...words] }: Program,
  { plain, secure, certificates }: Gateways,
): Promise<ReadonlyMap<string, Outcome>> {
  const environment = { ...process.env, SSL_CERT_FILE: join(certificates, 'ca.pem') };
  const child = spawn(file, [...words, plain.pineconeUrl, secureUrlOf(secure)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
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
