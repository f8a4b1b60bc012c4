/** Embeddings in base64: little-endian float32 components. */

import { invalidArgument } from '../chroma-error.js';

const FIRST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 256 * 1024;
/** The bits of a float32's exponent; all of them are set in a NaN and in an infinity, and in nothing else. */
const EXPONENT = 0x7f80_0000;
const LEAST_EXPONENT = 0x0080_0000;

/**
 * Decodes the embeddings of one body into common blocks of memory: as blocks of their own, five hundred of them would cost the garbage
 * collector more than their decoding. Blocks grow, so that few embeddings take little.
 */
export class EmbeddingDecoder {
  private block = Buffer.alloc(0);
  private words = new Int32Array(0);
  private used = 0;

  /** The components; undefined for what is not base64 of whole, finite ones. */
  tryDecode(text: string): Float32Array | undefined {
    // beyond ASCII, Node looks at the low byte of a character only
    return Buffer.byteLength(text) === text.length ? this.tryDecodeBytes(text) : undefined;
  }

  /** As above, of a text whose characters are bytes. */
  tryDecodeBytes(text: string): Float32Array | undefined {
    const length = (text.length / 4) * 3 - paddingOf(text);
    if (text.length % 4 !== 0 || length % 4 !== 0) return undefined;
    // Node leaves out what is no digit, so that bytes are missing then; these two alone it takes for digits, as base64url has them
    if (text.includes('-') || text.includes('_')) return undefined;
    const at = this.reserve(length);
    if (this.block.write(text, at, length, 'base64') !== length || !isFinite(this.words, at / 4, (at + length) / 4))
      return undefined;
    this.used = at + length;
    return new Float32Array(this.block.buffer, at, length / 4);
  }

  /** Where in the block there is place for so many bytes. */
  private reserve(length: number): number {
    if (this.used + length > this.block.length) {
      const grown = Math.min(Math.max(2 * this.block.length, FIRST_BLOCK_BYTES), BLOCK_BYTES);
      // of its own, not of Node's pool: components lie at multiples of four
      this.block = Buffer.allocUnsafeSlow(Math.max(grown, length));
      this.words = new Int32Array(this.block.buffer);
      this.used = 0;
    }
    return this.used;
  }
}

/** Whether no component is a NaN or an infinity. */
export function hasFiniteComponents({ buffer, byteOffset, length }: Float32Array): boolean {
  return isFinite(new Int32Array(buffer, byteOffset, length), 0, length);
}

function isFinite(words: Int32Array, start: number, end: number): boolean {
  // adding one to the exponent carries into the sign, if all of its bits are set; one test at the end costs less than one a component
  let signs = 0;
  for (let at = start; at < end; at += 1) signs |= ((words[at] ?? 0) & EXPONENT) + LEAST_EXPONENT;
  return signs >= 0;
}

/** What is wrong with a text that could not be decoded, in the words of the real server. */
export function notDecoded(text: string): Error {
  const padding = paddingOf(text);
  const digits = text.slice(0, text.length - padding);
  const symbol = /[^A-Za-z0-9+/]/.exec(digits);
  const misplaced = symbol?.index ?? (padding > 0 && digits.length % 4 === 0 ? digits.length : undefined);
  if (misplaced !== undefined) {
    const code = text.codePointAt(misplaced) ?? 0;
    return invalidArgument(`Invalid base64 string: Invalid symbol ${String(code)}, offset ${String(misplaced)}.`);
  }
  if (text.length % 4 !== 0) return invalidArgument('Invalid base64 string: Invalid padding');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) {
    const length = String(bytes.length);
    return invalidArgument(`Invalid byte length: ${length} bytes cannot be converted to f32 values (must be divisible by 4)`);
  }
  const components = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
  const bad = components.findIndex((component) => !Number.isFinite(component));
  return invalidArgument(`Non-finite float value at embedding index ${String(bad)}: ${infinityText(components[bad] ?? NaN)}`);
}

function paddingOf(text: string): number {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

function infinityText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'inf' : '-inf';
}
