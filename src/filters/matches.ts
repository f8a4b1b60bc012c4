import { GatewayError } from '../errors.js';
import type { Filter } from './filter.js';
import { translateRegex } from './regex/translate.js';

/**
 * The record has a document that matches a regular expression of Rust's `regex` crate. The expression is translated here, once.
 * @throws GatewayError `invalid pattern` for one that is none
 */
export function matches(pattern: string): Filter {
  const translation = translateRegex(pattern);
  if (translation.kind === 'error') {
    throw new GatewayError({ kind: 'invalid', subject: 'pattern', reason: translation.message });
  }
  return { kind: 'document', op: 'matches', pattern, translated: translation.pattern };
}
