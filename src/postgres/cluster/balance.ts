import type { NodeContents } from './node-places.js';

/** A place that should be on another node. */
export interface PlannedMove {
  readonly place: string;
  readonly bytes: number;
  readonly from: string;
  readonly to: string;
}

/** Nodes whose sizes differ by less than this share of the mean are balanced. */
const TOLERANCE = 0.1;

/**
 * The moves that make nodes about equally large, one after the other: each takes the place from the largest node to the smallest one that
 * brings the two closest together. Nodes that are down, or take no places, are left alone.
 */
export function planBalance(contents: readonly NodeContents[]): readonly PlannedMove[] {
  const nodes = contents
    .filter(({ node, answers }) => answers && node.isActive && node.takesPlaces)
    .map(({ node, places }) => ({ name: node.name, places: places.filter(({ isDistributed }) => isDistributed) }));
  const sizes = new Map(nodes.map(({ name, places }) => [name, places.reduce((sum, { bytes }) => sum + bytes, 0)]));
  const sizeOf = (name: string): number => sizes.get(name) ?? 0;
  const left = nodes.flatMap(({ name, places }) => places.map(({ place, bytes }) => ({ place, bytes, from: name })));
  const mean = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, nodes.length);
  const moves: PlannedMove[] = [];
  for (;;) {
    const [smallest, ...others] = [...sizes.keys()].sort((one, other) => sizeOf(one) - sizeOf(other));
    const largest = others.at(-1);
    if (smallest === undefined || largest === undefined) return moves;
    const gap = sizeOf(largest) - sizeOf(smallest);
    if (gap <= TOLERANCE * mean) return moves;
    // a place of half the difference is best, one of the whole difference or more only turns it round
    const [best] = left
      .filter(({ from, bytes }) => from === largest && bytes > 0 && bytes < gap)
      .sort((one, other) => Math.abs(one.bytes - gap / 2) - Math.abs(other.bytes - gap / 2));
    if (best === undefined) return moves;
    // no place moves twice
    left.splice(left.indexOf(best), 1);
    moves.push({ ...best, to: smallest });
    sizes.set(largest, sizeOf(largest) - best.bytes);
    sizes.set(smallest, sizeOf(smallest) + best.bytes);
  }
}
