/**
 * How much a run does: `quick` (what `npm test` and the gate do) or `full` (`npm run test:full`). It is the one setting for all random and
 * repeated tests, for the versions of the clients, and for which suites run on a server; scripts/test.js checks it.
 */
export const EFFORT = process.env['TEST_EFFORT'] === 'full' ? 'full' : 'quick';

/** What random tests start from; jest.config.js sets it, so that a run can be repeated. */
export const SEED = Number(process.env['TEST_SEED']);

/** A number of runs, rounds or kills, by the effort of this run. */
export function byEffort(of: { readonly quick: number; readonly full: number }): number {
  return of[EFFORT];
}
