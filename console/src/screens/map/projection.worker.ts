import { UMAP } from 'umap-js';
import { randomOf } from '../../../../src/records/random.js';
import { nearest, odditiesOf } from './neighbours.js';
import { principalComponents } from './pca.js';
import type { WorkerAnswer, WorkerTask } from './projection.js';

/** UMAP places so many; the others lie beside the nearest of these. */
const MOST_ANCHORS = 5_000;
/** The others are compared with so many of the anchors. */
const COMPARED_WITH = 1_000;
const NEIGHBOURS = 15;
const EPOCHS_A_MESSAGE = 10;

function post(answer: WorkerAnswer): void {
  self.postMessage(answer);
}

self.addEventListener('message', ({ data }: MessageEvent<WorkerTask>) => {
  const { points, dimensions, seed, isUmap } = data;
  const flat = principalComponents(points, dimensions, seed);
  post({ kind: 'placed', placed: flat, progress: isUmap ? 0 : 1 });
  post({ kind: 'oddities', oddities: odditiesOf(points, dimensions) });
  if (isUmap) umap(points, dimensions, seed);
});

function umap(points: Int8Array, dimensions: number, seed: number): void {
  const count = points.length / dimensions;
  const step = Math.max(1, Math.ceil(count / MOST_ANCHORS));
  const anchors: number[] = [];
  for (let point = 0; point < count; point += step) anchors.push(point);
  if (anchors.length <= NEIGHBOURS + 1)
    return post({ kind: 'placed', placed: principalComponents(points, dimensions, seed), progress: 1 });
  const rows = anchors.map((point) => Array.from(points.subarray(point * dimensions, (point + 1) * dimensions)));
  const reducer = new UMAP({ nComponents: 2, nNeighbors: NEIGHBOURS, minDist: 0.12, random: randomOf(seed) });
  const epochs = reducer.initializeFit(rows);
  const beside = besides(points, dimensions, count, step);
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    reducer.step();
    if (epoch % EPOCHS_A_MESSAGE === 0 || epoch === epochs) {
      post({ kind: 'placed', placed: spread(reducer.getEmbedding(), beside, step, seed), progress: epoch / epochs });
    }
  }
}

/** For each point the number of the anchor that it lies beside. */
function besides(points: Int8Array, dimensions: number, count: number, step: number): Uint32Array {
  const coarse = step * Math.max(1, Math.floor(count / step / COMPARED_WITH));
  return Uint32Array.from({ length: count }, (_, point) => {
    return point % step === 0 ? point / step : nearest(points, dimensions, point, coarse, count).index / step;
  });
}

function spread(anchors: readonly (readonly number[])[], beside: Uint32Array, step: number, seed: number): Float32Array {
  const placed = new Float32Array(beside.length * 2);
  const random = randomOf(seed);
  beside.forEach((anchor, point) => {
    const [x = 0, y = 0] = anchors[anchor] ?? [];
    const isAnchor = point % step === 0;
    placed[point * 2] = x + (isAnchor ? 0 : (random() - 0.5) * 0.4);
    placed[point * 2 + 1] = y + (isAnchor ? 0 : (random() - 0.5) * 0.4);
  });
  return placed;
}
