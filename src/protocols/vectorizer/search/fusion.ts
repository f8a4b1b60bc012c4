/** What a list ranks: an id with its score, best first. An id is in a list once. */
export interface Ranked {
  readonly id: string;
  readonly score: number;
}

/** How two lists become one; see `fuse`. */
export type Fusion = 'rrf' | 'weighted' | 'alpha';

/** The lists of one query: by what it means, and by what it says. */
export interface Lists {
  readonly dense: readonly Ranked[];
  readonly sparse: readonly Ranked[];
}

/** The higher, the less the first ranks stand out. */
const RANK_OFFSET = 60;

/**
 * One list of the ids of both, best first; equals in the order of the dense list, then of the sparse one. `alpha` is the weight
 * of the dense list, one minus it that of the sparse one.
 *
 * - `weighted`: the weighted sum of an id's scores; where it is not, its score is 0.
 * - `alpha`: the same, of scores divided by the best one of their list. A list whose best is not above 0 stays as it is.
 * - `rrf`: the weighted sum of an id's scores and reciprocal ranks, 1 / (60 + rank), ranks from 1; where it is not, it has neither.
 */
export function fuse(fusion: Fusion, { dense, sparse }: Lists, alpha: number): readonly Ranked[] {
  const scores = new Map<string, number>();
  const add = (list: readonly Ranked[], weight: number): void => {
    const scoreOf = scorer(fusion, list);
    list.forEach((ranked, index) => {
      scores.set(ranked.id, (scores.get(ranked.id) ?? 0) + weight * scoreOf(ranked, index + 1));
    });
  };
  add(dense, alpha);
  add(sparse, 1 - alpha);
  return [...scores].map(([id, score]) => ({ id, score })).sort((left, right) => right.score - left.score);
}

/** What an entry of the list counts, before its list's weight. */
function scorer(fusion: Fusion, list: readonly Ranked[]): (ranked: Ranked, rank: number) => number {
  switch (fusion) {
    case 'rrf':
      return ({ score }, rank) => score + 1 / (RANK_OFFSET + rank);
    case 'weighted':
      return ({ score }) => score;
    case 'alpha': {
      const best = list.reduce((highest, { score }) => Math.max(highest, score), 0);
      return ({ score }) => (best > 0 ? score / best : score);
    }
  }
}
