import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/servers/pgbouncer.js';
import { findServerPrograms } from '../../support/servers/standby.js';
import { haproxyFile, type NodePlace, patroniFile, USER } from './patroni-files.js';

/** What Patroni says of one node. */
export interface Member {
  readonly name: string;
  readonly role: 'leader' | 'sync_standby' | 'replica' | 'standby_leader';
  readonly state: string;
  /** Of a node that is still starting: `unknown`, or that of the leader before. */
  readonly timeline?: number | string;
}

/** Postgres on three nodes that replicate synchronously, each with a Patroni, and one etcd; all on the loopback interface. */
export interface PatroniCluster {
  /** Of all nodes, or of the HAProxy in front of them. */
  readonly url: string;
  /** Resolves when there is a leader other than `than`, and says which. */
  leader(than?: string): Promise<string>;
  /** Resolves when all nodes run, and one of them follows the leader synchronously. Says which one leads. */
  settled(): Promise<string>;
  /** Hands the lead over, as an operator does. */
  switchOver(leader: string): Promise<void>;
  /** Kill -9 of its Postgres. */
  killPostgres(name: string): Promise<void>;
  /** Kill -9 of its Patroni and its Postgres, frozen or not. */
  killNode(name: string): Promise<void>;
  /** Stops all of its processes where they are; their connections stay open. */
  freeze(name: string): Promise<void>;
  /** Starts the Patroni of a node that was killed. */
  restore(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

interface Node extends NodePlace {
  patroni: ChildProcess;
}

const NODES = 3;
const LIMIT_MS = 180_000;
const PACKAGES: Readonly<Record<string, string>> = { patroni: 'patroni python3-etcd', etcd: 'etcd-server', haproxy: 'haproxy' };

/** Starts it, for `haproxy` with that in front. @throws Error that says what to install */
export async function startPatroniCluster(front: 'hosts' | 'haproxy'): Promise<PatroniCluster> {
  const programs = findServerPrograms();
  if (programs === undefined) throw new Error('no PostgreSQL with pgvector is installed here: npm run db:up installs one');
  const paths = { patroni: find('patroni'), etcd: find('etcd'), ...(front === 'haproxy' && { haproxy: find('haproxy') }) };
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-patroni-'));
  await chmod(directory, 0o755);
  const host = new Host(directory, serverAccount());
  try {
    const etcdPort = await host.startEtcd(paths.etcd);
    const password = randomUUID();
    const nodes: Node[] = [];
    for (let number = 1; number <= NODES; number += 1) {
      const name = `node${String(number)}`;
      const place = { name, port: await freePort(), restPort: await freePort(), directory: await host.directoryOf(name) };
      await host.write(`${name}/patroni.yml`, patroniFile(place, etcdPort, programs, password));
      nodes.push({ ...place, patroni: await host.launch(name, paths.patroni, join(place.directory, 'patroni.yml')) });
    }
    let hosts = nodes.map(({ port }) => `127.0.0.1:${String(port)}`).join(',');
    if (paths.haproxy !== undefined) {
      const port = await freePort();
      await host.launch('haproxy', paths.haproxy, '-db', '-f', await host.write('haproxy.cfg', haproxyFile(nodes, port)));
      hosts = `127.0.0.1:${String(port)}`;
    }
    const cluster = new Cluster(`postgres://${USER}:${password}@${hosts}/postgres`, nodes, host, paths.patroni);
    await cluster.settled();
    return cluster;
  } catch (error) {
    await host.end();
    throw error;
  }
}

class Cluster implements PatroniCluster {
  constructor(
    readonly url: string,
    private readonly nodes: readonly Node[],
    private readonly host: Host,
    private readonly patroni: string,
  ) {}

  async leader(than = ''): Promise<string> {
    const members = await this.membersWhen((seen) => leaderOf(seen) !== undefined && leaderOf(seen) !== than);
    return leaderOf(members) ?? '';
  }

  async settled(): Promise<string> {
    const isSettled = (members: readonly Member[]): boolean =>
      members.length === NODES &&
      members.every(({ state }) => state === 'running' || state === 'streaming') &&
      members.some(({ role }) => role === 'sync_standby') &&
      new Set(members.map(({ timeline }) => timeline)).size === 1 &&
      leaderOf(members) !== undefined;
    return leaderOf(await this.membersWhen(isSettled)) ?? '';
  }

  async switchOver(leader: string): Promise<void> {
    const { restPort } = this.node(leader);
    const response = await fetch(`http://127.0.0.1:${String(restPort)}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader }),
    });
    if (!response.ok) throw new Error(`switchover: ${String(response.status)} ${await response.text()}`);
  }

  async killPostgres(name: string): Promise<void> {
    process.kill(await postmasterOf(this.node(name)), 'SIGKILL');
  }

  async killNode(name: string): Promise<void> {
    const node = this.node(name);
    const exited = once(node.patroni, 'exit');
    node.patroni.kill('SIGKILL');
    await exited;
    await this.signal(name, 'SIGKILL');
  }

  async freeze(name: string): Promise<void> {
    await this.signal(name, 'SIGSTOP');
  }

  async restore(name: string): Promise<void> {
    const node = this.node(name);
    node.patroni = await this.host.launch(name, this.patroni, join(node.directory, 'patroni.yml'));
  }

  async stop(): Promise<void> {
    for (const { name } of this.nodes) await this.signal(name, 'SIGCONT').catch(() => undefined);
    await this.host.end();
  }

  private async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const node = this.node(name);
    const { pid } = node.patroni;
    if (pid !== undefined && !hasEnded(node.patroni)) process.kill(pid, signal);
    const postmaster = await postmasterOf(node).catch(() => undefined);
    if (postmaster === undefined) return;
    for (const each of [postmaster, ...childrenOf(postmaster)]) {
      try {
        process.kill(each, signal);
      } catch {
        // it has ended
      }
    }
  }

  private node(name: string): Node {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  private async membersWhen(isSettled: (members: readonly Member[]) => boolean): Promise<readonly Member[]> {
    const deadline = performance.now() + LIMIT_MS;
    let seen: readonly Member[] = [];
    while (performance.now() < deadline) {
      for (const node of this.nodes) {
        seen = await membersAt(node).catch(() => []);
        if (isSettled(seen)) return seen;
      }
      await sleep(200);
    }
    throw new Error(`the cluster does not settle: ${JSON.stringify(seen)}; ${await this.host.lastWords()}`);
  }
}

/** The processes of a cluster, and their files. */
class Host {
  private readonly children: ChildProcess[] = [];
  private readonly logs: string[] = [];

  constructor(
    private readonly directory: string,
    private readonly account: Account | undefined,
  ) {}

  async directoryOf(name: string): Promise<string> {
    const path = join(this.directory, name);
    await mkdir(path, { mode: 0o700 });
    if (this.account !== undefined) await chown(path, this.account.uid, this.account.gid);
    return path;
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, text, { mode: 0o600 });
    if (this.account !== undefined) await chown(path, this.account.uid, this.account.gid);
    return path;
  }

  async launch(name: string, program: string, ...words: readonly string[]): Promise<ChildProcess> {
    const log = join(this.directory, `${name}.log`);
    this.logs.push(log);
    const output = await open(log, 'a');
    try {
      // a virtual environment of the caller's has no business with the system's Python
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
      const child = spawn(program, words, { ...this.account, env, cwd: '/', stdio: ['ignore', output.fd, output.fd] });
      this.children.push(child);
      return child;
    } finally {
      await output.close();
    }
  }

  async startEtcd(program: string): Promise<number> {
    const [port, peerPort] = [await freePort(), await freePort()];
    const [client, peer] = [port, peerPort].map((each) => `http://127.0.0.1:${String(each)}`);
    const own = await this.directoryOf('etcd');
    await this.launch(
      'etcd',
      program,
      ...['--data-dir', own, '--listen-client-urls', client ?? '', '--advertise-client-urls', client ?? ''],
      ...['--listen-peer-urls', peer ?? '', '--initial-advertise-peer-urls', peer ?? ''],
      ...['--initial-cluster', `default=${peer ?? ''}`, '--heartbeat-interval', '500', '--election-timeout', '5000'],
    );
    return port;
  }

  /** Patroni stops its Postgres, too. */
  async end(): Promise<void> {
    const [etcd, ...others] = this.children;
    await Promise.all(others.map(endProcess));
    if (etcd !== undefined) await endProcess(etcd);
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  async lastWords(): Promise<string> {
    const texts = await Promise.all([...new Set(this.logs)].map((log) => readFile(log, 'utf8')));
    return texts.map((text) => text.slice(-1_000)).join('\n---\n');
  }
}

async function membersAt({ restPort }: NodePlace): Promise<readonly Member[]> {
  const response = await fetch(`http://127.0.0.1:${String(restPort)}/cluster`, { signal: AbortSignal.timeout(2_000) });
  return ((await response.json()) as { readonly members: readonly Member[] }).members;
}

function leaderOf(members: readonly Member[]): string | undefined {
  return members.find(({ role, state }) => role === 'leader' && state === 'running')?.name;
}

async function postmasterOf({ directory }: NodePlace): Promise<number> {
  const [line] = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  // of a server that is being mended, negative
  if (!/^[1-9]\d*$/.test(line ?? '')) throw new Error(`no Postgres runs in ${directory}`);
  return Number(line);
}

function childrenOf(pid: number): readonly number[] {
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return listed
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exited, sleep(30_000, undefined, { ref: false })]);
  if (!hasEnded(child)) child.kill('SIGKILL');
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function find(name: 'patroni' | 'etcd' | 'haproxy'): string {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  const path = directories.map((directory) => join(directory, name)).find((each) => existsSync(each));
  if (path === undefined) throw new Error(`${name} is not installed: on Debian, apt-get install ${PACKAGES[name] ?? name}`);
  return path;
}

/** Postgres and Patroni do not run as root. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
