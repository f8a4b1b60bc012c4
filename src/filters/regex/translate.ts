import { emit } from './emit.js';
import { evaluateRegex } from './evaluate.js';
import { holdsBytes } from './expression.js';
import { parseRegex } from './parse.js';
import { isTooLarge } from './size.js';
import { describeSyntaxError, RegexSyntaxError, RegexTooLargeError } from './syntax-error.js';

export type Translation =
  { readonly kind: 'pattern'; readonly pattern: string } | { readonly kind: 'error'; readonly message: string };

const TOO_LARGE = 'Compiled regex exceeds size limit of 10485760 bytes.';
const BYTES = 'Byte pattern is not allowed';
/** In UTF-16 units, before and after translation. */
const LONGEST_PATTERN = 32_768;
const LONGEST_TRANSLATION = 1_000_000;

/**
 * A regular expression of Rust's `regex` crate as a Postgres ARE: `document ~ pattern` is true for the same documents, in
 * a database of encoding UTF8 and any locale. Never throws.
 *
 * The message of an error is what Rust prints (`regex parse error:` and the place), or what Chroma says of patterns that
 * Rust accepts: `Byte pattern is not allowed` for classes with Unicode switched off, as `(?-u:\d)`, and for classes that
 * match nothing, as `[a&&b]`.
 *
 * What remains narrower than Rust is refused, never answered wrong:
 * - Size: `Compiled regex exceeds size limit of 10485760 bytes.` for more than 2,000 characters in a row or 20,000 in all
 *   (counted repetitions written out), 300 optional parts, 200 assertions, 10 of them at one place, some fifty bracketed
 *   classes as rich as `\w`, or 32,768 characters of source. Rust's own limit is another one: it refuses `\w{1000}`.
 * - `Unicode property not supported`: Age, the break properties, Extended_Pictographic, and binary properties that
 *   JavaScript lacks.
 *
 * Characters are those of Unicode 16, as in Rust's crate. A NUL matches nothing, as no text in Postgres holds one.
 */
export function translateRegex(pattern: string): Translation {
  if (pattern.length > LONGEST_PATTERN) return { kind: 'error', message: TOO_LARGE };
  try {
    return translate(pattern);
  } catch (error) {
    if (error instanceof RegexTooLargeError) return { kind: 'error', message: TOO_LARGE };
    if (!(error instanceof RegexSyntaxError)) throw error;
    return { kind: 'error', message: describeSyntaxError(Array.from(pattern), error) };
  }
}

function translate(source: string): Translation {
  const expression = evaluateRegex(parseRegex(source));
  if (holdsBytes(expression)) return { kind: 'error', message: BYTES };
  if (isTooLarge(expression)) return { kind: 'error', message: TOO_LARGE };
  const pattern = emit(expression);
  return pattern.length > LONGEST_TRANSLATION ? { kind: 'error', message: TOO_LARGE } : { kind: 'pattern', pattern };
}
