import { runFailovers } from '../failover/failover-run.js';
import { option, report } from '../report.js';

/**
 * The primary of a Patroni cluster of three nodes fails while clients of all protocols write, again and again: `--failovers 20`,
 * `--haproxy` for HAProxy in front of the nodes instead of a `DATABASE_URL` that names them all. The servers are the program's own; it
 * needs Debian's packages patroni, python3-etcd and etcd-server, and haproxy for that option, none of them running as a service.
 */
const INSTANCES = 2;
/** Of what is wrong: one thing leads to others. */
const MAX_SHOWN = 10;

const failovers = option('failovers', 20);
const front = process.argv.includes('--haproxy') ? 'haproxy' : 'hosts';
console.log(`${String(failovers)} failovers, ${String(INSTANCES)} gateways`);
const figures = await runFailovers({
  failovers,
  instances: INSTANCES,
  front,
  onProgress: (text) => {
    console.log(text);
  },
});
const { acknowledged, refused, lost, unexplained, outages } = figures;
for (const text of [...unexplained, ...lost.map((id) => `${id} is lost`)].slice(0, MAX_SHOWN)) console.error(text);
const causes = Object.entries(figures.failovers).map(([cause, times]) => `${String(times)} × ${cause}`);
const sorted = outages.toSorted((one, other) => one - other);
const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
const times = `all protocols wrote again after ${median.toFixed(1)} s (median; longest ${(sorted.at(-1) ?? 0).toFixed(1)} s)`;
const through = front === 'haproxy' ? ', through HAProxy,' : '';
// the nodes are gone by now, and the development database has no part in this
process.env['TEST_DATABASE_URL'] = '';
await report({
  name: front === 'hosts' ? 'failover' : 'haproxy',
  event: `failover of a Patroni cluster of three nodes${through} during writes, ${String(failovers)} times`,
  aim: '0 acknowledged writes lost, 0 answers but success and 503 or 504 with a time to come again',
  figure: `${String(lost.length)} lost of ${String(acknowledged)}, ${String(unexplained.length)} unexplained, ${String(refused)} refused with a time; ${times} (${causes.join(', ')})`,
  met: lost.length === 0 && unexplained.length === 0 && outages.length === failovers && refused > 0,
  conditions:
    'Patroni with ttl 20 s, strict synchronous mode, one etcd, PostgreSQL 15; a frozen node is reset, as by a watchdog; readiness asked every second',
});
