import { jest } from '@jest/globals';
import { Crowded, Slots } from './slots.js';

/** What has become of a promise so far. */
function watch(promise: Promise<void>): { state: 'waiting' | 'had' | 'refused' } {
  const watched: { state: 'waiting' | 'had' | 'refused' } = { state: 'waiting' };
  promise.then(
    () => {
      watched.state = 'had';
    },
    () => {
      watched.state = 'refused';
    },
  );
  return watched;
}

describe('slots', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('go to as many as there are, and then to those who wait, in their order', async () => {
    const slots = new Slots(2, 10);
    await slots.take(1_000);
    await slots.take(1_000);
    const waiting = [watch(slots.take(1_000)), watch(slots.take(1_000))];
    await jest.advanceTimersByTimeAsync(0);
    expect([slots.used, slots.waiting]).toEqual([2, 2]);
    slots.give();
    await jest.advanceTimersByTimeAsync(0);
    expect(waiting.map(({ state }) => state)).toEqual(['had', 'waiting']);
    expect([slots.used, slots.waiting]).toEqual([2, 1]);
  });

  it('are refused at once when too many wait already', async () => {
    const slots = new Slots(1, 1);
    await slots.take(1_000);
    const first = watch(slots.take(1_000));
    await expect(slots.take(1_000)).rejects.toBeInstanceOf(Crowded);
    expect(first.state).toBe('waiting');
  });

  it('are refused after the time, and are not given to those who have gone', async () => {
    const slots = new Slots(1, 2);
    await slots.take(1_000);
    const early = watch(slots.take(100));
    const late = watch(slots.take(1_000));
    await jest.advanceTimersByTimeAsync(100);
    expect([early.state, late.state]).toEqual(['refused', 'waiting']);
    slots.give();
    await jest.advanceTimersByTimeAsync(0);
    expect([late.state, slots.used]).toEqual(['had', 1]);
    slots.give();
    expect([slots.used, slots.waiting]).toEqual([0, 0]);
  });
});
