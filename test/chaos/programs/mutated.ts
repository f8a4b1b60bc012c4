import { runFuzz } from '../mutated/fuzz-run.js';
import { option, report } from '../report.js';

/**
 * Mutated requests to every route of every protocol, gRPC and broken framing among them: `--rounds 200000`, `--seed`. The gateway is in this
 * process: what ends it ends the program.
 */
const rounds = option('rounds', 200_000);
const seed = option('seed', Date.now() % 1_000_000_000);
console.log(`${String(rounds)} requests, seed ${String(seed)}`);
process.on('uncaughtExceptionMonitor', (error) => {
  console.error(`the gateway crashed, seed ${String(seed)}: ${error.stack ?? error.message}`);
});
const { sent, statuses, offences, polluted } = await runFuzz({
  requests: rounds,
  seed,
  onProgress: (text) => {
    console.log(text);
  },
});
for (const [status, count] of Object.entries(statuses).sort()) console.log(`${status.padEnd(24)}${String(count)}`);
for (const offence of offences) console.error(`${offence}\n`);
await report({
  name: 'mutated',
  event: 'mutated requests',
  aim: '200,000 without a crash or an unexplained 5xx; no prototype polluted',
  figure: `${String(sent)} requests, 0 crashes, ${String(offences.length)} unexplained, prototypes ${polluted ? 'polluted' : 'clean'}`,
  met: offences.length === 0 && !polluted && sent >= rounds,
});
