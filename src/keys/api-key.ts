import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An API key's text: `pv_<id>_<secret>_<checksum>`. The id is public, and finds the key; the secret has 256 random bits; the checksum
 * detects a mistyped key, or another service's, without a query. No dots: clients take three parts for a JWT.
 */
export interface ApiKeyText {
  readonly id: string;
  /** All of it, as a client sends it. */
  readonly text: string;
}

const SHAPE = /^pv_([a-z0-9]{12})_([A-Za-z0-9]{43})_([0-9a-f]{8})$/;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A new id. */
export function newKeyId(): string {
  return randomText(12, 36);
}

/** A new secret for the id. */
export function newKeyText(id: string): ApiKeyText {
  const body = `pv_${id}_${randomText(43, 62)}`;
  return { id, text: `${body}_${checksum(body)}` };
}

/** Undefined for what is no key's text. */
export function parseKey(text: string): ApiKeyText | undefined {
  const [, id, , sum] = SHAPE.exec(text) ?? [];
  if (id === undefined || checksum(text.slice(0, text.lastIndexOf('_'))) !== sum) return undefined;
  return { id, text };
}

/** What is stored of a key. The secret is random: a slow hash would protect it no better. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** In constant time. */
export function isSameDigest(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** Characters of the alphabet's first `base`, each as likely as any other. */
function randomText(length: number, base: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // what is above the last multiple of the base would favour the first digits
      if (byte < 256 - (256 % base) && text.length < length) text += DIGITS.charAt(byte % base);
    }
  }
  return text;
}
