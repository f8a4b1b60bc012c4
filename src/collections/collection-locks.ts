/** A lock per collection within this instance: work on the same collection runs one at a time, in the order it was asked for. */
export class CollectionLocks {
  /** The work that was asked for last, by uuid; it never rejects. */
  private readonly last = new Map<string, Promise<void>>();

  /** Does the work once everything asked for before has ended, in whatever way. It must not ask for the same lock itself. */
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
  // the outcome belongs to whoever asked for the work
}
