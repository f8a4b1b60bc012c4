const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LONE_SURROGATE = /\p{Surrogate}/u;
const CUT_OFF_PAIR = /\\u[dD][89abAB]..(?!\\u)/;

/** What stands between a JSON string's quotes, without its escapes; or else why it cannot. */
export function unescapeText(
  source: string,
): { readonly value: string; readonly reason?: never } | { readonly value?: never; readonly reason: string } {
  if (!hasGoodEscapes(source)) return { reason: 'invalid escape' };
  const value = JSON.parse(`"${source}"`) as string;
  if (!LONE_SURROGATE.test(value)) return { value };
  return { reason: CUT_OFF_PAIR.test(source) ? 'unexpected end of hex escape' : 'lone leading surrogate in hex escape' };
}

/** From escape to escape: one expression for all of a long text would need as much of the stack. */
function hasGoodEscapes(source: string): boolean {
  for (let at = source.indexOf('\\'); at >= 0; at = source.indexOf('\\', ESCAPE.lastIndex)) {
    ESCAPE.lastIndex = at;
    if (!ESCAPE.test(source)) return false;
  }
  return true;
}
