import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { EngineFacts, EngineOptions, FromThread, ToThread, TransactionStatus } from './engine-messages.js';

interface Run {
  readonly onData: (bytes: Uint8Array) => void;
  readonly onDone: (status: TransactionStatus | undefined) => void;
}

/** The engine's code, once for each process: what V8 has compiled of it serves every thread. */
let program: Promise<WebAssembly.Module> | undefined;

/** The engine in a thread of its own: whatever a query does, this side stays awake. */
export class EngineThread {
  private current: Run | undefined;
  private isClosing = false;
  private onClosed: (() => void) | undefined;
  private watchdog: NodeJS.Timeout | undefined;

  private constructor(
    private readonly worker: Worker,
    readonly facts: EngineFacts,
    private readonly statementTimeoutMs: number,
    private readonly die: (reason: string) => void,
  ) {
    worker.on('message', (message: FromThread) => {
      this.receive(message);
    });
  }

  /** Opens the database in `directory`. `die` is called when the engine can no longer be trusted to answer. */
  static async start(directory: string, statementTimeoutMs: number, die: (reason: string) => void): Promise<EngineThread> {
    program ??= readFile(new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'))).then((bytes) =>
      WebAssembly.compile(bytes),
    );
    const workerData: EngineOptions = { directory, statementTimeoutMs, program: await program };
    const worker = new Worker(new URL('./engine-worker.js', import.meta.url), { workerData });
    return new Promise((resolve, reject) => {
      let thread: EngineThread | undefined;
      worker.once('message', (message: FromThread) => {
        if (message.kind !== 'ready') return;
        thread = new EngineThread(worker, message.facts, statementTimeoutMs, die);
        resolve(thread);
      });
      worker.on('error', (error) => {
        if (thread === undefined) reject(error);
        else die(`the engine broke: ${error.message}`);
      });
      worker.on('exit', () => {
        if (thread === undefined) reject(new Error('the engine ended while it started'));
        else if (!thread.isClosing) die('the engine ended');
      });
    });
  }

  /**
   * Runs one piece of the protocol; one at a time. `bytes` are handed over and must not be used afterwards. Nothing but the end of the
   * engine stops a statement, so that is what happens to one that runs too long, unless it is `unlimited`.
   */
  run(bytes: Uint8Array<ArrayBuffer>, run: Run, limit: 'limited' | 'unlimited' = 'limited'): void {
    this.current = run;
    if (limit === 'limited') {
      this.watchdog = setTimeout(() => {
        this.die(`a statement ran longer than ${String(this.statementTimeoutMs)} ms`);
      }, this.statementTimeoutMs);
    }
    this.send({ kind: 'run', bytes }, [bytes.buffer]);
  }

  /** Shuts the database down in good order. Nothing may be running. */
  async close(): Promise<void> {
    this.isClosing = true;
    await new Promise<void>((resolve) => {
      this.onClosed = resolve;
      this.send({ kind: 'close' });
    });
    await this.worker.terminate();
  }

  private send(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private receive(message: FromThread): void {
    switch (message.kind) {
      case 'data':
        this.current?.onData(message.bytes);
        break;
      case 'done': {
        clearTimeout(this.watchdog);
        const run = this.current;
        this.current = undefined;
        if (message.bytes.length > 0) run?.onData(message.bytes);
        run?.onDone(message.status);
        break;
      }
      case 'closed':
        this.onClosed?.();
        break;
      case 'ready':
        break;
    }
  }
}
