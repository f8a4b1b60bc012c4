/** Points that lie on one another, and points that lie alone. */
export interface Oddities {
  /** Groups of at least two, the largest first. */
  readonly duplicates: readonly (readonly number[])[];
  /** Those farthest from the nearest point that they were compared with. */
  readonly outliers: readonly number[];
}

const SHOWN = 20;
const COMPARED_WITH = 500;

/** Found among the projected points: near enough to look at, no proof. */
export function odditiesOf(points: Int8Array, dimensions: number): Oddities {
  const count = dimensions === 0 ? 0 : points.length / dimensions;
  const groups = new Map<string, number[]>();
  for (let point = 0; point < count; point += 1) {
    const key = String.fromCharCode(...new Uint8Array(points.buffer, points.byteOffset + point * dimensions, dimensions));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  const duplicates = [...groups.values()].filter((group) => group.length > 1).sort((one, other) => other.length - one.length);
  const step = Math.max(1, Math.floor(count / COMPARED_WITH));
  const distances = Array.from({ length: count }, (_, point) => ({
    point,
    distance: nearest(points, dimensions, point, step, count).distance,
  }));
  distances.sort((one, other) => other.distance - one.distance);
  return { duplicates: duplicates.slice(0, SHOWN), outliers: distances.slice(0, SHOWN).map(({ point }) => point) };
}

/** The nearest of every `step`th point, but for itself and what lies on it. */
export function nearest(
  points: Int8Array,
  dimensions: number,
  point: number,
  step: number,
  count: number,
): { readonly index: number; readonly distance: number } {
  let index = 0;
  let best = Infinity;
  const own = point * dimensions;
  for (let other = 0; other < count; other += step) {
    const start = other * dimensions;
    let sum = 0;
    for (let axis = 0; axis < dimensions && sum < best; axis += 1) {
      const difference = (points[own + axis] ?? 0) - (points[start + axis] ?? 0);
      sum += difference * difference;
    }
    if (sum < best && other !== point) {
      best = sum;
      index = other;
    }
  }
  return { index, distance: best };
}
