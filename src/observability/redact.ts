/** What stands where a secret was. */
const HIDDEN = '[redacted]';

/** A header or parameter that carries a key, with what separates it from its value: in JSON, in a URL, in a list of headers. */
const NAMED =
  /((?:proxy-)?authorization|(?:x[-_])?api[-_]?key|x-chroma-token|x-auth-token|password)(\\?["']?\s*(?:[:=]|%3a|%3d)\s*)(\\?["'])?((?:bearer|basic)\s+)?[^\s"'&,;\\)\]}]+/gi;
/** A key that is named by its scheme alone. */
const BEARER = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;
/** A key of ours, wherever it stands, cut off or not; its public part stays. */
const OWN_KEY = /\b(pv_[a-z0-9]{12}_)[A-Za-z0-9]{8,}(?:_[0-9a-f]{1,8})?/g;
/** The password in a URL. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*:)[^\s/@"]+@/gi;

/** The text without the keys and passwords that it names. */
export function redact(text: string): string {
  return text
    .replace(NAMED, (_match, name: string, separator: string, quote = '') => `${name}${separator}${String(quote)}${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(OWN_KEY, `$1${HIDDEN}`)
    .replace(USER_INFO, `$1${HIDDEN}@`);
}
