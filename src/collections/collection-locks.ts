import { Injectable } from '@nestjs/common';

/** A lock per collection within this instance: work on the same collection runs one at a time, in the order of the calls. */
@Injectable()
export class CollectionLocks {
  /** The latest call's work, by uuid; it never rejects. */
  private readonly last = new Map<string, Promise<void>>();

  /** Runs the work once all earlier work on this collection has ended, with or without an error. It must not take the same lock itself. */
  async run<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    const running = (this.last.get(uuid) ?? Promise.resolve()).then(work);
    const ended = running.then(nothing, nothing);
    this.last.set(uuid, ended);
    try {
      return await running;
    } finally {
      if (this.last.get(uuid) === ended) this.last.delete(uuid);
    }
  }
}

function nothing(): void {
  // the outcome is the caller's
}
