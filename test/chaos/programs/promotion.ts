import { startCluster } from '../promotion/promotion-cluster.js';
import { playRound } from '../promotion/promotion-round.js';
import { noProgress } from '../promotion/promotion-scene.js';
import { option, report } from '../report.js';

/**
 * Collections get tables of their own while three instances write and read them, round after round: `--rounds 50`,
 * `--seed` of the first round. Needs TEST_DATABASE_URL or DATABASE_URL, a server; makes a database of its own there.
 */
const INSTANCES = 3;
/** Of what is wrong in a round: one thing leads to others. */
const MAX_SHOWN = 10;

const rounds = option('rounds', 50);
const seed = option('seed', Date.now() % 1_000_000_000);
const server = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'] ?? '';
if (server === '') throw new Error('TEST_DATABASE_URL must name a Postgres server');
process.env['TEST_DATABASE_URL'] = server;

const started = performance.now();
const progress = noProgress();
const cluster = await startCluster(INSTANCES);
console.log(`${String(rounds)} rounds, ${String(INSTANCES)} instances, seed ${String(seed)}`);
try {
  for (let round = 0; round < rounds; round += 1) {
    const before = progress.complaints.length;
    await playRound(cluster, round, seed, progress);
    for (const { kind, text } of progress.complaints.slice(before, before + MAX_SHOWN))
      console.error(`round ${String(round)}: ${kind}: ${text}`);
    if (progress.complaints.length > before) break;
    if (round % 10 === 9) console.log(`round ${String(round + 1)} of ${String(rounds)}`);
  }
} finally {
  await cluster.stop();
}
const wrong = progress.complaints.filter(({ kind }) => kind === 'wrong').length;
const lost = progress.complaints.filter(({ kind }) => kind === 'lost').length;
const figures = [
  ['rounds', progress.rounds],
  ['writes acknowledged', progress.writes],
  ['reads checked', progress.reads],
  ['wrong answers', wrong],
  ['lost writes', lost],
  ['collections that moved', `${String(progress.moved)} of ${String(progress.large)}`],
  ['with a vector index', progress.indexed],
  ['seconds', Math.round((performance.now() - started) / 1_000)],
] as const;
for (const [name, value] of figures) console.log(`${name.padEnd(24)}${String(value)}`);
const { rounds: played, writes, reads } = progress;
await report({
  name: 'promotion',
  event: `collections move into tables of their own while ${String(INSTANCES)} instances write and read them, ${String(played)} rounds`,
  aim: '0 wrong answers, 0 lost writes',
  figure: `${String(wrong)} wrong, ${String(lost)} lost of ${String(writes)} writes; ${String(reads)} reads`,
  met: wrong + lost === 0,
});
