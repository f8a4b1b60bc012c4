import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './pgbouncer.js';
import { findServerPrograms } from './standby.js';

/** A Postgres server of a test's own, with data of its own, that may be killed. */
export interface OwnPostgres {
  readonly url: string;
  /** Resolves when it takes connections. @throws Error with what it wrote when it does not within a minute */
  start(): Promise<void>;
  /** Kill -9 of the postmaster; its children end by themselves. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const START_MS = 60_000;
const USER = 'polyvec';
/** What the development database has, and shared memory that does not depend on the size of /dev/shm. */
const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
fsync = on
synchronous_commit = on
logging_collector = off
`;

/** With these lines in its configuration. It is not started yet. @throws Error when no Postgres is installed here */
export async function createOwnPostgres(settings = ''): Promise<OwnPostgres> {
  const binaries = findServerPrograms();
  if (binaries === undefined) throw new Error('no PostgreSQL with pgvector is installed here: npm run db:up installs one');
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-postgres-'));
  const account = serverAccount();
  const data = join(directory, 'data');
  const password = randomUUID();
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) for (const path of [directory, passwordFile]) await chown(path, account.uid, account.gid);
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  const options = ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', ...locale];
  execFileSync(join(binaries, 'initdb'), options, { ...account, cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  await appendFile(join(data, 'postgresql.conf'), `${SETTINGS}port = ${String(port)}\n${settings}\n`);
  const log = join(directory, 'server.log');
  await writeFile(log, '');
  const url = `postgres://${USER}:${password}@127.0.0.1:${String(port)}/postgres`;
  return new Server(url, log, directory, () => launch(join(binaries, 'postgres'), data, log, account));
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account that a server runs as; undefined: ours. It refuses to run as root. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function launch(program: string, data: string, log: string, account: Account | undefined): Promise<ChildProcess> {
  const output = await open(log, 'a');
  try {
    return spawn(program, ['-D', data], { ...account, cwd: data, stdio: ['ignore', output.fd, output.fd] });
  } finally {
    await output.close();
  }
}

class Server implements OwnPostgres {
  private postmaster: ChildProcess | undefined;

  constructor(
    readonly url: string,
    private readonly log: string,
    private readonly directory: string,
    private readonly launch: () => Promise<ChildProcess>,
  ) {}

  async start(): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      // one that finds the children of its killed predecessor ends again
      if (this.postmaster === undefined || hasEnded(this.postmaster)) this.postmaster = await this.launch();
      if (await this.answers()) return;
      await sleep(50);
    }
    throw new Error(`Postgres did not start: ${(await readFile(this.log, 'utf8')).slice(-2_000)}`);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.end('SIGQUIT');
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { postmaster } = this;
    if (postmaster === undefined || hasEnded(postmaster)) return;
    const exited = once(postmaster, 'exit');
    postmaster.kill(signal);
    await exited;
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
