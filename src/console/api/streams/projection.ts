import { Worker } from 'node:worker_threads';

/** What a projection's thread gets: vectors side by side, or the word that there are no more. */
export type ToProjection =
  { readonly kind: 'vectors'; readonly vectors: Float32Array<ArrayBuffer> } | { readonly kind: 'finish' };

/** Its answers: the points, or that it has taken the vectors. */
export type FromProjection = Int8Array<ArrayBuffer> | null;

export interface ProjectionOptions {
  readonly dimension: number;
  readonly seed: number;
}

/** Dimensions of a point. */
export const POINT_DIMENSIONS = 64;

/** A seeded random projection in a thread of its own: what it computes holds up no request. */
export class Projection {
  private readonly worker: Worker;
  private readonly failed: Promise<never>;
  private taken: Promise<void> = Promise.resolve();

  constructor(options: ProjectionOptions) {
    this.worker = new Worker(new URL('./projection-worker.js', import.meta.url), { workerData: options });
    this.failed = new Promise((_resolve, reject) => {
      this.worker.once('error', reject);
      this.worker.once('exit', () => {
        reject(new Error('the thread of a projection has ended'));
      });
    });
    // it may fail while nobody waits for it
    this.failed.catch(() => undefined);
  }

  /** Vectors side by side, which are handed over. Waits for those before: no more than two pieces are in memory at a time. */
  async add(vectors: Float32Array<ArrayBuffer>): Promise<void> {
    await this.taken;
    this.taken = this.answer({ kind: 'vectors', vectors }, [vectors.buffer]).then(() => undefined);
    this.taken.catch(() => undefined);
  }

  /** The points of all vectors, in their order, a signed byte a dimension. */
  async finish(): Promise<Int8Array> {
    await this.taken;
    const points = await this.answer({ kind: 'finish' });
    if (points === null) throw new Error('the thread of a projection has answered something else');
    return points;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async answer(message: ToProjection, transferred: readonly ArrayBuffer[] = []): Promise<FromProjection> {
    const answered = new Promise<FromProjection>((resolve) => {
      this.worker.once('message', resolve);
    });
    this.worker.postMessage(message, transferred);
    return Promise.race([answered, this.failed]);
  }
}
