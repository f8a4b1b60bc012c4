import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import type { Filter } from '../../filters/filter.js';
import { rangeKeys } from '../../filters/range-keys.js';

/** Uses of a key in this and in the last window, which began `WINDOW_MS` before this one. */
interface Uses {
  window: number;
  current: number;
  last: number;
}

const WINDOW_MS = 10 * 60_000;
/** An index costs each write a little: a key must be asked for this often within about a window. */
const HOT_USES = 20;
const MAX_HOT_KEYS = 8;
/** What is kept in mind, so that clients who make up keys cannot fill the memory. */
const MAX_KEYS = 64;
const MAX_COLLECTIONS = 1_000;

/** Which metadata keys are compared with numbers so often that an index of their own would pay. In memory, by this instance's requests. */
@Injectable()
export class HotKeys {
  /** By collection id, the one noted last at the end. */
  private readonly collections = new Map<string, Map<string, Uses>>();

  /** A filter has been used. `now`: milliseconds since 1970. */
  note(collection: Pick<Collection, 'id'>, filter: Filter, now = Date.now()): void {
    const keys = rangeKeys(filter);
    if (keys.size === 0) return;
    const known = this.collections.get(collection.id) ?? new Map<string, Uses>();
    this.collections.delete(collection.id);
    this.collections.set(collection.id, known);
    if (this.collections.size > MAX_COLLECTIONS) this.dropOldest();
    for (const key of keys) count(known, key, now);
  }

  /** The keys used at least 20 times in about the last ten minutes; the most used first, at most 8. */
  hotKeys(collectionId: string, now = Date.now()): readonly string[] {
    const known = [...(this.collections.get(collectionId) ?? [])].map(([key, uses]) => ({ key, uses: usesAt(uses, now) }));
    return known
      .filter(({ uses }) => uses >= HOT_USES)
      .sort((left, right) => right.uses - left.uses || (left.key < right.key ? -1 : 1))
      .slice(0, MAX_HOT_KEYS)
      .map(({ key }) => key);
  }

  /** The collection is gone. */
  forget(collectionId: string): void {
    this.collections.delete(collectionId);
  }

  private dropOldest(): void {
    const [oldest] = this.collections.keys();
    if (oldest !== undefined) this.collections.delete(oldest);
  }
}

function count(known: Map<string, Uses>, key: string, now: number): void {
  const window = Math.floor(now / WINDOW_MS);
  let uses = known.get(key);
  if (uses === undefined) {
    if (known.size >= MAX_KEYS) dropLeastUsed(known, now);
    uses = { window, current: 0, last: 0 };
    known.set(key, uses);
  }
  if (uses.window !== window) {
    uses.last = uses.window === window - 1 ? uses.current : 0;
    uses.current = 0;
    uses.window = window;
  }
  uses.current += 1;
}

/** The last window counts for the part of it that is less than a window ago, as if its uses had been spread evenly. */
function usesAt({ window, current, last }: Uses, now: number): number {
  const since = now / WINDOW_MS - window;
  if (since >= 2) return 0;
  return since >= 1 ? current * (2 - since) : current + last * (1 - since);
}

function dropLeastUsed(known: Map<string, Uses>, now: number): void {
  let least: { readonly key: string; readonly uses: number } | undefined;
  for (const [key, counted] of known) {
    const uses = usesAt(counted, now);
    if (least === undefined || uses < least.uses) least = { key, uses };
  }
  if (least !== undefined) known.delete(least.key);
}
