import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineTraits } from '../../postgres/engine.js';
import { BackgroundSteps, Stopped } from './background-steps.js';

const EMBEDDED = { concurrentIndexes: false } as EngineTraits;
const SERVER = { concurrentIndexes: true } as EngineTraits;

/** How often steps pause after one of them on the embedded engine, of which a request asks something then. */
async function pausesAfter(asked: 'before' | 'step' | 'pause'): Promise<number> {
  const database = { lastAskedAt: performance.now(), traits: EMBEDDED };
  const ask = (): void => {
    database.lastAskedAt = performance.now();
  };
  let pauses = 0;
  const pause = (): Promise<void> => {
    pauses += 1;
    if (asked === 'pause') ask();
    return Promise.resolve();
  };
  const steps = new BackgroundSteps(database, { pause });
  await sleep(2);
  await steps.run(async () => {
    if (asked === 'step') ask();
    await sleep(20);
  });
  return pauses;
}

describe('steps of background work', () => {
  it('go on after a breath on the embedded engine while nobody asks for anything', async () => {
    expect(await pausesAfter('before')).toBe(1);
  });

  it.each(['step', 'pause'] as const)('leave the embedded engine to a request that came during a %s', async (asked) => {
    expect(await pausesAfter(asked)).toBe(2);
  });

  it.each([
    ['as long as a step has taken', undefined, 10],
    ['longer, where nobody waits for the work', 3, 50],
  ])('always rest in full on a server, which others may be using: %s', async (_, rest, least) => {
    const pauses: number[] = [];
    const pause = (milliseconds: number): Promise<unknown> => Promise.resolve(pauses.push(milliseconds));
    const steps = new BackgroundSteps({ lastAskedAt: 0, traits: SERVER }, rest === undefined ? { pause } : { rest, pause });
    await steps.run(() => sleep(20));
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThan(least);
  });

  it.each([
    ['wait for a calm moment on the embedded engine', EMBEDDED, [250, 250]],
    ['do not wait for one on a server', SERVER, []],
  ])('%s', async (_, traits, expected) => {
    const pauses: number[] = [];
    const database = { lastAskedAt: performance.now(), traits };
    const pause = (milliseconds: number): Promise<void> => {
      pauses.push(milliseconds);
      // the second time nothing has come
      if (pauses.length === 2) database.lastAskedAt = -Infinity;
      return Promise.resolve();
    };
    const steps = new BackgroundSteps(database, { pause });
    await steps.calm();
    expect(pauses).toEqual(expected);
  });

  it('do not wait for a calm moment for ever', async () => {
    let pauses = 0;
    const database = { lastAskedAt: performance.now() + 3_600_000, traits: EMBEDDED };
    const pause = (): Promise<void> => {
      pauses += 1;
      return Promise.resolve();
    };
    const steps = new BackgroundSteps(database, { pause });
    await steps.calm();
    expect(pauses).toBe(20);
    steps.stop();
    await expect(steps.calm()).rejects.toThrow(Stopped);
  });

  it('are smaller while requests come, and grow slowly', () => {
    const database = { lastAskedAt: -Infinity, traits: EMBEDDED };
    const steps = new BackgroundSteps(database);
    const after = (rows: number, milliseconds: number): number => steps.rowsAfter(rows, milliseconds, { few: 4, most: 50 });
    expect([after(10, 1), after(30, 60), after(40, 40)]).toEqual([20, 25, 50]);
    database.lastAskedAt = performance.now();
    expect([after(10, 1), after(30, 60), after(1, 100)]).toEqual([20, 7, 1]);
  });

  it.each([
    ['of cheap rows', 10, 0.1, 50, 40, 21],
    ['of cheap rows, on a slow machine', 20, 0.2, 50, 25, 40],
    ['of dear rows', 5, 2.8, 4, 3, 30],
  ])('do not shrink to a row each by what a step costs itself: %s', (_, ownCost, rowCost, few, least, longest) => {
    const steps = new BackgroundSteps({ lastAskedAt: Infinity, traits: EMBEDDED });
    const sizes: number[] = [];
    for (let rows = 1; sizes.length < 60; sizes.push(rows))
      rows = steps.rowsAfter(rows, ownCost + rows * rowCost, { few, most: 2_000 });
    const settled = sizes.slice(20);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...settled.map((rows) => ownCost + rows * rowCost))).toBeLessThan(longest);
  });

  it('end with the next one when they are stopped', async () => {
    const steps = new BackgroundSteps({ lastAskedAt: 0, traits: EMBEDDED });
    steps.stop();
    await expect(steps.run(() => Promise.resolve())).rejects.toThrow(Stopped);
  });
});
