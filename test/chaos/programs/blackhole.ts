import { setTimeout as sleep } from 'node:timers/promises';
import type { Transport } from '../../support/faults/fault-transports.js';
import { startFaultyGateway } from '../../support/faults/faulty-gateway.js';
import { option, report } from '../report.js';

/** The database takes everything and gives nothing for ten seconds, under load through all protocols: `--seconds 10`, `--clients 20`. */
const STATEMENT_TIMEOUT_MS = 5_000;
const SLOWEST_MS = 6_000;
const RECOVERY_MS = 2_000;
const BEFORE_MS = 2_000;
const AFTER_MS = 8_000;
/** Between a refusal and the next request of the same client. */
const PAUSE_MS = 100;

const SHOWN = 5;

interface Asked {
  readonly what: string;
  readonly sentAt: number;
  readonly tookMs: number;
  readonly answer: 'done' | 'refused' | 'wrong';
}

const seconds = option('seconds', 10);
const clients = option('clients', 20);
const faulty = await startFaultyGateway({ POLYVEC_STATEMENT_TIMEOUT_MS: String(STATEMENT_TIMEOUT_MS) });
const asked: Asked[] = [];
let isOver = false;

const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

async function ask(transport: Transport, act: 'read' | 'write'): Promise<void> {
  const sentAt = performance.now();
  const { status, body } = await transport[act]();
  const refusals = [transport.expected('database').status, transport.expected('statement').status];
  const refused = refusals.includes(status) ? 'refused' : 'wrong';
  const answer = status === transport.succeeded ? 'done' : refused;
  asked.push({ what: `${transport.name}, ${act}: ${String(status)}`, sentAt, tookMs: performance.now() - sentAt, answer });
  if (answer === 'wrong') console.error(`${transport.name}, ${act}: ${String(status)} ${JSON.stringify(body)}`);
  if (answer !== 'done') await sleep(PAUSE_MS);
}

// whoever changes an index all the time makes its writers try again, and refuses them in the end, which is no fault of the database
const acts = faulty.transports.flatMap((transport) =>
  (transport.name === "Pinecone's control plane" ? (['read'] as const) : (['read', 'write'] as const)).map((act) => ({
    transport,
    act,
  })),
);
const running = Array.from({ length: clients }, async (_, index) => {
  const chosen = acts[index % acts.length];
  while (!isOver && chosen !== undefined) await ask(chosen.transport, chosen.act);
});
await sleep(BEFORE_MS);
await faulty.proxy.set({ kind: 'swallow' });
const start = performance.now();
await sleep(seconds * 1_000);
await faulty.proxy.set({ kind: 'pass' });
const end = performance.now();
await sleep(AFTER_MS);
isOver = true;
await Promise.all(running);
await faulty.stop();

const slowest = asked.toSorted((left, right) => right.tookMs - left.tookMs).slice(0, SHOWN);
for (const { what, sentAt, tookMs } of slowest) {
  console.log(`${what} in ${inSeconds(tookMs)}, sent ${inSeconds(sentAt - start)} after the beginning`);
}
const slowestMs = slowest[0]?.tookMs ?? 0;
const recoveryMs = Math.max(0, ...asked.filter(({ answer }) => answer !== 'done').map(({ sentAt }) => sentAt - end));
const wrong = asked.filter(({ answer }) => answer === 'wrong').length;
const refused = asked.filter(({ answer }) => answer === 'refused').length;
await report({
  name: 'blackhole',
  event: `database black-holed for ${String(seconds)} s, statement timeout ${inSeconds(STATEMENT_TIMEOUT_MS)}`,
  aim: `slowest answer ${String(SLOWEST_MS / 1_000)} s; back to normal ${String(RECOVERY_MS / 1_000)} s after`,
  figure: `slowest answer ${inSeconds(slowestMs)}; the last request that failed was sent ${inSeconds(recoveryMs)} after the end; ${String(refused)} of ${String(asked.length)} refused, ${String(wrong)} with another answer than 503 or 504`,
  met: slowestMs <= SLOWEST_MS && recoveryMs <= RECOVERY_MS && wrong === 0 && refused > 0,
});
