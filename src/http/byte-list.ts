const LEAST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Bytes that come in pieces, which are copied together: a client may send one byte at a time, and as objects of their own these take a
 * hundred times their length. What is appended first stays as it is until more comes.
 */
export class ByteList {
  length = 0;
  private readonly full: Buffer[] = [];
  private block: Buffer = Buffer.alloc(0);
  private used = 0;

  append(source: Buffer, start = 0, end = source.length): void {
    if (this.length === 0) {
      this.block = source.subarray(start, end);
      this.used = this.block.length;
      this.length = this.used;
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

  /** All of them; not copied when they came in one piece. */
  concat(): Buffer {
    const last = this.block.subarray(0, this.used);
    return this.full.length === 0 ? last : Buffer.concat([...this.full, last], this.length);
  }

  /** A new block: as long as all before, so that few bytes take little. */
  private begin(): void {
    if (this.used > 0) this.full.push(this.block);
    this.block = Buffer.allocUnsafeSlow(Math.min(Math.max(this.length, LEAST_BLOCK_BYTES), BLOCK_BYTES));
    this.used = 0;
  }
}
