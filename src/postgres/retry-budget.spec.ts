import { jest } from '@jest/globals';
import { GRACE_MS, RetryBudget } from './retry-budget.js';
import type { Effect } from './sqlstate.js';

const LIMITS = { waitMs: 2_000, statementMs: 60_000 };

describe('a retry budget', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** Attempts, one after the other, until there is to be none any more. */
  function attempts(effect: Effect, isRead: boolean, eachMs: number): number {
    const budget = new RetryBudget(LIMITS);
    let attempt = 0;
    let pause: number | undefined = 0;
    while (pause !== undefined) {
      attempt += 1;
      jest.advanceTimersByTime(eachMs);
      pause = budget.pauseAfter(attempt, effect, isRead);
      jest.advanceTimersByTime(pause ?? 0);
    }
    return attempt;
  }

  it('tries for two seconds what has done nothing', () => {
    expect(attempts('none', false, 500)).toBeLessThanOrEqual(4);
    expect(attempts('none', false, 500)).toBeGreaterThanOrEqual(3);
    expect(attempts('none', false, 2_000)).toBe(1);
  });

  it('tries five times what was rolled back, however long each took', () => {
    expect(attempts('rolled_back', false, 1_500)).toBe(5);
  });

  it('tries three times what only reads, and never again what may have written', () => {
    expect([attempts('unknown', true, 10), attempts('unknown', false, 10)]).toEqual([3, 1]);
    expect(attempts('unknown', true, 2_000)).toBe(1);
  });

  it('tries three times to find a server that takes writes', () => {
    expect([attempts('misled', false, 10), attempts('misled', false, 2_000)]).toEqual([3, 1]);
  });

  it('takes an answer for one', () => {
    expect(attempts('final', true, 10)).toBe(1);
  });

  it('ends with the time for one statement, waiting included', () => {
    const budget = new RetryBudget({ waitMs: 2_000, statementMs: 1_000 });
    expect([budget.waitMs, budget.statementMs]).toEqual([1_000 + GRACE_MS, 1_000 + GRACE_MS]);
    jest.advanceTimersByTime(1_000);
    expect([budget.waitMs, budget.statementMs]).toEqual([GRACE_MS, GRACE_MS]);
    jest.advanceTimersByTime(GRACE_MS);
    expect(budget.waitMs).toBe(0);
    expect(budget.pauseAfter(1, 'rolled_back', true)).toBeUndefined();
  });

  it('sets no limit to statements where the engine does', () => {
    const budget = new RetryBudget({ waitMs: 30_000, statementMs: Infinity });
    expect([budget.waitMs, budget.statementMs]).toEqual([30_000, undefined]);
  });
});
