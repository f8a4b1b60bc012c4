import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './pgbouncer.js';

const run = promisify(execFile);

/** Two Postgres servers of a test's own: a primary, and a standby that follows it. */
export interface Replication {
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** The standby takes no more of what the primary writes, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when the standby has all that the primary has written so far. */
  caughtUp(): Promise<void>;
  stopStandby(): Promise<void>;
  startStandby(): Promise<void>;
  /** Ends the primary at once, as a crash does. */
  stopPrimary(): Promise<void>;
  /** A write is acknowledged from now on when the standby has it on its disk, too. */
  makeSynchronous(): Promise<void>;
  /** Makes the standby a primary. */
  promoteStandby(): Promise<void>;
  /** Ends both and removes their data. */
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ROOT_DIRECTORY = '/usr/lib/postgresql';
const SETTINGS = [
  'fsync = off',
  'shared_buffers = 32MB',
  'max_connections = 60',
  "unix_socket_directories = ''",
  "listen_addresses = '127.0.0.1'",
  'wal_level = replica',
  'max_wal_senders = 4',
  'hot_standby = on',
  // what was paused is followed again at once
  'wal_retrieve_retry_interval = 100ms',
  '',
].join('\n');

/** Where the programs of the newest server with pgvector are; undefined when there is none. */
export function findServerPrograms(): string | undefined {
  const versions = existsSync(ROOT_DIRECTORY) ? readdirSync(ROOT_DIRECTORY) : [];
  const newest = versions.map(Number).sort((left, right) => right - left);
  return newest
    .filter((version) => existsSync(`/usr/share/postgresql/${String(version)}/extension/vector.control`))
    .map((version) => join(ROOT_DIRECTORY, String(version), 'bin'))
    .find((directory) => existsSync(join(directory, 'pg_basebackup')));
}

/** Makes both in a temporary directory, on free ports of 127.0.0.1. */
export async function startReplication(programs: string): Promise<Replication> {
  const account = await serverAccount();
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-standby-'));
  await chmod(directory, 0o755);
  if (account !== undefined) await chown(directory, account.uid, account.gid);
  const server = async (program: string, ...words: readonly string[]): Promise<void> => {
    await run(join(programs, program), words, { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' }, ...account });
  };
  const control = async (name: string, ...words: readonly string[]): Promise<void> =>
    server('pg_ctl', '-D', join(directory, name), '-w', '-t', '30', '-s', '-l', join(directory, `${name}.log`), ...words);
  const [primaryPort, standbyPort] = [await freePort(), await freePort()];
  await server(
    'initdb',
    '-U',
    'polyvec',
    '--auth=trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '-D',
    join(directory, 'primary'),
  );
  await appendFile(join(directory, 'primary', 'postgresql.conf'), SETTINGS);
  const startPrimary = async (): Promise<void> => control('primary', '-o', `-p ${String(primaryPort)}`, 'start');
  const startStandby = async (): Promise<void> => control('standby', '-o', `-p ${String(standbyPort)}`, 'start');
  const stopServer = async (name: string): Promise<void> => control(name, '-m', 'immediate', 'stop').catch(() => undefined);
  const urlOf = (port: number, database: string): string => `postgres://polyvec@127.0.0.1:${String(port)}/${database}`;
  const database = `polyvec_${randomUUID().replaceAll('-', '')}`;
  const stop = async (): Promise<void> => {
    await stopServer('standby');
    await stopServer('primary');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await startPrimary();
    await ask(urlOf(primaryPort, 'postgres'), `CREATE DATABASE ${database}`);
    const source = `host=127.0.0.1 port=${String(primaryPort)} user=polyvec`;
    await server(
      'pg_basebackup',
      '-d',
      source,
      '-D',
      join(directory, 'standby'),
      '-R',
      '-X',
      'stream',
      '-c',
      'fast',
      '--no-sync',
    );
    await startStandby();
  } catch (error) {
    await stop();
    throw error;
  }
  const [primaryUrl, standbyUrl] = [urlOf(primaryPort, database), urlOf(standbyPort, database)];
  return {
    primaryUrl,
    standbyUrl,
    startStandby,
    stop,
    stopStandby: () => stopServer('standby'),
    stopPrimary: () => stopServer('primary'),
    makeSynchronous: async () => {
      await ask(primaryUrl, "ALTER SYSTEM SET synchronous_standby_names = '*'");
      await ask(primaryUrl, 'SELECT pg_reload_conf()');
      const look = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'";
      while ((await ask(primaryUrl, look)).length === 0) await sleep(20);
    },
    promoteStandby: async () => {
      await ask(standbyUrl, 'SELECT pg_promote()');
    },
    pause: async () => {
      await ask(standbyUrl, 'SELECT pg_wal_replay_pause()');
    },
    resume: async () => {
      await ask(standbyUrl, 'SELECT pg_wal_replay_resume()');
    },
    caughtUp: async () => {
      const [row] = await ask(primaryUrl, 'SELECT pg_current_wal_lsn() AS written');
      const written = String(row?.['written']);
      const look = `SELECT pg_last_wal_replay_lsn() >= '${written}'::pg_lsn AS seen`;
      while ((await ask(standbyUrl, look))[0]?.['seen'] !== true) await sleep(20);
    },
  };
}

/** Whom the server runs as: root may not run it. */
async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const number = async (option: string): Promise<number> => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await number('-u'), gid: await number('-g') };
}

async function ask(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
