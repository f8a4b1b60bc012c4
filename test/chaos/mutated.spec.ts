import { byEffort, SEED } from '../support/setup/effort.js';
import { runFuzz } from './mutated/fuzz-run.js';

const REQUESTS = byEffort({ quick: 1_000, full: 3_000 });

describe(`mutated requests to every route (TEST_SEED=${String(SEED)})`, () => {
  it('are answered, and none of them with an error that nobody explains', async () => {
    const { sent, statuses, offences, polluted } = await runFuzz({ requests: REQUESTS, seed: SEED });
    expect(offences).toEqual([]);
    expect(polluted).toBe(false);
    expect(sent).toBe(REQUESTS);
    // some are still right, and most are not
    expect(statuses['200']).toBeGreaterThan(REQUESTS / 30);
    expect(statuses['400']).toBeGreaterThan(REQUESTS / 10);
    expect(statuses['OK']).toBeGreaterThan(0);
  });
});
