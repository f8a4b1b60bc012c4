import { setTimeout as sleep } from 'node:timers/promises';
import type { Door } from '../support/fault-doors.js';
import { startFaultyGateway } from '../support/faulty-gateway.js';
import { option, report } from './report.js';

/** The database takes everything and gives nothing for ten seconds, under load through all protocols: `--seconds 10`, `--clients 40`. */
const STATEMENT_TIMEOUT_MS = 5_000;
const SLOWEST_MS = 6_000;
const RECOVERY_MS = 2_000;
const BEFORE_MS = 2_000;
const AFTER_MS = 8_000;
/** Between a refusal and the next request of the same client. */
const PAUSE_MS = 100;

interface Asked {
  readonly sentAt: number;
  readonly tookMs: number;
  readonly answer: 'done' | 'refused' | 'wrong';
}

const seconds = option('seconds', 10);
const clients = option('clients', 40);
const faulty = await startFaultyGateway({ POLYVEC_STATEMENT_TIMEOUT_MS: String(STATEMENT_TIMEOUT_MS) });
const asked: Asked[] = [];
let isOver = false;

async function ask(door: Door, act: 'read' | 'write'): Promise<void> {
  const sentAt = performance.now();
  const { status } = await door[act]();
  const refusals = [door.expected('database').status, door.expected('statement').status];
  const refused = refusals.includes(status) ? 'refused' : 'wrong';
  const answer = status === door.succeeded ? 'done' : refused;
  asked.push({ sentAt, tookMs: performance.now() - sentAt, answer });
  if (answer !== 'done') await sleep(PAUSE_MS);
}

const running = Array.from({ length: clients }, async (_, index) => {
  const door = faulty.doors[index % faulty.doors.length];
  while (!isOver && door !== undefined) await ask(door, index % 2 === 0 ? 'read' : 'write');
});
await sleep(BEFORE_MS);
await faulty.proxy.set({ kind: 'swallow' });
await sleep(seconds * 1_000);
await faulty.proxy.set({ kind: 'pass' });
const end = performance.now();
await sleep(AFTER_MS);
isOver = true;
await Promise.all(running);
await faulty.stop();

const slowestMs = Math.max(...asked.map(({ tookMs }) => tookMs));
const recoveryMs = Math.max(0, ...asked.filter(({ answer }) => answer !== 'done').map(({ sentAt }) => sentAt - end));
const wrong = asked.filter(({ answer }) => answer === 'wrong').length;
const refused = asked.filter(({ answer }) => answer === 'refused').length;
const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
await report({
  name: 'blackhole',
  event: `database black-holed for ${String(seconds)} s, statement timeout ${inSeconds(STATEMENT_TIMEOUT_MS)}`,
  aim: `slowest answer ${String(SLOWEST_MS / 1_000)} s; back to normal ${String(RECOVERY_MS / 1_000)} s after`,
  figure: `slowest answer ${inSeconds(slowestMs)}; the last request that failed was sent ${inSeconds(recoveryMs)} after the end; ${String(refused)} of ${String(asked.length)} refused, ${String(wrong)} with another answer than 503 or 504`,
  met: slowestMs <= SLOWEST_MS && recoveryMs <= RECOVERY_MS && wrong === 0 && refused > 0,
});
