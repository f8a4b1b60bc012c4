import { TokenBuckets } from './token-buckets.js';

describe('token buckets', () => {
  let now = 0;
  const buckets = (): TokenBuckets => new TokenBuckets(() => now);
  const one = { bucket: 'a', tokens: 1, perSecond: 5 };

  beforeEach(() => {
    now = 1_000;
  });

  it('hold a second of work', () => {
    const limits = buckets();
    const taken = Array.from({ length: 6 }, () => limits.take([one]));
    expect(taken).toEqual([undefined, undefined, undefined, undefined, undefined, one]);
  });

  it('fill again at their pace', () => {
    const limits = buckets();
    for (let count = 0; count < 5; count += 1) limits.take([one]);
    now += 200;
    expect(limits.take([one])).toBeUndefined();
    expect(limits.take([one])).toEqual(one);
  });

  it('take from all or from none', () => {
    const limits = buckets();
    const large = { bucket: 'b', tokens: 6, perSecond: 5 };
    expect(limits.take([one, large])).toEqual(large);
    const all = { ...one, tokens: 5 };
    expect(limits.take([all])).toBeUndefined();
  });

  it('do not hold more than a second of work, however long nobody came', () => {
    const limits = buckets();
    now += 60_000;
    expect(limits.take([{ ...one, tokens: 6 }])).toEqual({ ...one, tokens: 6 });
  });

  it('of different names know nothing of each other', () => {
    const limits = buckets();
    limits.take([{ ...one, tokens: 5 }]);
    expect(limits.take([{ ...one, bucket: 'c', tokens: 5 }])).toBeUndefined();
  });
});
