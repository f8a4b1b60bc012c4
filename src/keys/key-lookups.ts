import { GatewayError } from '../errors.js';
import { Crowded, Slots } from '../postgres/slots.js';
import type { ApiKeyStore, StoredKey } from './api-key.store.js';

/** How long a key is taken for good, or for none, without another look: a revoked one is refused that much later. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_AS_UNKNOWN_MS = 1_000;
/** A good key that is used after this time is looked up again while requests go on. */
const REFRESHED_AFTER_MS = 2_500;
/** How often a key is looked up for the sake of a secret that is not its own. */
const RETRIED_MS = 200;
/** Of good and of unknown ids each; the one that was looked up the longest time ago goes first. */
const MAX_REMEMBERED = 10_000;
/** Look-ups at a time of ids that nothing is known of: whoever makes up keys gets no more of the pool than this. */
const UNKNOWN_AT_A_TIME = 2;
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = 5_000;

/** What is known of an id. */
export interface KnownKey {
  /** Undefined: there is no good key of that id. */
  readonly key: StoredKey | undefined;
  /** When it was looked up, and when for the sake of another secret, in milliseconds of the process' clock. */
  readonly at: number;
  readonly retriedAt: number;
}

/**
 * Finds keys by their ids, and remembers them for a while. However many requests ask for an id at once, it is looked up once. Ids
 * that are not known to be good wait for few places of their own, so that made-up keys cost good ones nothing.
 */
export class KeyLookups {
  private readonly good = new Map<string, KnownKey>();
  private readonly unknown = new Map<string, KnownKey>();
  private readonly underWay = new Map<string, Promise<KnownKey>>();
  private readonly places = new Slots(UNKNOWN_AT_A_TIME, MAX_WAITING);

  constructor(
    private readonly store: Pick<ApiKeyStore, 'findGood' | 'touch'>,
    private readonly maxRemembered = MAX_REMEMBERED,
  ) {}

  /** From memory while that is fresh. @throws GatewayError `unavailable` when too many unknown ids wait */
  async find(id: string): Promise<KnownKey> {
    const good = this.good.get(id);
    const now = performance.now();
    if (good !== undefined && now - good.at < REMEMBERED_MS) {
      // a failure is the next request's, if there is one
      if (now - good.at >= REFRESHED_AFTER_MS) this.refresh(id).catch(() => undefined);
      return good;
    }
    const unknown = this.unknown.get(id);
    if (unknown !== undefined && now - unknown.at < REMEMBERED_AS_UNKNOWN_MS) return unknown;
    return this.refresh(id);
  }

  /** Looks a good key up again that was sent with a secret that is not its own: it may have been rotated. */
  async retry(id: string, known: KnownKey): Promise<KnownKey> {
    const now = performance.now();
    return now - known.retriedAt < RETRIED_MS ? known : this.refresh(id, now);
  }

  /** From the database, together with whoever asks for the same id now. */
  private async refresh(id: string, retriedAt = this.good.get(id)?.retriedAt ?? -Infinity): Promise<KnownKey> {
    const running = this.underWay.get(id);
    if (running !== undefined) return running;
    const lookUp = this.lookUp(id, retriedAt).finally(() => this.underWay.delete(id));
    this.underWay.set(id, lookUp);
    return lookUp;
  }

  private async lookUp(id: string, retriedAt: number): Promise<KnownKey> {
    const at = performance.now();
    const key = this.good.has(id) ? await this.store.findGood(id) : await this.lookUpUnknown(id);
    const known = { key, at, retriedAt };
    const [kept, other] = key === undefined ? [this.unknown, this.good] : [this.good, this.unknown];
    other.delete(id);
    this.remember(kept, id, known);
    // nobody waits for it, and it is not worth an error
    if (key?.isUsedToday === false) this.store.touch(id).catch(() => undefined);
    return known;
  }

  private async lookUpUnknown(id: string): Promise<StoredKey | undefined> {
    try {
      await this.places.take(MAX_WAIT_MS);
    } catch (error) {
      if (error instanceof Crowded) throw new GatewayError({ kind: 'unavailable', subject: 'capacity' }, { cause: error });
      throw error;
    }
    try {
      return await this.store.findGood(id);
    } finally {
      this.places.give();
    }
  }

  private remember(memory: Map<string, KnownKey>, id: string, known: KnownKey): void {
    // anew, so that it is the last to go
    memory.delete(id);
    memory.set(id, known);
    if (memory.size <= this.maxRemembered) return;
    const [oldest] = memory.keys();
    if (oldest !== undefined) memory.delete(oldest);
  }
}
