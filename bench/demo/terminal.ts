import { type Image, SIDE } from './images.js';

const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
/** Columns of the terminal; what is not one gets lines that fit on a page. */
const width = process.stdout.isTTY ? process.stdout.columns : 100;
const SHADES = ' .:-=+*#%@';
const GAP = '  ';
const BAR = 32;

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function heading(text: string): void {
  print(`\n${styled('1;36', text)}`);
}

export function faint(text: string): string {
  return styled('2', text);
}

function styled(code: string, text: string): string {
  return colours ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** A bar that grows in place; without a terminal it is one line, when all is done. */
export function progress(done: number, total: number, note: string): void {
  if (!process.stdout.isTTY && done < total) return;
  const filled = Math.round((BAR * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
  const start = process.stdout.isTTY ? '\r' : '';
  const end = done < total ? '' : '\n';
  process.stdout.write(`${start}  ${bar} ${String(done).padStart(String(total).length)}/${String(total)}  ${note}  ${end}`);
}

/** Columns as wide as their longest cell; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const texts = rows.map((row) => row.map(String));
  const widths = head.map((title, at) => Math.max(title.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const isNumeric = head.map((_, at) => texts.every((row) => /^[\d.]+$/.test(row[at] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (isNumeric[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('  ');
  print(`  ${faint(line(head).trimEnd())}`);
  for (const row of texts) print(`  ${line(row).trimEnd()}`);
}

/** Images beside each other, each above its caption's lines. As many as fit. */
export function gallery(items: readonly { readonly image: Image; readonly caption: readonly string[] }[]): void {
  const room = Math.floor((width - GAP.length) / items.length) - GAP.length;
  const columns = Math.max(14, Math.min(SIDE, room));
  const shown = items.slice(0, Math.max(1, Math.floor(width / (columns + GAP.length))));
  const pictures = shown.map(({ image }) => (colours ? blocks(image, columns) : characters(image, columns)));
  const rows = pictures[0]?.length ?? 0;
  for (let row = 0; row < rows; row += 1) print((GAP + pictures.map((picture) => picture[row] ?? '').join(GAP)).trimEnd());
  const lines = Math.max(...shown.map(({ caption }) => caption.length));
  for (let line = 0; line < lines; line += 1) {
    print((GAP + shown.map(({ caption }) => (caption[line] ?? '').slice(0, columns).padEnd(columns)).join(GAP)).trimEnd());
  }
}

/** A character is about twice as high as it is wide. */
function characters(image: Image, columns: number): string[] {
  return sampled(image, columns, Math.round(columns / 2)).map((row) =>
    row.map((shade) => SHADES[Math.min(SHADES.length - 1, Math.floor((shade / 256) * SHADES.length * 1.15))] ?? ' ').join(''),
  );
}

/** Two pixels in a character: the upper half is written, the lower half is its background. */
function blocks(image: Image, columns: number): string[] {
  const pixels = sampled(image, columns, 2 * Math.round(columns / 2));
  const grey = (shade: number): string => String(232 + Math.min(23, Math.floor((shade / 256) * 24)));
  return pixels.flatMap((upper, at) => {
    const lower = pixels[at + 1];
    if (at % 2 === 1 || lower === undefined) return [];
    const row = upper.map((shade, column) => `\u001b[38;5;${grey(shade)};48;5;${grey(lower[column] ?? 0)}m▀`);
    return [`${row.join('')}\u001b[0m`];
  });
}

/** The image in another size: each new pixel is the mean of the old ones under it. */
function sampled(image: Image, columns: number, rows: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => {
      const [top, bottom] = span(row, rows);
      const [left, right] = span(column, columns);
      let sum = 0;
      for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) sum += image.pixels[y * SIDE + x] ?? 0;
      return sum / ((bottom - top) * (right - left));
    }),
  );
}

function span(at: number, parts: number): readonly [from: number, to: number] {
  const from = Math.floor((at * SIDE) / parts);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * SIDE) / parts))];
}
