import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listed, requireOwnDirectory } from './data-directory.js';
import { DataDirectoryLock } from './data-directory-lock.js';
import { freeBytes, inMiB, RESERVE_BYTES, useReserve } from './disk-space.js';
import type { Endpoint, LogLevel } from './engine-messages.js';
import { EngineProcess, type ReadyMessage } from './engine-process.js';

export interface EmbeddedEngineOptions {
  readonly dataDirectory: string;
  /** A request that takes longer ends the engine, which then starts again. */
  readonly statementTimeoutMs: number;
  /** A client that sends nothing for this long inside a transaction is disconnected. Default 30 s. */
  readonly idleTransactionTimeoutMs?: number;
  /** With less free space on its disk, writes fail with SQLSTATE 53100. Default: as much as the reserve. */
  readonly leastFreeBytes?: number;
  /** Default `socket`; on Windows `tcp`, on the loopback interface and with a password. */
  readonly transport?: 'socket' | 'tcp';
  readonly log: (level: LogLevel, message: string) => void;
}

/** What a Postgres client needs to connect. `host` is the directory of the socket, or an address. */
export interface EngineConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

const READY_LIMIT_MS = 30_000;
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
const LONGEST_BACKOFF_MS = 5000;
/** An engine that ran for this long did not fail because of how it was started. */
const STABLE_MS = 30_000;
/** macOS allows this many bytes, Linux four more; a longer path is cut off without an error. */
const MAX_SOCKET_PATH = 103;

/** Postgres in a child process, for one data directory. It is started again whenever it ends before `stop`. */
export class EmbeddedEngine {
  private current: EngineProcess | undefined;
  private facts: ReadyMessage | undefined;
  private isUp = false;
  /** By the clock of `performance`. */
  private upSince = Infinity;
  private failures = 0;
  private restartCount = 0;
  private lastReason = '';
  private stopped: Promise<void> | undefined;
  private restartTimer: NodeJS.Timeout | undefined;
  /** Says `change`: `true` when the engine is up, `false` when its first start has failed or it is stopped. */
  private readonly state = new EventEmitter().setMaxListeners(0);

  private constructor(
    private readonly options: EmbeddedEngineOptions,
    private readonly directory: string,
    private readonly lock: DataDirectoryLock,
    private readonly endpoint: Endpoint,
  ) {}

  /**
   * Opens the data directory, which is created when it is missing. Resolves when clients can connect.
   * @throws Error with one line when the directory is not ours, another process uses it, or its data cannot be opened.
   */
  static async start(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
    const directory = resolve(options.dataDirectory);
    const foreign = requireOwnDirectory(directory);
    if (foreign.length > 0) {
      options.log('warn', `the data directory ${directory} also holds what is not Polyvec's: ${listed(foreign)}`);
    }
    const lock = await acquire(directory);
    try {
      const endpoint = newEndpoint(options.transport ?? (process.platform === 'win32' ? 'tcp' : 'socket'));
      const engine = new EmbeddedEngine(options, directory, lock, endpoint);
      engine.launch();
      await once(engine.state, 'change');
      if (engine.facts !== undefined) return engine;
      await engine.stop();
      throw new Error(`cannot open the data directory ${directory}: ${engine.lastReason}`);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get connection(): EngineConnection {
    const login = { user: 'postgres', database: 'postgres' };
    return this.endpoint.kind === 'socket'
      ? { host: this.endpoint.directory, port: 5432, ...login }
      : { host: '127.0.0.1', port: this.facts?.port ?? 0, ...login, password: this.endpoint.password };
  }

  get engineDescription(): string {
    return `Postgres ${this.facts?.server ?? ''} (embedded), pgvector ${this.facts?.vector ?? ''}`;
  }

  /** How often the engine has come back. */
  get restarts(): number {
    return this.restartCount;
  }

  /** Undefined while no engine runs. */
  get childPid(): number | undefined {
    return this.current?.pid;
  }

  /** Resolves when clients can connect. @throws Error with code ECONNREFUSED, after 30 s or when the engine is stopped. */
  async ready(): Promise<void> {
    if (this.isUp) return;
    if (this.stopped !== undefined) throw this.unavailable();
    const signal = AbortSignal.timeout(READY_LIMIT_MS);
    const [isUp] = (await once(this.state, 'change', { signal }).catch(() => [false])) as [boolean];
    if (!isUp) throw this.unavailable();
  }

  /** Lets the running request finish, shuts the database down and gives the directory free. Open connections are closed. */
  stop(): Promise<void> {
    this.stopped ??= this.shutDown();
    return this.stopped;
  }

  private async shutDown(): Promise<void> {
    clearTimeout(this.restartTimer);
    this.isUp = false;
    this.state.emit('change', false);
    await this.current?.stop();
    if (this.endpoint.kind === 'socket') rmSync(this.endpoint.directory, { recursive: true, force: true });
    this.lock.release();
  }

  private launch(): void {
    this.upSince = Infinity;
    if (useReserve(this.directory)) {
      const reserve = inMiB(RESERVE_BYTES);
      this.options.log('warn', `the disk of the data directory ${this.directory} is full: its reserve of ${reserve} is used`);
    }
    const socketDirectory = this.endpoint.kind === 'socket' ? this.endpoint.directory : undefined;
    const engine = new EngineProcess(socketDirectory, {
      onReady: (facts) => {
        this.rise(facts);
      },
      onLog: this.options.log,
      onFailing: () => {
        this.isUp = false;
      },
      onExit: (reason) => {
        this.fall(reason);
      },
    });
    this.current = engine;
    if (engine.pid === undefined) return;
    try {
      // before it may touch the data: from here on the lock counts for as long as the child lives
      this.lock.recordChild(engine.pid, socketDirectory);
    } catch (error) {
      this.options.log('error', `the lock of the data directory cannot be written: ${(error as Error).message}`);
      void engine.stop();
      return;
    }
    engine.open({
      directory: this.directory,
      endpoint:
        this.facts !== undefined && this.endpoint.kind === 'tcp' ? { ...this.endpoint, port: this.facts.port } : this.endpoint,
      statementTimeoutMs: this.options.statementTimeoutMs,
      idleTransactionTimeoutMs: this.options.idleTransactionTimeoutMs ?? IDLE_TRANSACTION_TIMEOUT_MS,
      leastFreeBytes: this.options.leastFreeBytes ?? RESERVE_BYTES,
    });
  }

  private rise(facts: ReadyMessage): void {
    if (this.stopped !== undefined) return;
    if (this.facts !== undefined) {
      this.restartCount += 1;
      this.options.log('info', 'the embedded Postgres is back');
    }
    this.facts = facts;
    this.isUp = true;
    this.upSince = performance.now();
    this.state.emit('change', true);
  }

  private fall(cause: string): void {
    this.current = undefined;
    const reason = `${cause}${this.wantOfRoom()}`;
    this.lastReason = reason;
    if (this.stopped !== undefined) return;
    if (this.facts === undefined) {
      this.state.emit('change', false);
      return;
    }
    const wasStable = performance.now() - this.upSince > STABLE_MS;
    this.isUp = false;
    this.failures = wasStable ? 0 : this.failures;
    const delay = this.failures === 0 ? 0 : Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** this.failures);
    this.failures += 1;
    this.options.log('error', `the embedded Postgres ended: ${reason}; starting it again in ${String(delay)} ms`);
    this.restartTimer = setTimeout(() => {
      this.launch();
    }, delay);
  }

  /** Postgres itself says little when there is no room for its log. */
  private wantOfRoom(): string {
    const free = freeBytes(this.directory) ?? Infinity;
    if (free >= RESERVE_BYTES) return '';
    return `; the disk of the data directory ${this.directory} has ${inMiB(free)} left: free some space`;
  }

  private unavailable(): Error {
    const reason = this.stopped === undefined ? `has not come back: ${this.lastReason}` : 'is stopped';
    return Object.assign(new Error(`the embedded Postgres ${reason}`), { code: 'ECONNREFUSED' });
  }
}

/** A lock is a file, which a full disk may have no room for. */
async function acquire(directory: string): Promise<DataDirectoryLock> {
  return DataDirectoryLock.acquire(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC' || !useReserve(directory)) throw error;
    return DataDirectoryLock.acquire(directory);
  });
}

function newEndpoint(transport: 'socket' | 'tcp'): Endpoint {
  if (transport === 'tcp') return { kind: 'tcp', port: 0, password: randomBytes(24).toString('hex') };
  const parent = [tmpdir(), '/tmp'].find((path) => fits(path)) ?? '/tmp';
  return { kind: 'socket', directory: mkdtempSync(join(parent, 'polyvec-')) };
}

function fits(parent: string): boolean {
  return Buffer.byteLength(join(parent, 'polyvec-XXXXXX', '.s.PGSQL.5432')) <= MAX_SOCKET_PATH;
}
