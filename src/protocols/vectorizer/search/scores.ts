import type { Metric } from '../../../collections/collection.js';
import type { Match, StoredRecord } from '../../../records/record.js';

/** A vector that a search found; the higher the score, the better. */
export interface Hit {
  readonly record: StoredRecord;
  /** Finite. */
  readonly score: number;
}

/** The score of a match, which has its distance. */
export function toHit(metric: Metric, match: Match): Hit {
  return { record: match, score: scoreOf(metric, Number(match.distance)) };
}

function scoreOf(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance;
    case 'l2':
      // the distance is squared
      return Number.isFinite(distance) ? 1 / (1 + Math.sqrt(Math.max(0, distance))) : 0;
    case 'ip':
      return Number.isNaN(distance) ? 0 : 1 / (1 + Math.exp(distance - 1));
  }
}
