import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.js';
import { endProcess } from './gateway-process.js';

/** Where one instance listens. */
export interface Backend {
  readonly chroma: number;
  readonly pinecone: number;
}

/** Where clients find all instances behind one address. */
export interface Frontend {
  readonly chroma: number;
  /** Pinecone over REST. */
  readonly pinecone: number;
  /** Pinecone over gRPC, without TLS. */
  readonly grpc: number;
  stop(): Promise<void>;
}

const CONFIGURATION = fileURLToPath(new URL('../../../deploy/nginx/polyvec.conf', import.meta.url));

/** The program, where it is installed. */
export function findNginx(): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin'];
  return directories.map((directory) => join(directory, 'nginx')).find((path) => existsSync(path));
}

/** Runs nginx with the configuration that we ship; only names and ports are others. @throws Error with what it wrote, when it ends */
export async function startNginx(program: string, backends: readonly Backend[]): Promise<Frontend> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-nginx-'));
  const [chroma = 0, pinecone = 0, grpc = 0, vectorizer = 0] = await freePorts(4);
  const shipped = await readFile(CONFIGURATION, 'utf8');
  const listens: Readonly<Record<string, number>> = { 8000: chroma, 5080: pinecone, 5079: grpc, 15002: vectorizer };
  const adapted = shipped
    .replaceAll(/polyvec-(\d):(\d+)/g, (_, number: string, port: string) => addressOf(backends[Number(number) - 1], port))
    .replaceAll(/^(\s*listen )(\d+)/gm, (_, listen: string, port: string) => `${listen}127.0.0.1:${String(listens[port])}`);
  const stop = await runNginx(program, directory, adapted, chroma);
  return { chroma, pinecone, grpc, stop };
}

/**
 * Runs nginx as one address of several consoles, each request at the next one; `x-served-by` of an answer is the address that gave it.
 * @throws Error with what it wrote, when it ends
 */
export async function startConsoleNginx(
  program: string,
  consoleUrls: readonly string[],
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-nginx-'));
  const [port = 0] = await freePorts(1);
  const configuration = [
    `upstream consoles { ${consoleUrls.map((url) => `server 127.0.0.1:${new URL(url).port};`).join(' ')} }`,
    `server { listen 127.0.0.1:${String(port)};`,
    '  location / { proxy_pass http://consoles; proxy_set_header Host $http_host; proxy_buffering off;',
    '    add_header x-served-by $upstream_addr always; } }',
  ].join('\n');
  const stop = await runNginx(program, directory, configuration, port);
  return { url: `http://127.0.0.1:${String(port)}`, stop };
}

/** Ready once `port` answers; what is returned ends it and removes the directory. */
async function runNginx(program: string, directory: string, configuration: string, port: number): Promise<() => Promise<void>> {
  await writeFile(join(directory, 'polyvec.conf'), configuration);
  await writeFile(join(directory, 'nginx.conf'), mainConfiguration(directory));
  const child = spawn(program, ['-e', 'stderr', '-p', directory, '-c', join(directory, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const stop = async (): Promise<void> => {
    await endProcess(child, 'SIGTERM');
    await rm(directory, { recursive: true, force: true });
  };
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${output}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return stop;
}

/** Of one that has no such port, any other: nothing is sent there. */
function addressOf(backend: Backend | undefined, port: string): string {
  const ports: Readonly<Record<string, number | undefined>> = { 8000: backend?.chroma, 5080: backend?.pinecone };
  return `127.0.0.1:${String(ports[port] ?? backend?.chroma)}`;
}

/** What surrounds the shipped one: everything it writes is in the directory, and nothing is left running. */
function mainConfiguration(directory: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    'daemon off;',
    // or the worker would be somebody who may not write to the directory
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'worker_processes 1;',
    `pid ${directory}/nginx.pid;`,
    'error_log stderr warn;',
    'events { worker_connections 1024; }',
    'http {',
    '  access_log off;',
    ...kinds.map((kind) => `  ${kind}_temp_path ${directory}/${kind};`),
    `  include ${directory}/polyvec.conf;`,
    '}',
    '',
  ].join('\n');
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
