import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { FromChild, ToChild } from '../../../src/postgres/embedded/engine-messages.js';
import { type EngineChild, engineLauncher, forkEngine } from '../../../src/postgres/embedded/engine-process.js';

/** A process is replaced after so many data directories: its memory never shrinks. */
const MAX_USES = 40;

/**
 * From here on, a process of the embedded engine that has closed its data directory is kept, and opens the next one. What V8 has compiled
 * of the engine stays, and that is most of what a start and the first statements cost.
 */
export function keepEnginesWarm(): void {
  engineLauncher.launch = (socketDirectory) => {
    const warm = WarmEngine.idle.pop() ?? new WarmEngine(forkEngine(socketDirectory));
    return warm.lease();
  };
}

/** In a suite that starts engines in its own process: they are kept while it runs. */
export function useWarmEngines(): void {
  beforeAll(keepEnginesWarm);
  afterAll(() => {
    engineLauncher.launch = forkEngine;
    WarmEngine.stopIdle();
  });
}

class WarmEngine {
  static readonly idle: WarmEngine[] = [];
  private uses = 0;

  constructor(private readonly child: ChildProcess) {
    // as a gateway with a quiet log has it
    child.stderr?.resume();
    // without a lease nobody else listens
    child.on('error', () => undefined);
    child.once('exit', () => {
      const place = WarmEngine.idle.indexOf(this);
      if (place >= 0) WarmEngine.idle.splice(place, 1);
    });
  }

  static stopIdle(): void {
    for (const { child } of WarmEngine.idle.splice(0)) child.send({ kind: 'stop' } satisfies ToChild);
  }

  lease(): EngineChild {
    this.uses += 1;
    return new Lease(this.child, () => {
      if (this.uses < MAX_USES) WarmEngine.idle.push(this);
      else this.child.send({ kind: 'stop' } satisfies ToChild);
    });
  }
}

/** A process to whoever starts and stops an engine: it exits when its data directory is closed. */
class Lease extends EventEmitter implements EngineChild {
  readonly pid: number | undefined;
  readonly stderr = null;

  constructor(
    private readonly child: ChildProcess,
    private readonly giveBack: () => void,
  ) {
    super();
    this.pid = child.pid;
    child.on('message', this.receive).on('error', this.fail).on('disconnect', this.disconnect).on('exit', this.exit);
  }

  send(message: ToChild, then: () => void): void {
    this.child.send(message.kind === 'stop' ? { kind: 'close' } : message, then);
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.child.kill(signal);
  }

  private readonly receive = (message: FromChild): void => {
    if (message.kind !== 'closed') {
      this.emit('message', message);
      return;
    }
    this.release();
    this.giveBack();
    this.emit('exit', 0, null);
  };

  private readonly fail = (error: Error): void => {
    this.emit('error', error);
  };

  private readonly disconnect = (): void => {
    this.emit('disconnect');
  };

  private readonly exit = (code: number | null, signal: NodeJS.Signals | null): void => {
    this.release();
    this.emit('exit', code, signal);
  };

  private release(): void {
    const { child } = this;
    child.off('message', this.receive).off('error', this.fail).off('disconnect', this.disconnect).off('exit', this.exit);
  }
}
