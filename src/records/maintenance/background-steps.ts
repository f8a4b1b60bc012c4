import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineTraits } from '../../postgres/engine.js';
import type { RunStep, StepSize } from '../search/recall-sample.js';

/** A step that took longer is followed by no longer a pause. */
const LONGEST_PAUSE_MS = 250;

/** About half a second on a server, and some hundredths of one on the embedded engine, which does nothing else meanwhile. */
const ORDINARY: StepSize = { floats: 100e6, candidates: 8_000 };
const GENTLE: StepSize = { floats: 8e6, candidates: 400 };

/** How much a step of a measurement may do on an engine. */
export function stepSize({ concurrentIndexes }: Pick<EngineTraits, 'concurrentIndexes'>): StepSize {
  return concurrentIndexes ? ORDINARY : GENTLE;
}

/** The work was stopped. */
export class Stopped extends Error {}

/** Runs background work in steps: requests come first, so for as long as a step takes, nothing more is asked of the database. */
export class BackgroundSteps {
  private stopped = false;

  /** Ends the work that is under way with its next step, by `Stopped`. */
  stop(): void {
    this.stopped = true;
  }

  /** @throws Stopped */
  readonly run: RunStep = async (work) => {
    if (this.stopped) throw new Stopped();
    const start = performance.now();
    const result = await work();
    await sleep(Math.min(performance.now() - start, LONGEST_PAUSE_MS));
    return result;
  };
}
