/** What plots are made of: marks of SVG, on a white page of their own, so that they are legible on dark pages, too. */

export const COLOURS = ['#2f6fde', '#d9822b', '#7a7a7a', '#3a9d5d'];

/** From values to pixels. */
export interface Scale {
  readonly at: (value: number) => number;
  /** Whether the value is within its range. */
  readonly holds: (value: number) => boolean;
}

export interface Place {
  readonly left: number;
  readonly top: number;
}

/** A picture with a title for those who cannot see it; `rules` are added to the style. */
export function picture(title: string, width: number, height: number, marks: readonly string[], rules = ''): string {
  const size = `0 0 ${String(width)} ${String(height)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}" role="img" aria-label="${escaped(title)}">`,
    style(rules),
    `<rect class="page" width="${String(width)}" height="${String(height)}"/>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

/** From the values' range to the range of pixels. */
export function logarithmic(values: readonly number[], from: number, to: number): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = (to - from) / (Math.log(most) - Math.log(least) || 1);
  return {
    at: (value) => from + scale * (Math.log(value) - Math.log(least)),
    holds: (value) => value >= least && value <= most,
  };
}

/** Points, joined in their order. */
export function joined(places: readonly Place[], colour: string): readonly string[] {
  const points = places.map(({ left, top }) => ({ left: left.toFixed(1), top: top.toFixed(1) }));
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2.5" points="${points.map(({ left, top }) => `${left},${top}`).join(' ')}"/>`,
    ...points.map(({ left, top }) => dot(left, top, colour)),
  ];
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;
}

export function text(x: number, y: number, kind: string, content: string, colour?: string): string {
  const fill = colour === undefined ? '' : ` style="fill:${colour}"`;
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}"${fill}>${escaped(content)}</text>`;
}

function dot(left: string, top: string, colour: string): string {
  return `<circle fill="${colour}" r="3.5" cx="${left}" cy="${top}"/>`;
}

function style(rules: string): string {
  return `<style>
  text { font: 12px system-ui, sans-serif; fill: #444; }
  .title { font-size: 15px; font-weight: 600; fill: #111; }
  .name { font-weight: 600; }
  .middle { text-anchor: middle; }
  .end { text-anchor: end; }
  .page { fill: #fff; }
  .grid { stroke: #ddd; }
  .aim { stroke: #999; stroke-dasharray: 5 4; }
${rules}</style>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
