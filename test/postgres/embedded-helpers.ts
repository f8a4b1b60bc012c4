import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EmbeddedEngine } from '../../src/postgres/embedded/embedded-engine.js';

export function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'polyvec-test-'));
}

/** A pool whose broken idle connections are nobody's error. */
export function newPool(engine: EmbeddedEngine, max: number): pg.Pool {
  const pool = new pg.Pool({ ...engine.connection, max });
  pool.on('error', () => undefined);
  return pool;
}

/** Numbers that look random and are the same in every run. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Runs a file of this folder in a process of its own. */
export function run(file: string, ...values: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), values);
}

export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

/** Resolves when the process is gone. @throws when it is still there after `limitMs`. */
export async function gone(pid: number, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    if (performance.now() > deadline) throw new Error(`process ${String(pid)} is still there`);
    await sleep(20);
  }
}

/** What the promise was rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: unknown) => error as Error,
  );
}
