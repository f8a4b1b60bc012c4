import { rollingRestart } from '../chaos/rolling/rolling-run.js';
import { hasServer } from '../support/faults/faulty-gateway.js';
import { findNginx } from '../support/gateway/nginx.js';

const REQUESTS = 600;
/** Six starts of a process, on a machine that may be busy. */
const LIMIT_MS = 240_000;
const nginx = findNginx();
const proxy = nginx === undefined ? 'a balancer of the test’s own, for want of nginx' : 'nginx';
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

(hasServer ? describe : describe.skip)(`three instances behind ${proxy}, restarted in turn${reason}`, () => {
  it(
    `fail none of ${String(REQUESTS)} requests over REST and gRPC, and stop with 0`,
    async () => {
      // where nginx has been refused, it does not come back for two seconds
      const settleMs = nginx === undefined ? 200 : 2_500;
      const { rest, grpc, failures, exitCodes } = await rollingRestart({
        requests: REQUESTS,
        perSecond: 60,
        drainDelayMs: 1_000,
        settleMs,
        nginx,
      });
      expect(failures).toEqual([]);
      expect(exitCodes).toEqual([0, 0, 0]);
      expect(rest + grpc).toBeGreaterThanOrEqual(REQUESTS);
    },
    LIMIT_MS,
  );
});
