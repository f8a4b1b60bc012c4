import { createHash } from 'node:crypto';
import type { RecordName } from '../copy.js';
import { nameOf } from '../record-digest.js';

const FIRST_SLOTS = 1 << 12;

/** Names of records that have occurred, 64 bits of a hash of each: 16 bytes or so a name, however long it is. */
export class NameSet {
  private slots = new BigUint64Array(FIRST_SLOTS);
  private size = 0;

  /** False: it has occurred before. */
  add(name: RecordName): boolean {
    const hash = createHash('md5').update(nameOf(name)).digest().readBigUInt64LE() || 1n;
    if (!insert(this.slots, hash)) return false;
    this.size += 1;
    if (this.size * 2 > this.slots.length) this.grow();
    return true;
  }

  private grow(): void {
    const larger = new BigUint64Array(this.slots.length * 2);
    for (const hash of this.slots) if (hash !== 0n) insert(larger, hash);
    this.slots = larger;
  }
}

/** Zero is an empty slot. False when the hash is there. */
function insert(slots: BigUint64Array, hash: bigint): boolean {
  const mask = slots.length - 1;
  for (let at = Number(hash & 0xffff_ffffn) & mask; ; at = (at + 1) & mask) {
    if (slots[at] === hash) return false;
    if (slots[at] !== 0n) continue;
    slots[at] = hash;
    return true;
  }
}
