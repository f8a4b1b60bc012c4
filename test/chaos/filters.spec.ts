import { byEffort, SEED } from '../support/setup/effort.js';
import { type HostileFigures, runHostile } from './filters/hostile-run.js';

const FILTERS = byEffort({ quick: 300, full: 1_000 });

describe(`hostile keys, values, ids and names in filters (TEST_SEED=${String(SEED)})`, () => {
  let figures: HostileFigures;

  beforeAll(async () => {
    figures = await runHostile({ filters: FILTERS, dictionaries: 5, seed: SEED });
  });

  it('select what the models say, through every protocol', () => {
    expect(figures.complaints).toEqual([]);
    expect(figures.filters).toBeGreaterThanOrEqual(FILTERS);
    expect(figures.telling).toBeGreaterThan(figures.filters / 5);
  });

  it('make no other statements than harmless ones', () => {
    expect([...figures.hostile].filter((shape) => !figures.harmless.has(shape))).toEqual([]);
    expect(figures.hostile.size).toBe(figures.harmless.size);
    // they are told apart at all
    expect(figures.hostile.size).toBeGreaterThan(byEffort({ quick: 40, full: 50 }));
  });
});
