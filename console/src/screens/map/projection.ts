import { useEffect, useState } from 'preact/hooks';
import type { Oddities } from './neighbours.js';
import type { Sample } from './points.js';

export interface WorkerTask {
  readonly points: Int8Array;
  readonly dimensions: number;
  readonly seed: number;
  readonly isUmap: boolean;
}

export type WorkerAnswer =
  | { readonly kind: 'placed'; readonly placed: Float32Array; readonly progress: number }
  | { readonly kind: 'oddities'; readonly oddities: Oddities };

export interface Projection {
  /** x and y of each point, from -1 to 1; null before the first. */
  readonly placed: Float32Array | null;
  /** 0 to 1. */
  readonly progress: number;
  readonly oddities: Oddities | null;
  /** Leaves the points where they are. */
  readonly stop: () => void;
}

/** Places a sample in two dimensions, in a worker: by their principal components at once, then by UMAP if it is wanted. */
export function useProjection(sample: Sample | undefined, isUmap: boolean): Projection {
  const [state, setState] = useState<Omit<Projection, 'stop'>>({ placed: null, progress: 0, oddities: null });
  const [worker, setWorker] = useState<Worker | null>(null);
  useEffect(() => {
    if (sample === undefined) return;
    const made = new Worker(new URL('./projection.worker.ts', import.meta.url), { type: 'module' });
    setState({ placed: null, progress: 0, oddities: null });
    made.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      if (data.kind === 'oddities') setState((before) => ({ ...before, oddities: data.oddities }));
      else setState((before) => ({ ...before, placed: fitted(data.placed), progress: data.progress }));
    });
    const { header, points } = sample;
    const task: WorkerTask = { points, dimensions: header.dimensions, seed: header.seed, isUmap };
    made.postMessage(task);
    setWorker(made);
    return () => made.terminate();
  }, [sample, isUmap]);
  const stop = (): void => {
    worker?.terminate();
    setState((before) => ({ ...before, progress: 1 }));
  };
  return { ...state, stop };
}

/** Moved and scaled into the square from -1 to 1; a few that lie far away may be outside of it. */
function fitted(placed: Float32Array): Float32Array {
  const result = new Float32Array(placed.length);
  const axes = [0, 1].map((axis) => {
    const values = placed.filter((_, index) => index % 2 === axis).sort();
    const [low, high] = [values[Math.floor(values.length * 0.002)] ?? 0, values[Math.ceil(values.length * 0.998) - 1] ?? 0];
    return { middle: (low + high) / 2, half: (high - low) / 2 };
  });
  const half = Math.max(...axes.map((axis) => axis.half)) * 1.08 || 1;
  placed.forEach((value, index) => (result[index] = (value - (axes[index % 2]?.middle ?? 0)) / half));
  return result;
}
