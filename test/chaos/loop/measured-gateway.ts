import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The most that was done in one round of the event loop: of the processor's time, and by the clock. */
export interface LoopFigures {
  readonly processorMs: number;
  readonly clockMs: number;
}

/** What the process is told: to say its figures, and begin anew, or to end. */
export type MeasuredRequest = 'take' | 'stop';

/** What it says first. */
export interface MeasuredStart {
  readonly chromaUrl: string;
  readonly pineconeUrl: string;
  readonly vectorizerUrl: string;
  readonly consoleUrl: string;
}

const PROGRAM = fileURLToPath(new URL('./measured-gateway-program.ts', import.meta.url));
const REGISTER = new URL('../../support/setup/register.js', import.meta.url).href;

/** A gateway in a process of its own, which tells how long its event loop was held. */
export class MeasuredGateway {
  private constructor(
    private readonly child: ChildProcess,
    readonly urls: MeasuredStart,
  ) {}

  static async start(environment: Readonly<Record<string, string>>): Promise<MeasuredGateway> {
    const child = fork(PROGRAM, [JSON.stringify(environment)], { execArgv: ['--no-warnings', '--import', REGISTER] });
    const [urls] = (await once(child, 'message')) as [MeasuredStart];
    return new MeasuredGateway(child, urls);
  }

  /** What was the most while `work` was done. */
  async during(work: () => Promise<void>): Promise<LoopFigures> {
    await this.take();
    await work();
    return this.take();
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.send('stop' satisfies MeasuredRequest);
    await ended;
  }

  private async take(): Promise<LoopFigures> {
    const answer = once(this.child, 'message');
    this.child.send('take' satisfies MeasuredRequest);
    const [figures] = (await answer) as [LoopFigures];
    return figures;
  }
}
