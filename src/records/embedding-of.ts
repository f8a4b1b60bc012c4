const HEADER_DIGITS = 8;

/** The components of an embedding that was read as `binary`. */
export function embeddingOf(digits: string): Float32Array {
  // the header is the dimension; the components follow, in network order
  const bytes = Buffer.from(digits.slice(HEADER_DIGITS), 'hex').swap32();
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
