import type { Dataset } from './dataset.js';
import { Randomness } from './randomness.js';

const QUERIES = 200;
/** They mean nothing here: a record's group is drawn as its vector is. */
const GROUPS = 10;

/** Vectors that are even in all directions, which graphs find hard: nothing is much nearer than the rest. Distance l2. */
export function uniform(name: string, count: number, dimension: number): Dataset {
  const stored = draw(count, dimension, new Randomness(4));
  const asked = draw(QUERIES, dimension, new Randomness(5));
  return {
    name,
    description: `${count.toLocaleString('en')} uniformly distributed vectors of ${dimension.toLocaleString('en')} dimensions`,
    space: 'l2',
    dimension,
    vectors: stored.vectors,
    groups: stored.groups,
    queries: asked.vectors,
    queryGroups: asked.groups,
    groupCount: GROUPS,
  };
}

function draw(
  count: number,
  dimension: number,
  random: Randomness,
): { readonly vectors: Float32Array; readonly groups: Uint16Array } {
  return {
    vectors: Float32Array.from({ length: count * dimension }, () => 2 * random.share() - 1),
    groups: Uint16Array.from({ length: count }, () => Math.floor(random.share() * GROUPS)),
  };
}
