import type { Span } from './ast.js';

const DIVIDER = '~'.repeat(79);

/** Thrown by the parser and the class evaluation, and caught by their callers in this folder; never leaves it. */
export class RegexSyntaxError extends Error {
  constructor(
    readonly reason: string,
    readonly spans: readonly Span[],
  ) {
    super(reason);
  }
}

/** Thrown where working on would take too long; caught with the above. */
export class RegexTooLargeError extends Error {}

interface Place {
  readonly line: number;
  readonly column: number;
}

interface PlacedSpan {
  readonly start: Place;
  readonly end: Place;
}

/** The text that Rust's regex crate prints: the pattern with carets under the spans, and the reason. */
export function describeSyntaxError(pattern: readonly string[], error: RegexSyntaxError): string {
  const spans = [...error.spans]
    .sort((left, right) => left.start - right.start || left.end - right.end)
    .map((span) => ({ start: placeOf(pattern, span.start), end: placeOf(pattern, span.end) }));
  const notated = notate(pattern.join(''), spans);
  if (!pattern.includes('\n')) return `regex parse error:\n${notated}error: ${error.reason}`;
  const notes = spans.filter((span) => span.start.line !== span.end.line).map(noteLines);
  const noteText = notes.length === 0 ? '' : `${notes.join('\n')}\n`;
  return `regex parse error:\n${DIVIDER}\n${notated}${DIVIDER}\n${noteText}error: ${error.reason}`;
}

function placeOf(pattern: readonly string[], offset: number): Place {
  let line = 1;
  let column = 1;
  for (const character of pattern.slice(0, offset)) {
    column += 1;
    if (character !== '\n') continue;
    line += 1;
    column = 1;
  }
  return { line, column };
}

function noteLines(span: PlacedSpan): string {
  const { start, end } = span;
  return `on line ${start.line} (column ${start.column}) through line ${end.line} (column ${end.column - 1})`;
}

function notate(pattern: string, spans: readonly PlacedSpan[]): string {
  const lines = pattern.replace(/\r?\n$/, '').split(/\r?\n/);
  const lineCount = pattern.endsWith('\n') ? lines.length + 1 : lines.length;
  const width = lineCount <= 1 ? 0 : String(lineCount).length;
  const texts = lines.map((line, index) => {
    const label = width === 0 ? '    ' : `${String(index + 1).padStart(width)}: `;
    const marked = spans.filter((span) => span.start.line === span.end.line && span.start.line === index + 1);
    return `${label}${line}\n${marked.length === 0 ? '' : `${' '.repeat(label.length)}${carets(marked)}\n`}`;
  });
  return texts.join('');
}

function carets(spans: readonly PlacedSpan[]): string {
  return spans.reduce((text, { start, end }) => {
    const gap = ' '.repeat(Math.max(0, start.column - 1 - text.length));
    return text + gap + '^'.repeat(Math.max(1, end.column - start.column));
  }, '');
}
