import { MAX_BUCKETS } from '../limits.js';

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock. */
  at: number;
}

/** One withdrawal: so many tokens from the bucket of that name, which holds a second's worth. */
export interface Withdrawal {
  readonly bucket: string;
  readonly tokens: number;
  readonly perSecond: number;
}

/** Token buckets by name: each holds what may be done in a second, and is filled again at that pace. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  /** `now` is a clock in milliseconds that never goes back. */
  constructor(private readonly now: () => number) {}

  /** Takes all withdrawals, or none: then it names the first that there is not enough for. */
  take(withdrawals: readonly Withdrawal[]): Withdrawal | undefined {
    const buckets = withdrawals.map((withdrawal) => this.filled(withdrawal));
    const short = withdrawals.find((withdrawal, index) => (buckets[index]?.tokens ?? 0) < withdrawal.tokens);
    if (short !== undefined) return short;
    withdrawals.forEach(({ tokens }, index) => {
      const bucket = buckets[index];
      if (bucket !== undefined) bucket.tokens -= tokens;
    });
    return undefined;
  }

  private filled({ bucket: name, perSecond }: Withdrawal): Bucket {
    const now = this.now();
    const bucket = this.buckets.get(name) ?? { tokens: perSecond, at: now };
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    if (this.buckets.size > MAX_BUCKETS) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return bucket;
  }
}
