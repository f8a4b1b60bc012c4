import { byEffort, SEED } from '../support/setup/effort.js';
import { runStale } from './stale/stale-run.js';

const isOnServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = isOnServer ? describe : describe.skip;
const reason = isOnServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

const WRITES = byEffort({ quick: 100, full: 300 });

describeOnServer(`what is written on one instance${reason}`, () => {
  it('is read at once on another, over every protocol', async () => {
    const { written, complaints } = await runStale({ writes: WRITES, seed: SEED });
    expect(complaints).toEqual([]);
    expect(written).toBeGreaterThanOrEqual(WRITES);
  });
});
