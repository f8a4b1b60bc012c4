import { merged } from './worker-metrics.js';

const declared = (name: string): string => `# HELP ${name} A figure.\n# TYPE ${name} counter`;

describe('merged', () => {
  it('declares each metric once, with the samples of all', () => {
    const first = `${declared('a')}\na{worker="1"} 1\na{x="y",worker="1"} 2\n\n${declared('b')}\nb{worker="1"} 3\n`;
    const second = `${declared('a')}\na{worker="2"} 4\n\n${declared('b')}\n`;
    expect(merged([first, second])).toBe(
      `${declared('a')}\na{worker="1"} 1\na{x="y",worker="1"} 2\na{worker="2"} 4\n\n${declared('b')}\nb{worker="1"} 3\n`,
    );
  });
});
