import { setImmediate as turn } from 'node:timers/promises';

/** A turn of the event loop that took less has done nothing: what came before its end is known. */
const SHORT_MS = 0.3;
/** Then it is busy, and will not be quiet soon. */
const PATIENCE_MS = 1_000;

/**
 * Resolves right after a turn of the event loop in which nobody connected and hardly anything was done. A port that closes then has
 * accepted everyone: the system resets those whom it has let in, and we have not.
 */
export async function quietMoment(accepted: () => number): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
    const [before, start] = [accepted(), performance.now()];
    await turn();
    if (accepted() === before && performance.now() - start < SHORT_MS) return;
  }
}
