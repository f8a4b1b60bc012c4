/** Chooses some of many with the same probability, however many come. */
export class Sampler<T> {
  private readonly chosen: T[] = [];
  private seen = 0;

  constructor(
    private readonly size: number,
    /** From 0 to below 1. */
    private readonly random: () => number = Math.random,
  ) {}

  add(item: T): void {
    this.seen += 1;
    if (this.chosen.length < this.size) {
      this.chosen.push(item);
      return;
    }
    const place = Math.floor(this.random() * this.seen);
    if (place < this.size) this.chosen[place] = item;
  }

  get items(): readonly T[] {
    return this.chosen;
  }
}
