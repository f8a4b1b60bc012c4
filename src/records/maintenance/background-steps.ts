import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../postgres/database.js';
import type { EngineTraits } from '../../postgres/engine.js';
import { type RunStep, type StepSize, TOGETHER } from '../search/recall-sample.js';

/** A step that took longer is followed by no longer a pause. */
const LONGEST_PAUSE_MS = 250;
/** While nobody waits, a step is followed by this much: a request that comes finds the engine free. */
const BREATH_MS = 5;
const CALM_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** A step of work that is cut up for the embedded engine is to take no longer: requests wait for it. While they come, it is shorter. */
const STEP_MS = 50;
const SHORT_STEP_MS = 15;
const REQUESTS_COME_MS = 1_000;

/** A third of a second on a server, and some hundredths of one on the embedded engine, which does nothing else meanwhile. */
const ORDINARY: StepSize = { floats: 1e9, halfQueries: TOGETHER, candidates: 8_000 };
/** It has no instructions for 16-bit numbers. */
const GENTLE: StepSize = { floats: 24e6, halfQueries: 4, candidates: 400 };

/** How much a step of a measurement may do on an engine. */
export function stepSize({ concurrentIndexes }: Pick<EngineTraits, 'concurrentIndexes'>): StepSize {
  return concurrentIndexes ? ORDINARY : GENTLE;
}

/** How the work rests. */
export interface StepOptions {
  /** So many times as long as a step has taken; as long, by default. */
  readonly rest?: number;
  /** Resolves after so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** The work was stopped. */
export class Stopped extends Error {}

/** Runs background work in steps: requests come first, so for as long as a step takes, nothing more is asked of the database. */
export class BackgroundSteps {
  private stopped = false;

  private readonly pause: (milliseconds: number) => Promise<unknown>;
  private readonly restFactor: number;

  constructor(
    private readonly database: Pick<Database, 'lastAskedAt' | 'traits'>,
    given: StepOptions = {},
  ) {
    this.pause = given.pause ?? sleep;
    this.restFactor = given.rest ?? 1;
  }

  /** Ends the work that is under way with its next step, by `Stopped`. */
  stop(): void {
    this.stopped = true;
  }

  /** @throws Stopped */
  readonly run: RunStep = async (work) => {
    if (this.stopped) throw new Stopped();
    const start = performance.now();
    const result = await work();
    await this.rest(start, Math.min(this.restFactor * (performance.now() - start), LONGEST_PAUSE_MS));
    return result;
  };

  /**
   * How many rows the next step is to have by what the last one took, `most` at most; growing slowly, as the first ones may be the
   * cheapest. A step costs something by itself: one that kept within its time may be followed by a larger one even where its share for
   * each row says otherwise, and up to `few` rows may take as long as while nobody asks. Else steps of one row would never become more.
   */
  rowsAfter(rows: number, milliseconds: number, { few, most }: { readonly few: number; readonly most: number }): number {
    const requestsCome = performance.now() - this.database.lastAskedAt < REQUESTS_COME_MS;
    const limit = requestsCome && rows > few ? SHORT_STEP_MS : STEP_MS;
    const fitting = Math.floor((rows * limit) / Math.max(milliseconds, 1));
    const growing = milliseconds < limit ? rows + Math.ceil(rows / 4) : 1;
    return Math.max(1, Math.min(most, 2 * rows, Math.max(fitting, growing)));
  }

  /**
   * Resolves when no request has come for a moment, or that was waited for long enough: for what can wait and does not come in steps.
   * At once on a server. @throws Stopped
   */
  async calm(): Promise<void> {
    const { concurrentIndexes } = this.database.traits;
    for (let waited = 0; !concurrentIndexes && waited < LONGEST_WAIT_MS; waited += CALM_MS) {
      if (this.stopped) throw new Stopped();
      if (performance.now() - this.database.lastAskedAt >= CALM_MS) return;
      await this.pause(CALM_MS);
    }
  }

  /** A server has other clients than this gateway, of which nothing is known here. */
  private async rest(stepStart: number, milliseconds: number): Promise<void> {
    const breath = this.database.traits.concurrentIndexes ? 0 : Math.min(BREATH_MS, milliseconds);
    if (breath > 0) {
      await this.pause(breath);
      if (this.database.lastAskedAt < stepStart) return;
    }
    await this.pause(milliseconds - breath);
  }
}
