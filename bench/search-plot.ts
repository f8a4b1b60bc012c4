import { COLOURS, joined, line, logarithmic, picture, text } from './plot.js';

/** One line of the plot: its points from left to right. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly percent: number; readonly p95: number }[];
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { top: 56, right: 130, bottom: 56, left: 64 };
const TICKS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];

/** p95 of a filtered query by the share of records that its filter selects, both on logarithmic scales, with a line at `aimMs`. */
export function p95Plot(title: string, series: readonly Series[], aimMs: number): string {
  const points = series.flatMap((one) => one.points);
  const x = logarithmic(
    points.map(({ percent }) => percent),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = logarithmic(
    [...points.map(({ p95 }) => p95), aimMs].flatMap((value) => [value / 1.5, value * 1.5]),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const shares = [...new Set(points.map(({ percent }) => percent))];
  return picture(title, WIDTH, HEIGHT, [
    text(MARGIN.left, 26, 'title', title),
    text(MARGIN.left, 44, '', 'p95, milliseconds'),
    ...TICKS.filter((tick) => y.holds(tick)).flatMap((tick) => [
      line('grid', MARGIN.left, y.at(tick), WIDTH - MARGIN.right, y.at(tick)),
      text(MARGIN.left - 8, y.at(tick) + 4, 'end', tick.toLocaleString('en')),
    ]),
    ...shares.map((share) => text(x.at(share), HEIGHT - MARGIN.bottom + 20, 'middle', `${String(share)} %`)),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, 'middle', 'records that the filter selects'),
    line('aim', MARGIN.left, y.at(aimMs), WIDTH - MARGIN.right, y.at(aimMs)),
    text(WIDTH - MARGIN.right + 8, y.at(aimMs) + 4, '', `aim: ${String(aimMs)} ms`),
    ...series.flatMap((one, index) => seriesMarks(one, COLOURS[index % COLOURS.length] ?? '#000', x.at, y.at)),
  ]);
}

function seriesMarks(
  { name, points }: Series,
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): readonly string[] {
  const places = points.map(({ percent, p95 }) => ({ left: x(percent), top: y(p95) }));
  const last = places.at(-1);
  return [...joined(places, colour), ...(last === undefined ? [] : [text(last.left + 10, last.top + 4, 'name', name, colour)])];
}
