/** What stands where a secret was. */
const HIDDEN = '[redacted]';

/** A header or parameter that carries a key, with what separates it from its value: in JSON, in a URL, in a list of headers. */
const NAMED =
  /((?:proxy-)?authorization|(?:x[-_])?api[-_]?key|x-chroma-token|x-auth-token|password)(\\?["']?\s*(?:[:=]|%3a|%3d)\s*)(\\?["'])?((?:bearer|basic)\s+)?[^\s"'&,;\\)\]}]+/gi;
/** A key that is named by its scheme alone. */
const BEARER = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;
/** The password in a URL. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*:)[^\s/@"]+@/gi;

/** The text without the keys and passwords that it names. */
export function redact(text: string): string {
  return text
    .replace(NAMED, (_match, name: string, separator: string, quote = '') => `${name}${separator}${String(quote)}${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(USER_INFO, `$1${HIDDEN}@`);
}
