import { labelOf } from '../collections/collection-label.js';
import { SHARED_PLACE } from '../collections/place-tables.store.js';
import type { Database } from '../postgres/database.js';
import { compare } from './comparison.js';
import type { Comparison, Owner, Part, Position } from './move.js';
import type { Progress } from './progress.js';
import { publish } from './publish.store.js';
import type { PageLimits, SourceStore } from './source.store.js';
import { TargetStore } from './target.store.js';
import { writePage } from './target-rows.store.js';

export interface MoveOptions {
  readonly limits: PageLimits;
  readonly progress: Progress;
  /** When it is aborted, the move ends behind the page that is under way. */
  readonly signal: AbortSignal;
}

/**
 * Copies everything, compares it, and then lets the target's gateways see it: only when all is equal, and all at once. What has been copied
 * by an earlier call and has not changed since is not copied again.
 */
export class Mover {
  private readonly store: TargetStore;

  constructor(
    private readonly source: SourceStore,
    private readonly target: Database,
    private readonly options: MoveOptions,
  ) {
    this.store = new TargetStore(target);
  }

  /**
   * Returns how each collection and each snapshot compares. What differs is removed from the target; the next call copies it anew.
   * @throws Error when the target holds something else, or the signal is aborted
   */
  async move(): Promise<readonly Comparison[]> {
    await this.begin();
    const owners = await this.source.owners();
    const parts = await this.validParts(owners);
    const { progress } = this.options;
    progress.begin(total(owners), total([...parts.values()]));
    try {
      const comparisons: Comparison[] = [];
      for (const owner of owners) comparisons.push(await this.moveOwner(owner, parts.get(owner.id)));
      if (comparisons.every(({ differences }) => differences.length === 0)) await publish(this.source, this.target);
      return comparisons;
    } finally {
      progress.end();
    }
  }

  private async begin(): Promise<void> {
    const beginning = await this.store.begin(await this.source.identity(), await this.source.sequences());
    switch (beginning.kind) {
      case 'new':
        return;
      case 'resumed':
        this.options.progress.note('going on with a move that has begun before');
        return;
      case 'another':
        throw new Error('the target holds the beginning of a move from another database: use an empty one');
      case 'occupied':
        throw new Error(
          `the target is not empty, it has ${beginning.by}: use an empty database, or --verify-only to compare what is there`,
        );
    }
  }

  /** What is there from an earlier call. What has changed since, or is gone, is removed. */
  private async validParts(owners: readonly Owner[]): Promise<ReadonlyMap<string, Part>> {
    const fingerprints = new Map(owners.map(({ id, fingerprint }) => [id, fingerprint]));
    const valid = new Map<string, Part>();
    for (const part of (await this.store.parts()).values()) {
      if (fingerprints.get(part.id) === part.fingerprint) valid.set(part.id, part);
      else await this.store.discard(part);
    }
    return valid;
  }

  private async moveOwner(owner: Owner, before: Part | undefined): Promise<Comparison> {
    const { progress } = this.options;
    this.throwIfStopped();
    const start = performance.now();
    // there, its gateways give it a place
    const copy: Owner = { ...owner, place: SHARED_PLACE };
    const part = before ?? (await this.store.startPart(copy));
    const label = labelOf(owner);
    progress.copying(label, part.records, owner.records);
    if (!part.isCopied) await this.copy(owner, copy, part.position);
    progress.comparing(label);
    const differences = await compare(this.source, this.store, owner, copy);
    if (differences.length > 0) await this.store.discard(part);
    const seconds = (part.milliseconds + performance.now() - start) / 1000;
    return { label, records: owner.records, seconds, differences };
  }

  private async copy(owner: Owner, copy: Owner, from: Position): Promise<void> {
    const { limits, progress } = this.options;
    let position = from;
    let start = performance.now();
    let page = await this.source.page(owner, position, limits);
    for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
      this.throwIfStopped();
      // the source reads while the target writes
      const following = this.source.page(owner, last, limits);
      // reported below; until then it must not count as unhandled
      following.catch(() => undefined);
      const milliseconds = Math.round(performance.now() - start);
      start += milliseconds;
      if (!(await writePage(this.target, copy, position, page, milliseconds))) {
        throw new Error('another polyvec move writes to the target');
      }
      progress.advance(page.length);
      position = { namespace: last.namespace, rid: last.rid };
      page = await following;
    }
    await this.store.finishPart(copy, Math.round(performance.now() - start));
  }

  private throwIfStopped(): void {
    if (this.options.signal.aborted) throw new Error('stopped: the same command goes on from here');
  }
}

function total(items: readonly { readonly records: number }[]): number {
  return items.reduce((sum, { records }) => sum + records, 0);
}
