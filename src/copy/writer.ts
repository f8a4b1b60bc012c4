import type { Checkpoint, CopyRecord, Filling } from './copy.js';

/** A batch that is under way. */
interface Sent {
  readonly done: Promise<void>;
  readonly previous: Checkpoint;
  readonly next: Checkpoint;
}

/** Writes batches: where the target can send several at once, so many. Checkpoints follow in the order of the batches. */
export class Writer {
  private readonly sent: Sent[] = [];

  constructor(
    private readonly filling: Filling,
    private readonly concurrency: number,
  ) {}

  /** Returns when there is room for another one. @throws what an earlier one has failed with */
  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    if (this.concurrency === 1 || this.filling.send === undefined) {
      await this.filling.write(records, previous, next);
      return;
    }
    const done = this.filling.send(records);
    done.catch(() => undefined);
    this.sent.push({ done, previous, next });
    if (this.sent.length >= this.concurrency) await this.acknowledge();
  }

  /** Returns when all is written. */
  async finish(): Promise<void> {
    while (this.sent.length > 0) await this.acknowledge();
  }

  /** Waits for what is under way, however it ends; what has no checkpoint yet is written again by the next call. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.sent.map(({ done }) => done));
  }

  private async acknowledge(): Promise<void> {
    const [first] = this.sent;
    if (first === undefined) return;
    await first.done;
    this.sent.shift();
    await this.filling.write([], first.previous, first.next);
  }
}
