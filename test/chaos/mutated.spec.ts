import { runFuzz } from './mutated/fuzz-run.js';

const SEED = Number(process.env['TEST_SEED']);

describe(`mutated requests to every route (TEST_SEED=${String(SEED)})`, () => {
  it('are answered, and none of them with an error that nobody explains', async () => {
    const { sent, statuses, offences, polluted } = await runFuzz({ requests: 3_000, seed: SEED });
    expect(offences).toEqual([]);
    expect(polluted).toBe(false);
    expect(sent).toBe(3_000);
    // some are still right, and most are not
    expect(statuses['200']).toBeGreaterThan(100);
    expect(statuses['400']).toBeGreaterThan(300);
    expect(statuses['OK']).toBeGreaterThan(0);
  });
});
