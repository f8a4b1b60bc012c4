import { ProgressBar, ProgressLines } from './progress.js';

/** A terminal of so many columns, and what was written to it since it was last asked. */
function newTerminal(columns: number): { readonly bar: ProgressBar; readonly shown: () => string } {
  let text = '';
  const write = (piece: string): boolean => {
    text += piece;
    return true;
  };
  const shown = (): string => {
    const before = text;
    text = '';
    return before;
  };
  return { bar: new ProgressBar({ columns, write }), shown };
}

describe('the bar', () => {
  it('is drawn over itself as it grows, and is gone at the end', () => {
    const { bar, shown } = newTerminal(120);
    bar.begin(4_000, 1_000);
    bar.copying('docs');
    expect(shown()).toBe(`\r\u001b[K${'█'.repeat(6)}${'░'.repeat(18)}  25 %  1,000 of 4,000 records  docs`);
    bar.advance(3_000);
    expect(shown()).toBe(`\r\u001b[K${'█'.repeat(24)} 100 %  4,000 of 4,000 records  docs`);
    bar.end();
    expect(shown()).toBe('\r\u001b[K');
  });

  it('is never wider than its terminal', () => {
    const { bar, shown } = newTerminal(30);
    bar.begin(10, 0);
    bar.comparing('a collection with a long name');
    expect(shown()).toHaveLength('\r\u001b[K'.length + 29);
  });

  it('is full when there is nothing to do', () => {
    const { bar, shown } = newTerminal(120);
    bar.begin(0, 0);
    bar.copying('empty');
    expect(shown()).toContain(' 100 %  0 of 0 records  empty');
  });
});

describe('without a terminal', () => {
  it('each collection has a line, which says where it goes on', () => {
    const lines: string[] = [];
    const progress = new ProgressLines((line) => lines.push(line));
    progress.begin(3_000, 1_000);
    progress.copying('docs', 1_000, 2_000);
    progress.advance(1_000);
    progress.copying('more', 0, 1_000);
    progress.comparing('more');
    progress.end();
    expect(lines).toEqual([
      '3,000 records, 1,000 of them there from before',
      'copying docs: 2,000 records, 1,000 of them there from before',
      'copying more: 1,000 records',
      'comparing more',
    ]);
  });
});

describe('the progress of a move whose output is redirected', () => {
  let time: number;
  let lines: string[];
  let progress: ProgressLines;

  beforeEach(() => {
    time = 0;
    lines = [];
    progress = new ProgressLines(
      (line) => lines.push(line),
      () => time,
    );
  });

  it('is all that a short move has to say', () => {
    progress.begin(63, 0);
    progress.copying('plain', 0, 63);
    progress.advance(63);
    progress.comparing('plain');
    expect(lines).toEqual(['63 records', 'copying plain: 63 records', 'comparing plain']);
  });

  it('is a line a second, not one per page of records', () => {
    progress.begin(100_000, 0);
    for (let page = 0; page < 100; page += 1) {
      time += 100;
      progress.advance(1000);
    }
    expect(lines.slice(0, 3)).toEqual(['100,000 records', '10,000 of 100,000 records', '20,000 of 100,000 records']);
    expect(lines.length).toBe(11);
  });

  it('is a line a second, not two per collection, when there are many', () => {
    for (let collection = 0; collection < 5000; collection += 1) {
      time += 1;
      progress.copying(`number ${String(collection)}`, 0, 1);
      progress.comparing(`number ${String(collection)}`);
    }
    expect(lines.length).toBeLessThan(50);
  });
});
