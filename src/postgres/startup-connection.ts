import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../errors.js';
import type { EngineTraits } from './engine.js';
import { textOf } from './hosts.js';
import { translateDatabaseError } from './sqlstate.js';

/** What is known of an engine before it has been reached. */
export type OwnTraits = Pick<EngineTraits, 'namedStatements' | 'concurrentIndexes'>;

/** Connects, brings the schema up to date, and returns the engine's traits. */
type Attempt = () => Promise<EngineTraits>;

/** A start goes on without the database when its first answer takes longer. */
const MAX_WAIT_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const REFUSED_BY_POOLER = 'unsupported startup parameter';

/**
 * The first connection to a database: at once or not at all (`required`), or whenever it answers (`awaited`). What waiting does not
 * mend, such as a wrong password, is an error either way.
 */
export class StartupConnection {
  /** Resolves when the database has been reached and its schema is up to date; rejects with what waiting does not mend. */
  readonly reached: Promise<void>;
  private isReached = false;
  private lastProblem = '';
  private readonly stopping = new AbortController();
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly kind: 'required' | 'awaited',
    private readonly log: (level: 'info' | 'warn', message: string) => void,
  ) {
    this.reached = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // what `of` throws need not be waited for besides
    this.reached.catch(() => undefined);
  }

  /** The database has been reached, and its schema is up to date. */
  markReached(): void {
    this.isReached = true;
    this.resolve();
  }

  /** Aborted when the gateway stops waiting for the database. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** No attempt begins any more, and none fails. */
  stop(): void {
    this.stopping.abort();
  }

  /** @throws GatewayError of kind `unavailable` before the database has been reached */
  ready(): Promise<void> {
    return this.isReached ? Promise.resolve() : Promise.reject(notYet());
  }

  /**
   * Attempts until the database has been reached, after the first failure and after a few seconds in the background. Of the traits,
   * those that only the database knows throw `unavailable` until then.
   * @param place the database, for people
   * @throws Error of one line: what waiting does not mend and, when the database is required, that it cannot be reached
   */
  async of(place: string, own: OwnTraits, attempt: Attempt): Promise<EngineTraits> {
    const traits = new LateTraits(place, own);
    const first = this.try(traits, place, attempt);
    const startup = first.then((isReached) => (isReached ? undefined : this.keepTrying(traits, place, attempt)));
    startup.catch(this.reject);
    if (this.kind === 'required') await first;
    else await Promise.race([first, sleep(MAX_WAIT_MS, undefined, { ref: false })]);
    return traits;
  }

  private async keepTrying(traits: LateTraits, place: string, attempt: Attempt): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (this.isStopped() || (await this.try(traits, place, attempt))) return;
    }
  }

  /** False when it may work later. */
  private async try(traits: LateTraits, place: string, attempt: Attempt): Promise<boolean> {
    try {
      traits.known = await attempt();
    } catch (error) {
      if (this.isStopped()) return false;
      const message = withAdvice(textOf(error));
      if (this.kind === 'required' || !isOutage(error)) throw new Error(`cannot use ${place}: ${message}`, { cause: error });
      if (message !== this.lastProblem) this.log('warn', `${place} does not answer yet, and is tried again: ${message}`);
      this.lastProblem = message;
      return false;
    }
    if (this.lastProblem !== '') this.log('info', `${place} answers`);
    this.markReached();
    return true;
  }

  private isStopped(): boolean {
    return this.stopping.signal.aborted;
  }
}

/** Traits of a server that may be reached later. */
class LateTraits implements EngineTraits {
  known: EngineTraits | undefined;

  constructor(
    private readonly place: string,
    private readonly own: OwnTraits,
  ) {}

  get namedStatements(): number {
    return this.own.namedStatements;
  }

  get concurrentIndexes(): boolean {
    return this.own.concurrentIndexes;
  }

  get keepsPlans(): boolean {
    return this.known?.keepsPlans ?? false;
  }

  get description(): string {
    return this.known?.description ?? `${this.place}, which does not answer yet`;
  }

  get vectorOid(): number {
    return this.require().vectorOid;
  }

  get keyListsByIndex(): boolean {
    return this.require().keyListsByIndex;
  }

  private require(): EngineTraits {
    if (this.known === undefined) throw notYet();
    return this.known;
  }
}

function notYet(): GatewayError {
  return new GatewayError({ kind: 'unavailable', subject: 'database', retryAfterMs: 1_000 });
}

/** Whether the same attempt may work later, without anybody changing a setting. */
function isOutage(error: unknown): boolean {
  // PgBouncer says so of a connection that asks for more than it carries
  if (textOf(error).includes(REFUSED_BY_POOLER)) return false;
  const meant = translateDatabaseError(error);
  return meant instanceof GatewayError && meant.kind === 'unavailable';
}

function withAdvice(message: string): string {
  return message.includes(REFUSED_BY_POOLER) ? `${message}; behind a pooler set POLYVEC_POOLER=transaction` : message;
}
