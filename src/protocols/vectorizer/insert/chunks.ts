import { MAX_CHUNKS } from '../limits.js';
import { validationError, type VectorizerError } from '../vectorizer-error.js';

/** How a long text is split; sizes in bytes of UTF-8. */
export interface Chunking {
  readonly size: number;
  readonly overlap: number;
}

const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);
const SENTENCE_ENDS: ReadonlySet<number> = new Set([0x2e, 0x21, 0x3f]);

/** Why the sizes cannot be used; undefined when they can. */
export function chunkingProblem({ size, overlap }: Chunking): VectorizerError | undefined {
  if (!Number.isInteger(size) || size < 1) return validationError('chunk_size', 'it must be a positive integer');
  if (!Number.isInteger(overlap) || overlap < 0) return validationError('chunk_overlap', 'it must be an integer, 0 or above');
  return overlap >= size ? validationError('chunk_overlap', 'it must be smaller than chunk_size') : undefined;
}

/**
 * The pieces of a text, trimmed, none of them empty: windows of at most `size` bytes that end behind white space or the end
 * of a sentence where there is one, and begin `overlap` bytes before the end of the one before.
 * @throws VectorizerError 400 for more pieces than anyone wants
 */
export function splitText(text: string, { size, overlap }: Chunking): readonly string[] {
  const bytes = Buffer.from(text);
  const chunks: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = endOfWindow(bytes, start, size);
    const chunk = bytes.toString('utf8', start, end).trim();
    if (chunk !== '') chunks.push(chunk);
    if (chunks.length > MAX_CHUNKS) throw validationError('chunk_size', `the text has more than ${String(MAX_CHUNKS)} chunks`);
    if (end === bytes.length) break;
    const next = startOfCharacter(bytes, end - overlap);
    start = next > start ? next : end;
  }
  return chunks;
}

function endOfWindow(bytes: Buffer, start: number, size: number): number {
  if (start + size >= bytes.length) return bytes.length;
  const limit = startOfCharacter(bytes, start + size);
  // a window narrower than a character takes the whole of it
  if (limit <= start) return nextCharacter(bytes, start);
  for (let end = limit; end > start; end -= 1) {
    const byte = bytes[end - 1] ?? 0;
    if (WHITE_SPACE.has(byte) || SENTENCE_ENDS.has(byte)) return end;
  }
  return limit;
}

function startOfCharacter(bytes: Buffer, position: number): number {
  let at = position;
  while (at > 0 && isContinuation(bytes[at])) at -= 1;
  return at;
}

function nextCharacter(bytes: Buffer, position: number): number {
  let at = position + 1;
  while (at < bytes.length && isContinuation(bytes[at])) at += 1;
  return at;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
