const LEAST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 256 * 1024;
/** A piece that is as long is kept as it is, with the memory that it is part of: what a socket gives is no more than twice as long. */
const LONG_PIECE_BYTES = 32 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Bytes that come in pieces. Short ones are copied together: a client may send one byte at a time, and as objects of their own these take a
 * hundred times their length. What is appended first stays as it is until more comes.
 */
export class ByteList {
  length = 0;
  private readonly full: Buffer[] = [];
  private block: Buffer = NOTHING;
  private used = 0;

  append(source: Buffer, start = 0, end = source.length): void {
    if (this.length === 0 || end - start >= LONG_PIECE_BYTES) {
      this.fill();
      this.block = source.subarray(start, end);
      this.used = this.block.length;
      this.length += this.used;
      return;
    }
    for (let at = start; at < end;) {
      if (this.used === this.block.length) this.begin();
      const copied = source.copy(this.block, this.used, at, end);
      this.used += copied;
      at += copied;
    }
    this.length += end - start;
  }

  /** All of them, in as few pieces as there are. */
  get pieces(): readonly Buffer[] {
    return [...this.full, this.block.subarray(0, this.used)];
  }

  /** All of them; not copied when they came in one piece. */
  concat(): Buffer {
    const last = this.block.subarray(0, this.used);
    return this.full.length === 0 ? last : Buffer.concat([...this.full, last], this.length);
  }

  /** Lays the block aside; what is not used of it is given back. */
  private fill(): void {
    if (this.used === 0) return;
    this.full.push(this.used === this.block.length ? this.block : Buffer.from(this.block.subarray(0, this.used)));
  }

  /** A new block: as long as all before, so that few bytes take little. */
  private begin(): void {
    this.fill();
    this.block = Buffer.allocUnsafeSlow(Math.min(Math.max(this.length, LEAST_BLOCK_BYTES), BLOCK_BYTES));
    this.used = 0;
  }
}
