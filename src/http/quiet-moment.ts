import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** A turn of the event loop that took less has done nothing: who has come before its end is known. */
const SHORT_MS = 0.3;
/** After a rest, the system is less likely to let others run just when it matters. */
const REST_MS = 2;
const MAX_WAIT_MS = 2_000;

/**
 * Resolves right after a turn of the event loop in which nobody connected and hardly anything was done, or when it will not get quiet.
 * A port that closes then has accepted everyone: the system resets those whom it has let in, and we have not.
 */
export async function quietMoment(accepted: () => number): Promise<void> {
  for (const deadline = performance.now() + MAX_WAIT_MS; performance.now() < deadline;) {
    await sleep(REST_MS);
    await turn();
    const [before, start] = [accepted(), performance.now()];
    await turn();
    if (accepted() === before && performance.now() - start < SHORT_MS) return;
  }
}
