import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { byEffort, SEED } from '../support/setup/effort.js';
import { runSoak } from './soak/soak-run.js';

let storage: TestStorage;

beforeAll(async () => {
  storage = await createStorage();
});

afterAll(async () => {
  await storage.remove();
});

describe(`mixed load through all protocols (TEST_SEED=${String(SEED)})`, () => {
  it('is served without an error', async () => {
    const { requests, errors, shown } = await runSoak(storage, {
      minutes: byEffort({ quick: 1 / 12, full: 1 / 6 }),
      rate: 40,
      seed: SEED,
      sampleMs: 1_000,
    });
    expect(shown).toEqual([]);
    expect(errors).toBe(0);
    expect(requests).toBeGreaterThan(50);
  });
});
