/** Random numbers, the same for the same seed, and fast enough for hundreds of millions (xorshift with 128 bits of state). */
export class Randomness {
  private a: number;
  private b = 0x9e3779b9 | 0;
  private c = 0x243f6a88 | 0;
  private d = 0x5bd1e995 | 0;

  constructor(seed: number) {
    this.a = seed | 0;
    // the first ones tell the seed
    for (let round = 0; round < 32; round += 1) this.bits();
  }

  /** 32 random bits, as a signed number. */
  bits(): number {
    let mixed = this.a ^ (this.a << 11);
    mixed ^= mixed >>> 8;
    this.a = this.b;
    this.b = this.c;
    this.c = this.d;
    this.d = this.d ^ (this.d >>> 19) ^ mixed;
    return this.d;
  }

  /** From 0 to 1, without 1. */
  share(): number {
    return (this.bits() >>> 0) / 4_294_967_296;
  }

  /** Mean 0, deviation 1, about normal: the sum of four random bytes. */
  gaussian(): number {
    const bits = this.bits();
    return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8;
  }

  /** The numbers from 0 to `count` - 1 in random order. */
  permutation(count: number): Uint32Array {
    const numbers = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last -= 1) {
      const other = Math.floor(this.share() * (last + 1));
      const held = numbers[last] ?? 0;
      numbers[last] = numbers[other] ?? 0;
      numbers[other] = held;
    }
    return numbers;
  }
}
