import { findServerPrograms } from '../support/servers/standby.js';
import { runKills } from './kill/kill-run.js';

// the embedded engine serves one gateway and dies with it: test/stores/kill.spec.ts kills both
const isOnServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const canRun = isOnServer && findServerPrograms() !== undefined;
const describeWhereItCan = canRun ? describe : describe.skip;
const reason = isOnServer ? 'no PostgreSQL is installed here to be killed' : 'the embedded engine has a test of its own';

describeWhereItCan(`writes through all protocols${canRun ? '' : ` (skipped: ${reason})`}`, () => {
  it('survive kill -9 of Postgres, of a gateway and of a backend, whole and all', async () => {
    const figures = await runKills({ rounds: 3, instances: 2, seed: Number(process.env['TEST_SEED']) });
    expect(figures.complaints).toEqual([]);
    expect(figures.kills).toEqual({ Postgres: 1, gateway: 1, backend: 1 });
    expect(figures.acknowledged).toBeGreaterThan(50);
    expect(figures.unacknowledged).toBeGreaterThan(0);
  });
});
