import { clustered } from './clustered.js';
import type { Dataset } from './dataset.js';
import { fashionMnist } from './fashion-mnist.js';
import { uniform } from './uniform.js';

export interface DatasetSource {
  readonly name: string;
  readonly make: () => Dataset | Promise<Dataset>;
}

export const FULL_SETS: readonly DatasetSource[] = [
  { name: 'fashion-mnist', make: () => fashionMnist('fashion-mnist', 60_000) },
  { name: 'clustered-100k', make: () => clustered('clustered-100k', 100_000, 384) },
  { name: 'clustered-1536', make: () => clustered('clustered-1536', 100_000, 1_536) },
  { name: 'clustered-1m', make: () => clustered('clustered-1m', 1_000_000, 384) },
];

/** Those that the setting of recall is held to besides: hard for graphs. */
export const HARD_SETS: readonly DatasetSource[] = [{ name: 'uniform-60k', make: () => uniform('uniform-60k', 60_000, 64) }];
export const QUICK_HARD_SETS: readonly DatasetSource[] = [{ name: 'uniform', make: () => uniform('uniform-20k', 20_000, 64) }];

/** For a first impression. */
export const QUICK_SETS: readonly DatasetSource[] = [
  { name: 'fashion-mnist', make: () => fashionMnist('fashion-mnist, the first 10,000', 10_000) },
  { name: 'clustered', make: () => clustered('clustered-20k', 20_000, 384) },
];
