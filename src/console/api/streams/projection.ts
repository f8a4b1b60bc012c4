import { Worker } from 'node:worker_threads';

/** What a projection's thread gets: vectors side by side, or the word that there are no more. */
export type ToProjection =
  { readonly kind: 'vectors'; readonly vectors: Float32Array<ArrayBuffer> } | { readonly kind: 'finish' };

export interface ProjectionOptions {
  readonly dimension: number;
  readonly seed: number;
}

/** Dimensions of a point. */
export const POINT_DIMENSIONS = 64;

/** A seeded random projection in a thread of its own: what it computes holds up no request. */
export class Projection {
  private readonly worker: Worker;

  constructor(options: ProjectionOptions) {
    this.worker = new Worker(new URL('./projection-worker.js', import.meta.url), { workerData: options });
  }

  /** Vectors side by side, which are handed over. */
  add(vectors: Float32Array<ArrayBuffer>): void {
    this.worker.postMessage({ kind: 'vectors', vectors } satisfies ToProjection, [vectors.buffer]);
  }

  /** The points of all vectors, in their order, a signed byte a dimension. */
  async finish(): Promise<Int8Array> {
    const result = new Promise<Int8Array>((resolve, reject) => {
      this.worker.once('message', resolve);
      this.worker.once('error', reject);
    });
    this.worker.postMessage({ kind: 'finish' } satisfies ToProjection);
    return result;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
