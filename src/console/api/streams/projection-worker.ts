import { parentPort, workerData } from 'node:worker_threads';
import { randomOf } from '../../../records/random.js';
import { POINT_DIMENSIONS, type ProjectionOptions, type ToProjection } from './projection.js';

/** The thread of a `Projection`. */
const { dimension, seed } = workerData as ProjectionOptions;
const dimensions = Math.min(dimension, POINT_DIMENSIONS);
const LARGEST = 127;

/** For each point dimension the weights of all components; undefined: the vectors are short enough as they are. */
const weights = dimension > POINT_DIMENSIONS ? signs() : undefined;
const projected: Float32Array[] = [];
let largest = 0;

/** Random signs keep distances as well as normal weights do, and cost no multiplication. */
function signs(): Float32Array {
  const random = randomOf(seed);
  return Float32Array.from({ length: dimension * dimensions }, () => (random() < 0.5 ? -1 : 1));
}

function project(vectors: Float32Array): Float32Array {
  if (weights === undefined) return vectors;
  const count = vectors.length / dimension;
  const points = new Float32Array(count * dimensions);
  for (let vector = 0; vector < count; vector += 1) {
    for (let target = 0; target < dimensions; target += 1) {
      let sum = 0;
      const row = target * dimension;
      const start = vector * dimension;
      for (let place = 0; place < dimension; place += 1) sum += (vectors[start + place] ?? 0) * (weights[row + place] ?? 0);
      points[vector * dimensions + target] = sum;
    }
  }
  return points;
}

function finish(): Int8Array<ArrayBuffer> {
  const length = projected.reduce((sum, points) => sum + points.length, 0);
  const bytes = new Int8Array(length);
  const scale = largest === 0 ? 0 : LARGEST / largest;
  let place = 0;
  for (const points of projected) {
    for (const value of points) {
      bytes[place] = Math.round(value * scale);
      place += 1;
    }
  }
  return bytes;
}

parentPort?.on('message', (message: ToProjection) => {
  if (message.kind === 'finish') {
    const bytes = finish();
    parentPort?.postMessage(bytes, [bytes.buffer]);
    return;
  }
  const points = project(message.vectors);
  for (const value of points) largest = Math.max(largest, Number.isFinite(value) ? Math.abs(value) : 0);
  projected.push(points);
  parentPort?.postMessage(null);
});
