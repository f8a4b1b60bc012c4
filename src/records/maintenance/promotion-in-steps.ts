import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { Database } from '../../postgres/database.js';
import { BackgroundSteps } from './background-steps.js';
import { type DraftKey, type DraftPlace, DraftPlaceStore, type DraftSpan, type DraftTable } from './draft-place.store.js';
import { PromotionStore } from './promotion.store.js';

/** Rows that one step copies: more of the short ones would not be faster. */
export const MOST_ROWS_A_STEP = 2_000;
const FIRST_ROWS = 10;
/** They cost no more than the step itself. */
const FEW_ROWS = 50;

/**
 * Moves collections out of the pool where one long transaction would let everybody wait, on the embedded engine: a place is filled beside
 * the pool in small steps, and entered when it has everything. What is cut off is begun anew.
 */
@Injectable()
export class PromotionInSteps {
  private readonly steps: BackgroundSteps;

  constructor(
    private readonly database: Database,
    private readonly drafts: DraftPlaceStore,
    private readonly promotions: PromotionStore,
  ) {
    this.steps = new BackgroundSteps(database);
  }

  /** Ends what is under way with its next step. */
  stop(): void {
    this.steps.stop();
  }

  /** Removes what an earlier process has left behind. */
  async discardDrafts(): Promise<void> {
    await this.drafts.discard();
  }

  /** As `PromotionStore.promote`. @throws Stopped */
  async promote(collection: Collection): Promise<boolean> {
    const draft = await this.steps.run(() => this.drafts.begin(collection));
    if (draft === undefined) return this.promotions.promote(collection);
    let isDone = false;
    try {
      for (const { text } of draft.definitions) await this.steps.run(() => this.database.script(text));
      for (const table of draft.tables) await this.copy(draft, table);
      for (const { text } of this.drafts.analyses(draft)) await this.steps.run(() => this.database.script(text));
      isDone = await this.promotions.promote(collection, draft);
      return isDone;
    } finally {
      // what cannot be removed now is removed before the next attempt
      if (!isDone) await this.drafts.discard(draft.collection.place).catch(() => undefined);
    }
  }

  private async copy(draft: DraftPlace, table: DraftTable): Promise<void> {
    const until = await this.steps.run(() => this.drafts.follow(draft, table));
    if (until === undefined) return;
    let rows = FIRST_ROWS;
    let after: DraftKey | undefined;
    do {
      const step = await this.steps.run(() => this.step(draft, table, { after, until }, rows));
      rows = this.steps.rowsAfter(rows, step.milliseconds, { few: FEW_ROWS, most: MOST_ROWS_A_STEP });
      after = step.last;
    } while (after !== undefined);
  }

  private async step(
    draft: DraftPlace,
    table: DraftTable,
    span: DraftSpan,
    rows: number,
  ): Promise<{ readonly last: DraftKey | undefined; readonly milliseconds: number }> {
    const start = performance.now();
    const { last } = await this.drafts.copy(draft, table, span, rows);
    return { last, milliseconds: performance.now() - start };
  }
}
