/** The text is not JSON. Line and column count from 1, the column in UTF-16 units. */
export class JsonSyntaxError extends Error {
  constructor(
    /** Keys and indexes down to the value, such as `where.$and[0].year`; empty for the text itself. */
    readonly path: string,
    readonly reason: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${path === '' ? '' : `${path}: `}${reason} at line ${String(line)} column ${String(column)}`);
  }
}

/** Why a text is refused that is nested deeper than `maxDepth`: in the words of Chroma's reader, where the limit is its own. */
export function depthReason(maxDepth: number, usual: number): string {
  return maxDepth === usual ? 'recursion limit exceeded' : `recursion limit of ${maxDepth} exceeded`;
}

/** The line of a place in a text, from 1, and how many characters of the line are before it. */
export function placeIn(text: string, position: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  // without a list of the lines: a text may consist of line ends
  for (let end = text.indexOf('\n'); end >= 0 && end < position; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: position - start };
}
