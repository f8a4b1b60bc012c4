import { startGateway } from '../../support/gateway/gateway.js';
import { runShuffledWriters } from '../deadlock/shuffled-writers.js';
import { option, report } from '../report.js';

/** Eight writers in each protocol upsert the same ids, each in another order: `--rounds 15`, `--seed`. */
const WRITERS = 8;
const IDS = 200;

const rounds = option('rounds', 15);
const seed = option('seed', Date.now() % 1_000_000_000);
console.log(`${String(rounds)} rounds of ${String(IDS)} ids, seed ${String(seed)}`);
const gateway = await startGateway({ env: { POLYVEC_POOL_SIZE: '32', POLYVEC_POOL_TIMEOUT_MS: '30000' } });
const started = performance.now();
const { acknowledged, refusals } = await runShuffledWriters(gateway, { writers: WRITERS, rounds, ids: IDS, seed });
const seconds = (performance.now() - started) / 1_000;
await gateway.stop();
for (const refusal of refusals.slice(0, 10)) console.error(refusal);
await report({
  name: 'deadlock',
  event: `8 writers upserting the same ${String(IDS)} shuffled ids, ${String(rounds)} rounds in each protocol`,
  aim: '0 visible deadlocks',
  figure: `${String(refusals.length)} of ${String(acknowledged + refusals.length)} batches refused, in ${seconds.toFixed(1)} s`,
  met: refusals.length === 0,
});
