import { COLOURS, joined, line, logarithmic, picture, type Place, type Scale, text } from './plot.js';

/** One engine's points, joined in their order. */
export interface RateLine {
  readonly name: string;
  readonly points: readonly { readonly recall: number; readonly perSecond: number; readonly label: string }[];
}

/** One data set: a panel for each number of clients, the same lines in all. */
export interface RateRow {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly lines: readonly RateLine[] }[];
}

const WIDTH = 760;
const TOP = 56;
const ROW_HEIGHT = 290;
const MARGIN = { top: 40, right: 14, bottom: 44, left: 48 };
/** Between the outermost points and the frame, for their labels. */
const INSET = 24;
const RECALLS = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.995, 0.999, 1];
const RATES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
/** A recall of 1 has a place, too: where half of one neighbour in 2,000 would be missed. */
const LEAST_MISS = 0.000_25;
/** Of a label. */
const LETTER = 6.5;
const LETTER_HEIGHT = 9;
/** Between places that are looked at. */
const STEP = 4;
/** Labels stay legible where a line runs behind them. */
const RULES = '  .label { font-size: 11px; text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: 3px; }\n';

/** Queries a second by recall: the rate on a logarithmic scale, recall on one that opens up towards 1. */
export function ratePlot(title: string, rows: readonly RateRow[]): string {
  const names = rows[0]?.panels[0]?.lines.map(({ name }) => name) ?? [];
  return picture(
    title,
    WIDTH,
    TOP + rows.length * ROW_HEIGHT,
    [
      text(MARGIN.left, 26, 'title', title),
      ...names.map((name, at) => text(MARGIN.left + at * (WIDTH / 2), 48, 'name', `● ${name}`, colourOf(at))),
      ...rows.flatMap((row, at) => rowMarks(row, TOP + at * ROW_HEIGHT)),
    ],
    RULES,
  );
}

/** All panels of a row have the same scales. */
function rowMarks({ title, panels }: RateRow, top: number): readonly string[] {
  const width = WIDTH / panels.length;
  const points = panels.flatMap(({ lines }) => lines.flatMap((one) => one.points));
  const misses = points.map(({ recall }) => missOf(recall));
  const rates = points.flatMap(({ perSecond }) => [perSecond / 1.2, perSecond * 1.2]);
  const [above, below] = [top + MARGIN.top, top + ROW_HEIGHT - MARGIN.bottom];
  const y = logarithmic(rates, below, above);
  return panels.flatMap((panel, at) => {
    const [left, right] = [at * width + MARGIN.left, (at + 1) * width - MARGIN.right];
    const x = logarithmic(misses, right - INSET, left + INSET);
    return [
      text(left, above - 12, 'name', `${title}, ${panel.title}`),
      ...axes(x, y, { left, right, above, below }),
      ...lineMarks(panel.lines, x, y),
    ];
  });
}

function axes(
  x: Scale,
  y: Scale,
  { left, right, above, below }: Readonly<Record<'left' | 'right' | 'above' | 'below', number>>,
): readonly string[] {
  return [
    ...RATES.filter(y.holds).flatMap((rate) => [
      line('grid', left, y.at(rate), right, y.at(rate)),
      text(left - 6, y.at(rate) + 4, 'end', rate.toLocaleString('en')),
    ]),
    ...RECALLS.filter((recall) => x.holds(missOf(recall))).flatMap((recall) => [
      line('grid', x.at(missOf(recall)), above, x.at(missOf(recall)), below),
      text(x.at(missOf(recall)), below + 16, 'middle', String(recall)),
    ]),
    text((left + right) / 2, below + 34, 'middle', 'recall@10'),
  ];
}

interface Mark extends Place {
  readonly label: string;
  readonly colour: string;
}

/** Lines, and labels beside their points. */
function lineMarks(lines: readonly RateLine[], x: Scale, y: Scale): readonly string[] {
  const marks = lines.map(({ points }, index) =>
    points.map(({ recall, perSecond, label }): Mark => ({
      left: x.at(missOf(recall)),
      top: y.at(perSecond),
      label,
      colour: colourOf(index),
    })),
  );
  return [...marks.flatMap((own, index) => joined(own, colourOf(index))), ...labels(marks.flat(), marks.flatMap(along))];
}

/** Each label is where it covers the least of lines and other labels: above its point, below or beside it. */
function labels(marks: readonly Mark[], covered: readonly Place[]): readonly string[] {
  const taken = [...covered];
  return marks.map(({ left, top, label, colour }) => {
    const half = (label.length * LETTER) / 2;
    const area = (middle: number, height: number): readonly Place[] =>
      along([
        { left: middle - half, top: height },
        { left: middle + half, top: height },
      ]);
    const areas = [
      ...[area(left, top - 12), area(left, top + 12)],
      ...[area(left + half + 3, top - 9), area(left - half - 3, top + 9)],
      ...[area(left + half + 8, top), area(left - half - 8, top)],
    ];
    const cost = (own: readonly Place[]): number => taken.filter((other) => own.some((place) => isNear(place, other))).length;
    const best = areas.reduce((one, other) => (cost(other) < cost(one) ? other : one));
    taken.push(...best);
    const [first = { left, top }] = best;
    return text(first.left + half, first.top + 4, 'label', label, colour);
  });
}

function isNear(one: Place, other: Place): boolean {
  return Math.abs(one.left - other.left) < STEP && Math.abs(one.top - other.top) < LETTER_HEIGHT;
}

/** The points, and places between them. */
function along(points: readonly Place[]): readonly Place[] {
  return points.flatMap((to, at) => {
    const from = points[at - 1] ?? to;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.left - from.left, to.top - from.top) / STEP));
    return Array.from({ length: at === 0 ? 1 : steps }, (_, step) => ({
      left: to.left - (step / steps) * (to.left - from.left),
      top: to.top - (step / steps) * (to.top - from.top),
    }));
  });
}

function missOf(recall: number): number {
  return Math.max(1 - recall, LEAST_MISS);
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#000';
}
