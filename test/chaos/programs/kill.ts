import { runKills } from '../kill/kill-run.js';
import { option, report } from '../report.js';

/**
 * Kill -9 of one of three gateway processes, of Postgres and of single backends during writes through all protocols, in turns: `--rounds 50`,
 * `--seed`. The server is the program's own.
 */
const INSTANCES = 3;
/** Of what is wrong: one thing leads to others. */
const MAX_SHOWN = 10;

const rounds = option('rounds', 50);
const seed = option('seed', Date.now() % 1_000_000_000);
console.log(`${String(rounds)} rounds, ${String(INSTANCES)} gateways, seed ${String(seed)}`);
const { kills, acknowledged, unacknowledged, lost, partial, diverged, complaints } = await runKills({
  rounds,
  instances: INSTANCES,
  seed,
  onProgress: (text) => {
    console.log(text);
  },
});
for (const complaint of complaints.slice(0, MAX_SHOWN)) console.error(complaint);
const victims = Object.entries(kills).map(([victim, times]) => `${String(times)} × ${victim}`);
await report({
  name: 'kill',
  event: `kill -9 of gateways, of Postgres and of its backends during writes, ${String(rounds)} rounds`,
  aim: '0 acknowledged writes lost, 0 partial batches, resending everything converges',
  figure: `${String(lost)} lost, ${String(partial)} partial of ${String(acknowledged)} batches; ${String(diverged)} differences after ${String(unacknowledged)} were sent again (${victims.join(', ')})`,
  met: complaints.length === 0 && unacknowledged > 0,
});
