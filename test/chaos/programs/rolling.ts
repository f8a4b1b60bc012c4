/** `npm run chaos -- rolling`: three instances behind nginx are restarted in turn while requests come. `--requests 20000`, `--rate 400`. */
import { findNginx } from '../../support/gateway/nginx.js';
import { option, report } from '../report.js';
import { rollingRestart } from '../rolling/rolling-run.js';

const DRAIN_DELAY_MS = 2_000;
/** Longer than the configuration lets nginx leave an instance alone. */
const SETTLE_MS = 3_000;
const SHOWN = 20;

const nginx = findNginx();
if (nginx === undefined) {
  console.error('rolling: there is no nginx (Debian: apt-get install nginx-light)');
  process.exit(1);
}
const requests = option('requests', 20_000);
const perSecond = option('rate', 400);
const { rest, grpc, failures, exitCodes } = await rollingRestart({
  requests,
  perSecond,
  drainDelayMs: DRAIN_DELAY_MS,
  settleMs: SETTLE_MS,
  nginx,
});
for (const failure of failures.slice(0, SHOWN)) console.log(failure);
await report({
  name: 'rolling',
  event: `rolling restart of 3 instances behind nginx, ${requests.toLocaleString('en')} requests REST and gRPC`,
  figure: `${String(failures.length)} failed of ${rest.toLocaleString('en')} REST and ${grpc.toLocaleString('en')} gRPC; exit codes ${exitCodes.join(', ')}`,
  aim: '0 failed',
  met: failures.length === 0 && rest + grpc >= requests && exitCodes.every((code) => code === 0),
  conditions: `${String(perSecond)} requests a second, drain delay ${String(DRAIN_DELAY_MS / 1000)} s`,
});
