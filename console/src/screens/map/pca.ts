import { randomOf } from '../../../../src/records/random.js';

const ROUNDS = 24;
/** The directions are found from so many points; all of them are then placed. */
const LOOKED_AT = 5_000;

/** The two directions in which the points differ most: x and y of each point, one after the other. */
export function principalComponents(points: Int8Array, dimensions: number, seed: number): Float32Array {
  const count = dimensions === 0 ? 0 : points.length / dimensions;
  const placed = new Float32Array(count * 2);
  if (count === 0) return placed;
  const mean = meanOf(points, dimensions, count);
  const covariance = covarianceOf(points, dimensions, count, mean);
  const first = direction(covariance, dimensions, randomOf(seed));
  const second = direction(without(covariance, first, dimensions), dimensions, randomOf(seed + 1));
  for (let point = 0; point < count; point += 1) {
    let x = 0;
    let y = 0;
    for (let axis = 0; axis < dimensions; axis += 1) {
      const value = (points[point * dimensions + axis] ?? 0) - (mean[axis] ?? 0);
      x += value * (first[axis] ?? 0);
      y += value * (second[axis] ?? 0);
    }
    placed[point * 2] = x;
    placed[point * 2 + 1] = y;
  }
  return placed;
}

function meanOf(points: Int8Array, dimensions: number, count: number): Float64Array {
  const mean = new Float64Array(dimensions);
  points.forEach((value, index) => {
    const axis = index % dimensions;
    mean[axis] = (mean[axis] ?? 0) + value / count;
  });
  return mean;
}

function covarianceOf(points: Int8Array, dimensions: number, count: number, mean: Float64Array): Float64Array {
  const covariance = new Float64Array(dimensions * dimensions);
  const row = new Float64Array(dimensions);
  const step = Math.max(1, Math.floor(count / LOOKED_AT));
  for (let point = 0; point < count; point += step) {
    for (let axis = 0; axis < dimensions; axis += 1) row[axis] = (points[point * dimensions + axis] ?? 0) - (mean[axis] ?? 0);
    for (let a = 0; a < dimensions; a += 1) {
      const value = row[a] ?? 0;
      for (let b = 0; b < dimensions; b += 1)
        covariance[a * dimensions + b] = (covariance[a * dimensions + b] ?? 0) + value * (row[b] ?? 0);
    }
  }
  return covariance;
}

/** The direction of the largest variance, by power iteration; of unit length. */
function direction(covariance: Float64Array, dimensions: number, random: () => number): Float64Array {
  let vector = Float64Array.from({ length: dimensions }, () => random() - 0.5);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = new Float64Array(dimensions);
    for (let a = 0; a < dimensions; a += 1) {
      let sum = 0;
      for (let b = 0; b < dimensions; b += 1) sum += (covariance[a * dimensions + b] ?? 0) * (vector[b] ?? 0);
      next[a] = sum;
    }
    const length = Math.hypot(...next);
    if (length === 0) return vector;
    vector = next.map((value) => value / length);
  }
  return vector;
}

/** The covariance that is left without a direction. */
function without(covariance: Float64Array, vector: Float64Array, dimensions: number): Float64Array {
  let variance = 0;
  for (let a = 0; a < dimensions; a += 1) {
    for (let b = 0; b < dimensions; b += 1)
      variance += (vector[a] ?? 0) * (covariance[a * dimensions + b] ?? 0) * (vector[b] ?? 0);
  }
  return covariance.map(
    (value, index) => value - variance * (vector[Math.floor(index / dimensions)] ?? 0) * (vector[index % dimensions] ?? 0),
  );
}
