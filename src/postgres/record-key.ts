import { createHash } from 'node:crypto';

/** Longer ids do not fit into an index entry. */
const MAX_KEY_BYTES = 1024;
/** What a stand-in begins with; an id that begins so gets a stand-in too, so no id can be taken for another's. */
const STAND_IN = '\u0001sha256:';

/** What the record tables' `id` column holds for an id: the id itself, or a stand-in when it is too long for an index. */
export function recordKey(id: string): string {
  // a UTF-16 unit takes at most 3 bytes
  if (!id.startsWith(STAND_IN) && (id.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(id) <= MAX_KEY_BYTES)) return id;
  return STAND_IN + createHash('sha256').update(id).digest('hex');
}
