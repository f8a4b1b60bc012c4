import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, presence, type ProcessIdentity, processSpace } from './process-identity.js';

interface Holder {
  readonly space: string;
  readonly process: ProcessIdentity;
  /** The engine's process, which may outlive the other for a moment. */
  readonly child?: ProcessIdentity;
  /** Where the engine's socket is, in a directory that only its owner can enter; absent without one. */
  readonly socketDirectory?: string;
}

const LOCK_FILE = /^engine-\d+-[0-9a-f]+\.lock$/;
const HEARTBEAT_MS = 1000;
/** A lock whose holder cannot be looked up is dead when its file has not been touched for this long. */
const SILENCE_MS = 6 * HEARTBEAT_MS;
/** A child ends within a second of its parent. */
const ORPHAN_MS = 3000;
/** How long processes that start at the same moment sort out who goes first. */
const CONTEST_MS = 800;

/**
 * Makes sure that one process at a time uses a data directory. Every claim is a lock file of its own name; it holds when no
 * other living one is there, and only one's own file or a dead process' is removed. So no takeover can hit a live lock.
 */
export class DataDirectoryLock {
  private path = '';
  private holder: Holder;
  private heartbeat: NodeJS.Timeout | undefined;

  private constructor(private readonly directory: string) {
    this.holder = { space: processSpace(), process: identify(process.pid) ?? { pid: process.pid } };
  }

  /**
   * Takes the lock, also from a process that died with it. Creates the directory when it is missing.
   * @throws Error with one line that names the directory and the process that uses it.
   */
  static async acquire(directory: string): Promise<DataDirectoryLock> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = new DataDirectoryLock(directory);
    const deadline = performance.now() + CONTEST_MS;
    for (;;) {
      lock.claim();
      const rivals = await lock.livingRivals();
      if (rivals.length === 0) return lock;
      // the first by name waits for the others to give way, so that two who start together do not both give up
      const isFirst = rivals.every(([path]) => lock.path < path);
      if (!isFirst) lock.release();
      if (performance.now() > deadline) {
        lock.release();
        throw new Error(inUse(directory, rivals[0]?.[1]));
      }
      await sleep(20 + Math.random() * 60);
    }
  }

  /** Notes the engine's process: the lock counts for as long as either lives. And where its socket is, for commands of the same owner. */
  recordChild(pid: number, socketDirectory?: string): void {
    this.holder = { ...this.holder, child: identify(pid) ?? { pid }, ...(socketDirectory !== undefined && { socketDirectory }) };
    const draft = `${this.path}.new`;
    writeFileSync(draft, JSON.stringify(this.holder), { mode: 0o600 });
    renameSync(draft, this.path);
  }

  release(): void {
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
    rmSync(this.path, { force: true });
  }

  private claim(): void {
    if (this.heartbeat !== undefined) return;
    // a new name each time: a process that found an earlier one stale may still remove it
    this.path = join(this.directory, `engine-${String(process.pid)}-${randomBytes(6).toString('hex')}.lock`);
    writeFileSync(this.path, JSON.stringify(this.holder), { flag: 'wx', mode: 0o600 });
    this.heartbeat = setInterval(() => {
      touch(this.path);
    }, HEARTBEAT_MS).unref();
  }

  private async livingRivals(): Promise<readonly (readonly [path: string, holder: Holder | undefined])[]> {
    const paths = readdirSync(this.directory)
      .filter((name) => LOCK_FILE.test(name))
      .map((name) => join(this.directory, name));
    const others = await Promise.all(
      paths
        .filter((path) => path !== this.path)
        .map(async (path) => {
          const holder = readHolder(path);
          if (await isHeld(path, holder)) return [[path, holder] as const];
          rmSync(path, { force: true });
          return [];
        }),
    );
    return others.flat();
  }
}

/**
 * Where the socket of the engine is that has the directory open now. Undefined when there is none, or none that this process could reach:
 * it has no socket, or is in another container.
 */
export function socketOfRunning(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const holders = readdirSync(directory)
    .filter((name) => LOCK_FILE.test(name))
    .map((name) => readHolder(join(directory, name)));
  const running = holders.find(
    (holder) => holder?.space === processSpace() && holder.child !== undefined && presence(holder.child) !== 'dead',
  );
  return running?.socketDirectory;
}

function inUse(directory: string, holder: Holder | undefined): string {
  const who = holder === undefined ? '' : `, process ${String(holder.process.pid)}`;
  return `the data directory ${directory} is in use by another Polyvec${who}: stop it, or choose another directory`;
}

async function isHeld(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.space !== processSpace()) return isTouched(path);
  const own = presence(holder.process);
  const child = holder.child === undefined ? 'dead' : presence(holder.child);
  if (own === 'dead' && child === 'dead') return false;
  if (own === 'alive') return true;
  if (own === 'dead' && child === 'alive') return outlives(holder.child);
  return isTouched(path);
}

async function outlives(child: ProcessIdentity | undefined): Promise<boolean> {
  const deadline = performance.now() + ORPHAN_MS;
  while (performance.now() < deadline) {
    if (child === undefined || presence(child) !== 'alive') return false;
    await sleep(50);
  }
  return true;
}

/** Watches for the holder's heartbeat. Ends as soon as it is seen, or the file is gone. */
async function isTouched(path: string): Promise<boolean> {
  const before = touchedAt(path);
  const deadline = performance.now() + SILENCE_MS;
  while (performance.now() < deadline) {
    await sleep(100);
    const now = touchedAt(path);
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

function touchedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // removed by hand, or the disk is away: nothing to keep alive
  }
}

/** Undefined when the file is gone or not yet written. */
function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
