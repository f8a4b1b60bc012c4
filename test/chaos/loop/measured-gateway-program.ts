import { openSync, readSync } from 'node:fs';
import { startGatewayInProcess } from '../../support/gateway/gateway-in-process.js';
import type { LoopFigures, MeasuredRequest, MeasuredStart } from './measured-gateway.js';

/** A gateway in a process of its own, which measures how much its first thread does in each round of its event loop. Linux only. */

const NANOSECONDS = 1e6;
const [environment = '{}'] = process.argv.slice(2);
const schedule = openSync(`/proc/self/task/${String(process.pid)}/schedstat`, 'r');
const text = Buffer.alloc(100);

/** Milliseconds that the first thread has been on a processor: what else runs on the machine does not count. */
function processorMs(): number {
  const length = readSync(schedule, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[0]) / NANOSECONDS;
}

let worst: LoopFigures = { processorMs: 0, clockMs: 0 };
let lastProcessor = processorMs();
let lastClock = performance.now();

/** Once in every round of the event loop. */
function round(): void {
  const processor = processorMs();
  const clock = performance.now();
  worst = {
    processorMs: Math.max(worst.processorMs, processor - lastProcessor),
    clockMs: Math.max(worst.clockMs, clock - lastClock),
  };
  lastProcessor = processor;
  lastClock = clock;
  setImmediate(round);
}

const gateway = await startGatewayInProcess(JSON.parse(environment) as Readonly<Record<string, string>>);
round();
process.on('message', (request: MeasuredRequest) => {
  if (request === 'stop') {
    void gateway.stop().finally(() => {
      process.exit(0);
    });
    return;
  }
  // after the round that this is a part of
  setImmediate(() => {
    setImmediate(() => {
      const found = worst;
      worst = { processorMs: 0, clockMs: 0 };
      process.send?.(found);
    });
  });
});
const { chromaUrl, pineconeUrl, vectorizerUrl, consoleUrl } = gateway;
process.send?.({ chromaUrl, pineconeUrl, vectorizerUrl, consoleUrl } satisfies MeasuredStart);
