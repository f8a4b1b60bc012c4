import { ProgressLines } from './progress.js';

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
