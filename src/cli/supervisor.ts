import cluster, { type Worker } from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { relayFeed } from '../observability/worker-feed.js';
import { relayMetrics } from '../observability/worker-metrics.js';
import { STOPPED } from './stop-on-signals.js';
import { workerMessage } from './worker-messages.js';

/** The program, in the form (built or not) that runs now. */
const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A worker that ran for this long did not fail because of how it was started. */
const STABLE_MS = 60_000;

/** Keeps a number of workers running, which share every port. */
export class Supervisor {
  private readonly workers = new Set<Worker>();
  private state: 'starting' | 'running' | 'stopping' = 'starting';
  private failures = 0;
  private worstCode = 0;

  constructor(
    private readonly count: number,
    private readonly logger: Logger,
  ) {}

  /** Starts the workers, and prints what a person wants to know when all of them take requests. Ends the process when they end. */
  async run(): Promise<void> {
    cluster.setupPrimary({ exec: MAIN, args: process.argv.slice(2) });
    relayMetrics();
    relayFeed();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        this.signalled();
      });
    }
    // the first one alone, so that a problem is reported once
    const first = await this.launch();
    const others = first === undefined ? [] : await Promise.all(Array.from({ length: this.count - 1 }, () => this.launch()));
    if (this.isStopping()) return;
    if (first === undefined || others.includes(undefined)) {
      this.stop(1);
      return;
    }
    this.state = 'running';
    process.stdout.write(first);
    // those that have ended while others started
    for (let running = this.workers.size; running < this.count; running += 1) void this.replace();
  }

  /** Its banner when it takes requests; undefined when it ended before. */
  private launch(): Promise<string | undefined> {
    const worker = cluster.fork();
    const start = performance.now();
    this.workers.add(worker);
    return new Promise((resolve) => {
      worker.on('message', (message: unknown) => {
        const report = workerMessage(message);
        if (report?.kind === 'listening') resolve(report.banner);
        else if (report?.kind === 'failed') this.stop(1);
      });
      worker.once('exit', (code: number | null, signal: string | null) => {
        this.workers.delete(worker);
        resolve(undefined);
        this.ended(worker, code, signal, performance.now() - start > STABLE_MS);
      });
    });
  }

  private ended({ process: { pid } }: Worker, code: number | null, signal: string | null, wasStable: boolean): void {
    if (this.state === 'stopping') {
      this.worstCode = Math.max(this.worstCode, code ?? 1);
      if (this.workers.size === 0) this.exit();
    }
    if (this.state !== 'running') return;
    this.failures = wasStable ? 0 : this.failures + 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.logger.error({ context: 'workers', pid, code, signal }, `a worker ended; another one starts in ${String(pause)} ms`);
    setTimeout(() => {
      if (this.state === 'running') void this.replace();
    }, pause);
  }

  private async replace(): Promise<void> {
    if ((await this.launch()) !== undefined) this.logger.info({ context: 'workers' }, 'another worker takes requests');
  }

  private signalled(): void {
    if (this.state !== 'stopping') {
      this.stop(0);
      return;
    }
    for (const worker of this.workers) worker.process.kill('SIGKILL');
    process.exit(1);
  }

  /** Lets the workers finish what they do; the process ends with the worst of their codes and `code`. */
  private stop(code: number): void {
    this.state = 'stopping';
    this.worstCode = Math.max(this.worstCode, code);
    for (const worker of this.workers) worker.process.kill('SIGTERM');
    if (this.workers.size === 0) this.exit();
  }

  private exit(): never {
    if (this.worstCode === 0) process.stdout.write(STOPPED);
    process.exit(this.worstCode);
  }

  private isStopping(): boolean {
    return this.state === 'stopping';
  }
}
