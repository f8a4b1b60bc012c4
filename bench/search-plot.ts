/** One line of the plot: its points from left to right. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly percent: number; readonly p95: number }[];
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { top: 56, right: 130, bottom: 56, left: 64 };
const COLOURS = ['#2f6fde', '#d9822b', '#7a7a7a', '#3a9d5d'];
const TICKS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];

/** p95 of a filtered query by the share of records that its filter selects, both on logarithmic scales, with a line at `aimMs`. */
export function p95Plot(title: string, series: readonly Series[], aimMs: number): string {
  const points = series.flatMap((line) => line.points);
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
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${escaped(title)}">`,
    style(),
    `<rect class="page" width="${String(WIDTH)}" height="${String(HEIGHT)}"/>`,
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
    '</svg>',
    '',
  ].join('\n');
}

function seriesMarks(
  { name, points }: Series,
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): readonly string[] {
  const places = points.map(({ percent, p95 }) => ({ left: x(percent).toFixed(1), top: y(p95).toFixed(1) }));
  const last = points.at(-1);
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2.5" points="${places.map(({ left, top }) => `${left},${top}`).join(' ')}"/>`,
    ...places.map(({ left, top }) => `<circle fill="${colour}" r="3.5" cx="${left}" cy="${top}"/>`),
    ...(last === undefined ? [] : [text(x(last.percent) + 10, y(last.p95) + 4, 'name', name, colour)]),
  ];
}

/** From the values' range to the range of pixels. */
function logarithmic(
  values: readonly number[],
  from: number,
  to: number,
): { readonly at: (value: number) => number; readonly holds: (value: number) => boolean } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = (to - from) / (Math.log(most) - Math.log(least) || 1);
  return { at: (value) => from + scale * (Math.log(value) - Math.log(least)), holds: (value) => value >= least && value <= most };
}

function style(): string {
  return `<style>
  text { font: 12px system-ui, sans-serif; fill: #444; }
  .title { font-size: 15px; font-weight: 600; fill: #111; }
  .name { font-weight: 600; }
  .middle { text-anchor: middle; }
  .end { text-anchor: end; }
  .page { fill: #fff; }
  .grid { stroke: #ddd; }
  .aim { stroke: #999; stroke-dasharray: 5 4; }
</style>`;
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;
}

function text(x: number, y: number, kind: string, content: string, colour?: string): string {
  const fill = colour === undefined ? '' : ` style="fill:${colour}"`;
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}"${fill}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
