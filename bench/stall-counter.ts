import { HttpClient } from './http-client.js';

/**
 * A client in a process of its own, so that nothing but the server makes it wait: it sends a GET to a path every 100 ms, whether those
 * before are answered or not, and says on demand how long it has waited for answers since it was last asked.
 */

/** Milliseconds. A request that is not answered yet counts by how long it waits so far. */
export interface Waits {
  readonly count: number;
  readonly longest: number;
  readonly p99: number;
}

const EVERY_MS = 100;
const [url = '', path = ''] = process.argv.slice(2);
const http = new HttpClient(url);
const open = new Set<number>();
let waits: number[] = [];

async function ask(): Promise<void> {
  const before = performance.now();
  open.add(before);
  await http.send({ method: 'GET', path, body: undefined }).catch((error: unknown) => {
    console.error(error);
  });
  open.delete(before);
  waits.push(performance.now() - before);
}

setInterval(() => void ask(), EVERY_MS);
process.on('message', () => {
  const now = performance.now();
  const all = [...waits, ...[...open].map((before) => now - before)].sort((one, other) => one - other);
  waits = [];
  const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? NaN;
  process.send?.({ count: all.length, longest: at(1), p99: at(0.99) } satisfies Waits);
});
