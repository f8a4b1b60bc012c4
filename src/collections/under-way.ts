/**
 * Work that is under way within this instance, by a key: whoever wants the same waits for it once, and sees then whether that has done
 * what it wanted. Unlike with a lock, those who wait go on together: work that fails, or takes long, holds nobody up twice.
 */
export class UnderWay {
  private readonly latest = new Map<string, Promise<unknown>>();

  /** Resolves when the work has ended, with or without an error. Undefined: none is under way. */
  ended(key: string): Promise<void> | undefined {
    return this.latest.get(key)?.then(nothing, nothing);
  }

  /** Does work that others may wait for from now on. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = work();
    this.latest.set(key, running);
    try {
      return await running;
    } finally {
      if (this.latest.get(key) === running) this.latest.delete(key);
    }
  }
}

function nothing(): void {
  // the outcome is that of whoever does the work
}
