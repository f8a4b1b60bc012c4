import { Pacer } from './pacer.js';

const NEVER = new AbortController().signal;

/** A clock that stands still but for the pauses. */
function paced(rate: number | undefined): {
  readonly pacer: Pacer;
  readonly pauses: number[];
  readonly pass: (milliseconds: number) => void;
} {
  let now = 1_000;
  const pauses: number[] = [];
  const wait = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    now += milliseconds;
    return Promise.resolve();
  };
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { pacer: new Pacer(rate, () => now, wait), pauses, pass };
}

describe('case 43: a copy with --rate', () => {
  it('pauses behind each chunk for as long as its records are meant to take', async () => {
    const { pacer, pauses } = paced(500);
    await pacer.wrote(1_000, NEVER);
    await pacer.wrote(250, NEVER);
    expect(pauses).toEqual([2_000, 500]);
  });

  it('does not make up for time in which it was slow', async () => {
    const { pacer, pauses, pass } = paced(1_000);
    await pacer.wrote(100, NEVER);
    pass(60_000);
    await pacer.wrote(100, NEVER);
    expect(pauses).toEqual([100, 100]);
  });

  it('does not pause without a rate', async () => {
    const { pacer, pauses } = paced(undefined);
    await pacer.wrote(1_000, NEVER);
    expect(pauses).toEqual([]);
  });

  it('ends its pause when the copy is interrupted', async () => {
    const interrupted = new AbortController();
    const pause = new Pacer(0.001).wrote(1_000, interrupted.signal);
    interrupted.abort();
    await expect(pause).resolves.toBeUndefined();
  });
});
