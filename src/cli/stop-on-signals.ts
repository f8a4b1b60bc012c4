import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import type { Gateway } from '../gateway.js';
import { drainDelayOf } from '../lifecycle/drain-delay.js';
import { tellProblems } from './problems.js';

/** What background work and the database may need to end, after the last request. */
const CLOSING_MS = 10_000;

/** What a stop in good order says at its end. */
export const STOPPED = 'Polyvec has stopped.\n';

/**
 * Stops the gateway, or the one that is just starting, on SIGINT or SIGTERM and ends the process: with 0 when every request was
 * finished, with 1 when some were cut off, when the stop took too long, or at once on a second signal.
 */
export function stopOnSignals(starting: Promise<Gateway>, config: Config): void {
  let isStopping = false;
  const stop = (): void => {
    // a worker may get each signal twice, from the terminal and from its supervisor, who decides for it
    if (isStopping && cluster.isPrimary) process.exit(1);
    if (isStopping) return;
    isStopping = true;
    void exitCodeOf(starting, config).then((code) => {
      // of several workers, their supervisor says it
      if (code === 0 && cluster.isPrimary) process.stdout.write(STOPPED);
      process.exit(code);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}

async function exitCodeOf(starting: Promise<Gateway>, config: Config): Promise<number> {
  const limitMs = drainDelayOf(config) + config.shutdownTimeoutMs + CLOSING_MS;
  try {
    const stopped = starting.then(
      (gateway) => gateway.stop(),
      // the caller of the start reports why it failed
      () => 'failed' as const,
    );
    const cut = await Promise.race([stopped, sleep(limitMs)]);
    if (cut === 'failed') return 1;
    if (cut === 0) return 0;
    const problem =
      cut === undefined
        ? `the stop took longer than ${String(limitMs)} ms`
        : `requests took too long, and were cut off on ${String(cut)} connections`;
    tellProblems(new Error(problem));
  } catch (error) {
    tellProblems(error);
  }
  return 1;
}
