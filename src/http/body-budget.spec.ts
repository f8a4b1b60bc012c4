import { jest } from '@jest/globals';
import { BodyBudget } from './body-budget.js';

describe('large bodies', () => {
  it('leave half of the budget to others, whatever they take', () => {
    const budget = new BodyBudget(100);
    expect(budget.largeShare().hold(500, () => undefined)).toBe(true);
    const [one, other] = [budget.share(), budget.share()];
    expect([one.grow(30), other.grow(20), other.grow(21)]).toEqual([undefined, undefined, expect.any(Error)]);
  });

  it('wait for each other, but for the oldest', () => {
    const budget = new BodyBudget(100);
    const [oldest, second] = [budget.largeShare(), budget.largeShare()];
    const resumed = jest.fn();
    expect([second.hold(40, resumed), oldest.hold(60, resumed), second.hold(41, resumed)]).toEqual([true, true, false]);
    expect(resumed).not.toHaveBeenCalled();
    oldest.release();
    expect(resumed).toHaveBeenCalledTimes(1);
  });

  it('wait for small ones', () => {
    const budget = new BodyBudget(100);
    const small = budget.share();
    small.grow(80);
    const [oldest, second] = [budget.largeShare(), budget.largeShare()];
    const resumed = jest.fn();
    expect([oldest.hold(1, resumed), second.hold(30, resumed)]).toEqual([true, false]);
    small.release();
    expect(resumed).toHaveBeenCalledTimes(1);
  });

  it('are not waited for once they have left', () => {
    const budget = new BodyBudget(100);
    const [oldest, second] = [budget.largeShare(), budget.largeShare()];
    oldest.hold(60, () => undefined);
    const resumed = jest.fn();
    second.hold(60, resumed);
    second.release();
    oldest.release();
    expect(resumed).not.toHaveBeenCalled();
  });
});
