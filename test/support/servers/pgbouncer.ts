import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A pooler in transaction mode, in front of one server. */
export interface PgBouncer {
  /** The address of a database of the server, through the pooler. */
  through(databaseUrl: string): string;
  /** Ends it as an operator does who is in a hurry, and starts it again at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const MAX_WAIT_MS = 10_000;

/** Where the program is; undefined when it is not installed. */
export function findPgBouncer(): string | undefined {
  // Debian puts it where only the administrator's PATH leads
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return directories.map((directory) => join(directory, 'pgbouncer')).find((path) => existsSync(path));
}

/** Starts one on a free port of 127.0.0.1, with so many connections to each database of the server that `serverUrl` names. */
export async function startPgBouncer(program: string, serverUrl: string, poolSize: number): Promise<PgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-pgbouncer-'));
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(file, configuration(new URL(serverUrl), port, poolSize));
  // it does not run as root, and whom it runs as must read this
  await chmod(directory, 0o755);
  let child = await launch(program, file, port);
  return {
    through: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    },
    restart: async () => {
      await end(child);
      child = await launch(program, file, port);
    },
    stop: async () => {
      await end(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configuration(server: URL, port: number, poolSize: number): string {
  const { hostname, username, password } = server;
  return [
    '[databases]',
    `* = host=${hostname} port=${server.port || '5432'} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${String(port)}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    `default_pool_size = ${String(poolSize)}`,
    'max_client_conn = 200',
    '',
  ].join('\n');
}

async function launch(program: string, file: string, port: number): Promise<ChildProcess> {
  const isRoot = process.getuid?.() === 0;
  const child = spawn(program, [...(isRoot ? ['-u', 'nobody'] : []), file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const deadline = performance.now() + MAX_WAIT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`pgbouncer did not start: ${output}`);
    await sleep(20);
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
