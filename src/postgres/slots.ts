/** No slot became free in time, or too many callers waited already. */
export class Crowded extends Error {}

/** A fixed number of slots, each for one user at a time; when none is free, callers wait in the order of their calls. */
export class Slots {
  private readonly waiters = new Set<() => void>();
  private taken = 0;

  constructor(
    private readonly size: number,
    private readonly maxWaiting: number,
  ) {}

  get used(): number {
    return this.taken;
  }

  get waiting(): number {
    return this.waiters.size;
  }

  /**
   * Takes one; `give` gives it back. Waits for up to `waitMs`.
   * @throws Crowded at once when too many wait already, or after that time
   */
  take(waitMs: number): Promise<void> {
    if (this.taken < this.size) {
      this.taken += 1;
      return Promise.resolve();
    }
    const { size } = this.waiters;
    if (size >= this.maxWaiting) return Promise.reject(new Crowded(`${String(size)} wait already`));
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiters.delete(admit);
        reject(new Crowded(`none came free in ${String(Math.round(waitMs))} ms`));
      }, waitMs);
      this.waiters.add(admit);
    });
  }

  give(): void {
    const [first] = this.waiters;
    if (first === undefined) {
      this.taken -= 1;
      return;
    }
    this.waiters.delete(first);
    first();
  }
}
