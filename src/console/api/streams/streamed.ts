import type { Response } from 'express';
import type { Lifecycle } from '../../../lifecycle/lifecycle.js';

/** More than this is not kept for a viewer that does not read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** An answer that goes on as long as its viewer is there. */
export class Streamed {
  private readonly end = new AbortController();

  constructor(
    private readonly response: Response,
    lifecycle: Lifecycle,
    type = 'application/x-ndjson',
  ) {
    response.setHeader('content-type', type);
    // a proxy that gathers an answer would show nothing of it
    response.setHeader('x-accel-buffering', 'no');
    const stop = (): void => {
      this.end.abort();
      response.end();
    };
    lifecycle.stopping.addEventListener('abort', stop, { once: true });
    response.once('close', () => {
      lifecycle.stopping.removeEventListener('abort', stop);
      this.end.abort();
    });
    // who has left before, while the key was looked up or the work was done, closes nothing any more
    if (lifecycle.stopping.aborted || response.destroyed) stop();
  }

  /** Aborted when the viewer has left, or the gateway stops. */
  get ended(): AbortSignal {
    return this.end.signal;
  }

  /** Writes a line, unless the viewer reads too slowly: then it is dropped. */
  line(value: object | ''): void {
    if (this.end.signal.aborted || this.response.writableLength > MAX_WAITING_BYTES) return;
    this.response.write(value === '' ? '\n' : `${JSON.stringify(value)}\n`);
  }

  /** Writes bytes, when those before have been taken. */
  async bytes(bytes: Uint8Array): Promise<void> {
    if (this.end.signal.aborted || this.response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.response.once('drain', resolve);
      this.end.signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  /** Nothing is written after it: a line would be an error that nobody takes. */
  finish(): void {
    this.end.abort();
    this.response.end();
  }
}
