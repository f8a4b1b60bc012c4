import { createStorage } from '../../support/gateway/gateway.js';
import { option, report } from '../report.js';
import { leastOfMinutes, runSoak, slopeOf } from '../soak/soak-run.js';

/** Mixed load on one gateway, whose memory, connections and handles are watched: `--minutes 20`, `--rate 150` requests a second, `--seed`. */
const SAMPLE_MS = 5_000;
/** Of the whole: caches fill, code is compiled, the heap finds its size. */
const WARM_UP = 0.25;
/** Per minute, from the least of one to that of the next. */
const MAX_GROWTH_MB = 1;
const MAX_HANDLES = 1;
/** The pool, and one for background work. */
const MAX_CONNECTIONS = 11;

const minutes = option('minutes', 20);
const rate = option('rate', 150);
const seed = option('seed', Date.now() % 1_000_000_000);
console.log(`${String(minutes)} minutes, ${String(rate)} requests a second, seed ${String(seed)}`);
let lastTold = -Infinity;
const storage = await createStorage();
const { requests, late, refused, errors, shown, samples } = await runSoak(storage, {
  minutes,
  rate,
  seed,
  sampleMs: SAMPLE_MS,
  onSample: ({ minute, megabytes, handles, connections }) => {
    if (minute - lastTold < 1) return;
    lastTold = minute;
    console.log(
      `minute ${minute.toFixed(1)}: ${megabytes.toFixed(1)} MB, ${String(handles)} handles, ${String(connections)} connections`,
    );
  },
}).finally(() => storage.remove());
for (const error of shown) console.error(error);
const memory = slopeOf(leastOfMinutes(samples, 'megabytes'), 'megabytes', minutes * WARM_UP);
const handles = slopeOf(leastOfMinutes(samples, 'handles'), 'handles', minutes * WARM_UP);
const connections = Math.max(...samples.map((sample) => sample.connections));
const sent = Math.round(requests / (minutes * 60));
await report({
  name: 'soak',
  event: `soak, ${String(minutes)} minutes of mixed load`,
  aim: 'memory under 1 MB a minute after warm-up, 0 unexplained errors',
  figure: `${memory.toFixed(2)} MB and ${handles.toFixed(2)} handles a minute, at most ${String(connections)} connections; ${String(errors)} errors, ${String(refused)} refused with a time to come again, in ${String(requests)} requests (${String(sent)} a second, ${String(late)} late)`,
  met: memory < MAX_GROWTH_MB && handles < MAX_HANDLES && connections <= MAX_CONNECTIONS && errors === 0,
});
