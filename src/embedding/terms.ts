/** Scripts that put no spaces between words: each of their characters is a term. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
/** Longer runs of letters are cut: nobody searches for them, and they would cost more than they say. */
const TERM = new RegExp(String.raw`${UNSPACED}|(?:(?!${UNSPACED})[\p{L}\p{M}\p{N}]){1,64}|\p{S}`, 'gu');

/** Words that occur in about every English text and say little. */
const COMMON = new Set(
  (
    'a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me my no ' +
    'not of on or our she so than that the their them then there these they this to was we were what when where which who ' +
    'will with would you your'
  ).split(' '),
);

/** What a text says next to nothing by, from 0 to 1 for what it does. */
const COMMON_WEIGHT = 0.1;

/** The words, numbers and symbols of a text in their order, in one spelling. */
export function* termsOf(text: string): Generator<string> {
  for (const [term] of text.normalize('NFKC').toLowerCase().replaceAll(/['’]/g, '').matchAll(TERM)) yield term;
}

/** How much a term says, from 0 to 1. */
export function importance(term: string): number {
  return COMMON.has(term) ? COMMON_WEIGHT : 1;
}

/** 32 bits in which equal texts agree, the same on every machine and for all time: vectors that are stored depend on it. */
export function hash(text: string): number {
  // FNV-1a over UTF-16 code units, then MurmurHash3's finish, which spreads the last units over all bits
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
