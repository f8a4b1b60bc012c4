import type { WriteStream } from 'node:tty';

/** Shows a person how far a move has got. */
export interface Progress {
  /** Something apart from the figures. */
  note(text: string): void;
  /** There are `total` records, of which `done` are there from before. */
  begin(total: number, done: number): void;
  /** The records of this collection or snapshot are being copied; `done` of them are there from before. */
  copying(label: string, done: number, total: number): void;
  /** They are read on both sides. */
  comparing(label: string): void;
  /** So many more records are done. */
  advance(records: number): void;
  /** Nothing more is to come. */
  end(): void;
}

const nothing = (): void => undefined;
/** Of what is done so often that nobody wants to see it. */
export const NO_PROGRESS: Progress = {
  ...{ note: nothing, begin: nothing, copying: nothing, comparing: nothing, advance: nothing, end: nothing },
};

const BAR_WIDTH = 24;
const ERASE_LINE = '\r\u001b[K';

/** The lines of a short move are all written. */
const FREE_LINES = 40;
const LINE_MS = 1000;

/** A line per collection, for files and pipes. Where there are many, or large ones, a line a second. */
export class ProgressLines implements Progress {
  private total = 0;
  private done = 0;
  private lines = 0;
  private lastAt: number;

  constructor(
    private readonly print: (line: string) => void,
    /** In milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastAt = now();
  }

  note(text: string): void {
    this.print(text);
  }

  begin(total: number, done: number): void {
    this.total = total;
    this.done = done;
    const before = done === 0 ? '' : `, ${grouped(done)} of them there from before`;
    this.print(`${grouped(total)} records${before}`);
  }

  copying(label: string, done: number, total: number): void {
    const before = done === 0 ? '' : `, ${grouped(done)} of them there from before`;
    this.say(`copying ${label}: ${grouped(total)} records${before}`);
  }

  comparing(label: string): void {
    this.say(`comparing ${label}`);
  }

  advance(records: number): void {
    this.done += records;
    if (this.isDue()) this.write(`${grouped(this.done)} of ${grouped(this.total)} records`);
  }

  end(): void {
    // the table shows it
  }

  private say(line: string): void {
    if (this.lines < FREE_LINES || this.isDue()) this.write(line);
  }

  private isDue(): boolean {
    return this.now() - this.lastAt >= LINE_MS;
  }

  private write(line: string): void {
    this.lastAt = this.now();
    this.lines += 1;
    this.print(line);
  }
}

/** A bar in the terminal's last line. */
export class ProgressBar implements Progress {
  private total = 0;
  private done = 0;
  private doing = '';

  constructor(private readonly terminal: Pick<WriteStream, 'write' | 'columns'>) {}

  note(text: string): void {
    this.terminal.write(`${ERASE_LINE}${text}\n`);
  }

  begin(total: number, done: number): void {
    this.total = total;
    this.done = done;
  }

  copying(label: string): void {
    this.doing = label;
    this.draw();
  }

  comparing(label: string): void {
    this.doing = `comparing ${label}`;
    this.draw();
  }

  advance(records: number): void {
    this.done += records;
    this.draw();
  }

  end(): void {
    this.terminal.write(ERASE_LINE);
  }

  private draw(): void {
    const share = this.total === 0 ? 1 : Math.min(1, this.done / this.total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const percent = String(Math.floor(share * 100)).padStart(3);
    const line = `${bar} ${percent} %  ${grouped(this.done)} of ${grouped(this.total)} records  ${this.doing}`;
    // a line that wraps could not be erased
    this.terminal.write(ERASE_LINE + line.slice(0, Math.max(1, this.terminal.columns - 1)));
  }
}

/** With commas, as people read long numbers. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
