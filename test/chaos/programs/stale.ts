import { option, report } from '../report.js';
import { runStale } from '../stale/stale-run.js';

/** Whatever is written on one instance is read on another at once, over the three protocols: `--rounds 10000` writes, `--seed`. */
const rounds = option('rounds', 10_000);
const seed = option('seed', Date.now() % 1_000_000_000);
console.log(`${String(rounds)} writes, seed ${String(seed)}`);
const { written, kinds, complaints } = await runStale({ writes: rounds, seed });
for (const [kind, count] of Object.entries(kinds).sort()) console.log(`${kind.padEnd(40)}${String(count)}`);
for (const complaint of complaints) console.error(complaint);
await report({
  name: 'stale',
  event: `write on one instance, read on another, ${String(rounds)} times`,
  aim: '0 stale',
  figure: `${String(complaints.length)} stale of ${String(written)}, 3 instances`,
  met: complaints.length === 0 && written >= rounds,
});
