import type { IndexContent, RecallMeasurement, RecallPoint } from '../../collections/collection.js';
import { bestForms } from '../search/index-choice.js';
import { chosenPoint, keeps, LARGE_LIMIT, SMALL_LIMIT } from '../search/recall-curve.js';

const FORMS: Readonly<Record<IndexContent, string>> = { full: 'whole vectors', half: '16-bit numbers', binary: 'bits' };

/** What background work has measured of a namespace, and what searches make of it: lines for a person. */
export function recallLines(measured: RecallMeasurement | undefined, target: number): readonly string[] {
  if (measured === undefined) return [`asked: ${String(target)}; not measured yet: ef_search goes by the number of vectors`];
  const { points, queries, recentQueries, rows, measuredAt } = measured;
  const chosen = chosenPoint(points, SMALL_LIMIT, target);
  const result =
    chosen === undefined ? 'nothing measured' : `${effortOf(chosen)}${keeps(chosen, target) ? '' : ', which misses it'}`;
  const sample = `${String(queries)} searches, ${String(recentQueries)} of them by clients`;
  return [
    `asked: ${String(target)}; chosen: ${result}`,
    `measured on ${new Date(measuredAt).toISOString().slice(0, 16)}Z by ${sample}, in indexes of ${String(rows)} vectors`,
    ...[SMALL_LIMIT, LARGE_LIMIT].flatMap((limit) => curveLine(points, limit)),
    ...formsLine(measured),
  ];
}

function curveLine(points: readonly RecallPoint[], limit: number): readonly string[] {
  const own = points.filter((point) => point.limit === limit);
  const shown = own.map((point) => `${effortOf(point)}: ${point.recall.toFixed(3)} (-${point.error.toFixed(3)})`);
  return own.length === 0 ? [] : [`recall@${String(limit)} at ${shown.join(', ')}`];
}

/** What other forms of index would find, and what the indexes held. */
function formsLine(measured: RecallMeasurement): readonly string[] {
  const held = measured.contents.map((content) => FORMS[content]).join(', ');
  const others = bestForms(measured).map(({ content, candidates, recall, error, inGraph }) => {
    const way = inGraph ? ' in their graph' : candidates === 1 ? '' : ` with ${String(candidates)} candidates a result`;
    return `${FORMS[content]}${way}: ${recall.toFixed(3)} (-${error.toFixed(3)})`;
  });
  return held === '' ? [] : [`the indexes held ${held}${others.length === 0 ? '' : `; measured: ${others.join(', ')}`}`];
}

function effortOf({ efSearch, candidates }: RecallPoint): string {
  return `ef ${String(efSearch)}${candidates === 1 ? '' : ` with ${String(candidates)} candidates a result`}`;
}
