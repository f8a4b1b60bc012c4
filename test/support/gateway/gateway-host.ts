import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NewKeyOptions } from '../../../src/cli/keys.js';

/** What a host is asked. */
export type HostRequest =
  | { readonly kind: 'createStorage'; readonly isEmpty: boolean }
  | { readonly kind: 'removeStorage'; readonly environment: Environment }
  | { readonly kind: 'createKeys'; readonly environment: Environment; readonly keys: readonly NewKeyOptions[] }
  | { readonly kind: 'start'; readonly environment: Environment }
  | { readonly kind: 'stop'; readonly gateway: number }
  | { readonly kind: 'stopAll' };

export type Environment = Readonly<Record<string, string>>;

/** A gateway that a host runs. */
export interface HostedGateway {
  readonly gateway: number;
  readonly urls: Readonly<Record<string, string>>;
  readonly indexPorts: readonly number[];
}

export type HostAnswer = { readonly number: number } & ({ readonly result: unknown } | { readonly error: string });

const PROGRAM = fileURLToPath(new URL('./gateway-host-program.ts', import.meta.url));
const REGISTER = new URL('../setup/register.js', import.meta.url).href;
/** A host that has grown beyond this is replaced between two test files. */
const MAX_BYTES = 700 * 1024 * 1024;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process that loads the gateway's sources once and then starts as many gateways as it is asked for. Test files talk to it, and so need
 * not load the sources themselves. It starts with the first request; it ends with this process, and removes what was left behind.
 */
export class GatewayHost {
  private child: ChildProcess | undefined;
  private count = 0;
  private readonly waiting = new Map<number, Waiting>();

  async createStorage(isEmpty: boolean): Promise<Environment> {
    return (await this.ask({ kind: 'createStorage', isEmpty })) as Environment;
  }

  async removeStorage(environment: Environment): Promise<void> {
    await this.ask({ kind: 'removeStorage', environment });
  }

  /** The texts of new keys, made as `polyvec keys create` does, in a database that no gateway has embedded. */
  async createKeys(environment: Environment, keys: readonly NewKeyOptions[]): Promise<readonly string[]> {
    return (await this.ask({ kind: 'createKeys', environment, keys })) as readonly string[];
  }

  /** @throws Error with what kept the gateway from starting */
  async start(environment: Environment): Promise<HostedGateway> {
    return (await this.ask({ kind: 'start', environment })) as HostedGateway;
  }

  async stop(gateway: number): Promise<void> {
    await this.ask({ kind: 'stop', gateway });
  }

  /** Stops every gateway that still runs, and ends the process when it has grown too large. */
  async endOfFile(): Promise<void> {
    if (this.child === undefined) return;
    const bytes = (await this.ask({ kind: 'stopAll' })) as number;
    if (bytes > MAX_BYTES) this.end();
  }

  private end(): void {
    this.child?.removeAllListeners('exit');
    this.child?.disconnect();
    this.child = undefined;
  }

  private ask(request: HostRequest): Promise<unknown> {
    const child = (this.child ??= this.launch());
    const number = (this.count += 1);
    // only an open request keeps this process alive
    child.ref();
    child.channel?.ref();
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      child.send({ number, ...request });
    });
  }

  private launch(): ChildProcess {
    const child = fork(PROGRAM, {
      execArgv: ['--no-warnings', '--import', REGISTER],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (answer: HostAnswer) => {
      const waiting = this.waiting.get(answer.number);
      this.waiting.delete(answer.number);
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.result);
      if (this.waiting.size === 0) {
        child.unref();
        child.channel?.unref();
      }
    });
    child.once('exit', (code, signal) => {
      this.child = undefined;
      for (const { reject } of this.waiting.values()) {
        reject(new Error(`the gateways' process ended: ${String(signal ?? code)}`));
      }
      this.waiting.clear();
    });
    return child;
  }
}
