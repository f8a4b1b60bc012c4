import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildOptions, FromChild, LogLevel, ToChild } from './engine-messages.js';

export type ReadyMessage = Extract<FromChild, { kind: 'ready' }>;

export interface EngineProcessEvents {
  readonly onReady: (message: ReadyMessage) => void;
  readonly onLog: (level: LogLevel, message: string) => void;
  /** It is about to end, and answers no more. */
  readonly onFailing: () => void;
  /** Once, when the process is gone; `reason` is one line. */
  readonly onExit: (reason: string) => void;
}

/** What is used of a child process. */
export type EngineChild = Pick<ChildProcess, 'pid' | 'stderr' | 'kill'> & {
  send(message: ToChild, then: () => void): void;
  on(event: 'message', listener: (message: FromChild) => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
};

const CHILD = fileURLToPath(new URL('./engine-child.js', import.meta.url));
/** A start may have to go through a long log of changes first. */
const START_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 10_000;

/** How the process is started. Tests replace it: their processes serve one data directory after the other. */
export const engineLauncher: { launch: (socketDirectory: string | undefined) => EngineChild } = { launch: forkEngine };

export function forkEngine(socketDirectory: string | undefined): ChildProcess {
  // a debugger's port serves one process
  const execArgv = process.execArgv.filter((argument) => !argument.startsWith('--inspect'));
  return fork(CHILD, socketDirectory === undefined ? [] : [socketDirectory], {
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** One run of the engine's process, from its start to its end. */
export class EngineProcess {
  private readonly child: EngineChild;
  private readonly startLimit: NodeJS.Timeout;
  private readonly exited: Promise<void>;
  private isReady = false;
  private reason: string | undefined;

  /** `socketDirectory` is removed by the process if its parent dies. */
  constructor(
    socketDirectory: string | undefined,
    private readonly events: EngineProcessEvents,
  ) {
    this.child = engineLauncher.launch(socketDirectory);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      events.onLog('warn', text.trimEnd());
    });
    this.child.on('message', (message: FromChild) => {
      this.receive(message);
    });
    this.startLimit = setTimeout(() => {
      this.kill('it took too long to start');
    }, START_LIMIT_MS);
    this.exited = new Promise((resolve) => {
      const end = (reason: string): void => {
        clearTimeout(this.startLimit);
        resolve();
        events.onExit(this.reason ?? reason);
      };
      this.child.once('error', (error) => {
        // an `exit` follows only if the process had started
        if (this.child.pid === undefined) end(error.message);
      });
      this.child.once('disconnect', events.onFailing);
      this.child.once('exit', (code, signal) => {
        end(signal === null ? `it ended with code ${String(code)}` : `it was ended by ${signal}`);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Lets the process open the data directory. */
  open(options: ChildOptions): void {
    this.send({ kind: 'start', options });
  }

  /** Ends the process: in good order if it is ready and can within 10 s. */
  async stop(): Promise<void> {
    if (this.isReady) this.send({ kind: 'stop' });
    else this.kill('it was stopped while it started');
    const limit = setTimeout(() => {
      this.kill('it did not stop in time');
    }, STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(limit);
  }

  private kill(reason: string): void {
    this.reason ??= reason;
    this.child.kill('SIGKILL');
  }

  private send(message: ToChild): void {
    // a process that has just died is reported by its `exit`
    this.child.send(message, () => undefined);
  }

  private receive(message: FromChild): void {
    switch (message.kind) {
      case 'ready':
        this.isReady = true;
        clearTimeout(this.startLimit);
        this.events.onReady(message);
        break;
      case 'failed':
        this.reason = message.message;
        this.events.onFailing();
        break;
      case 'closed':
        break;
      case 'log':
        this.events.onLog(message.level, message.message);
        break;
    }
  }
}
