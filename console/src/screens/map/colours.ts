import type { MapHeader } from '../../../../src/console/api/contract/streams.js';

type Rgb = readonly [red: number, green: number, blue: number];

/** Told apart with every kind of colour vision as far as twelve can be; after Paul Tol's muted scheme. */
const CATEGORIES: readonly Rgb[] = [
  [79, 110, 230],
  [221, 130, 40],
  [17, 150, 120],
  [200, 80, 120],
  [130, 90, 200],
  [150, 145, 40],
  [60, 170, 215],
  [170, 60, 50],
  [110, 170, 70],
  [120, 60, 110],
  [215, 165, 130],
  [60, 95, 110],
];
const OTHER: Rgb = [140, 146, 158];
/** Of a number, from low to high. */
const GRADIENT: readonly Rgb[] = [
  [68, 40, 140],
  [50, 110, 165],
  [30, 160, 140],
  [120, 200, 80],
  [240, 210, 40],
];
const PLAIN: Rgb = [84, 96, 228];

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly count: number;
}

/** How the points of a sample are coloured. */
export interface Colouring {
  readonly ofPoint: (point: number) => Rgb;
  /** The entry of the legend that a point belongs to; null: the legend is a gradient, or there is none. */
  readonly entryOf: (point: number) => number | null;
  readonly legend: readonly LegendEntry[];
  /** The ends of a gradient. */
  readonly range: readonly [low: number, high: number] | null;
}

export function colouringOf({ colors }: MapHeader): Colouring {
  if (colors === null) return { ofPoint: () => PLAIN, entryOf: () => null, legend: [], range: null };
  const counts = new Map<MapHeader['ids'][number] | number | boolean | null, number>();
  for (const value of colors) counts.set(value, (counts.get(value) ?? 0) + 1);
  const isNumeric =
    counts.size > CATEGORIES.length && [...counts.keys()].every((value) => value === null || typeof value === 'number');
  return isNumeric ? byNumber(colors as readonly (number | null)[]) : byCategory(colors, counts);
}

type Value = string | number | boolean | null;

function byCategory(colors: readonly Value[], counts: ReadonlyMap<Value, number>): Colouring {
  const named = [...counts].filter(([value]) => value !== null).sort(([, one], [, other]) => other - one);
  const shown = named.slice(0, CATEGORIES.length);
  const places = new Map(shown.map(([value], index) => [value, index]));
  const entryOf = (point: number): number => places.get(colors[point] ?? null) ?? shown.length;
  const rest = colors.length - shown.reduce((sum, [, count]) => sum + count, 0);
  const legend = shown.map(([value, count], index) => ({ label: String(value), colour: css(CATEGORIES[index] ?? OTHER), count }));
  return {
    ofPoint: (point) => CATEGORIES[entryOf(point)] ?? OTHER,
    entryOf,
    legend: rest === 0 ? legend : [...legend, { label: 'other, or missing', colour: css(OTHER), count: rest }],
    range: null,
  };
}

function byNumber(colors: readonly (number | null)[]): Colouring {
  const numbers = colors.filter((value) => value !== null);
  const low = numbers.reduce((least, value) => Math.min(least, value), Infinity);
  const high = numbers.reduce((most, value) => Math.max(most, value), -Infinity);
  const ofPoint = (point: number): Rgb => {
    const value = colors[point];
    return value === null || value === undefined ? OTHER : between((value - low) / (high - low || 1));
  };
  return { ofPoint, entryOf: () => null, legend: [], range: [low, high] };
}

function between(share: number): Rgb {
  const at = share * (GRADIENT.length - 1);
  const from = GRADIENT[Math.floor(at)] ?? OTHER;
  const to = GRADIENT[Math.ceil(at)] ?? from;
  const mix = (one: number, other: number): number => one + (other - one) * (at % 1);
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

const FAINT = 28;
const USUAL = 205;

/** The bytes for the renderer. `lit`: these are shown large, and all others faint; `entry`: only these of the legend are not faint. */
export function bytesOf(colouring: Colouring, count: number, lit: ReadonlySet<number> | null, entry: number | null): Uint8Array {
  const bytes = new Uint8Array(count * 4);
  for (let point = 0; point < count; point += 1) {
    const isFaint = (lit !== null && !lit.has(point)) || (entry !== null && colouring.entryOf(point) !== entry);
    bytes.set(colouring.ofPoint(point), point * 4);
    bytes[point * 4 + 3] = isFaint ? FAINT : lit === null ? USUAL : 255;
  }
  return bytes;
}
