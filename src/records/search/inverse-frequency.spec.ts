import { inverseFrequency, weighted } from './inverse-frequency.js';

describe('the inverse document frequency', () => {
  it.each([
    [5, 0, 2.4849067],
    [5, 1, 1.3862944],
    [5, 2, 0.87546873],
    [5, 5, 0.087011375],
    [3, 0, 2.0794415],
    [3, 1, 0.98082924],
    [3, 3, 0.13353139],
    [1, 1, 0.28768212],
  ])('of a term that of %i records %i have', (records, holders, expected) => {
    // the real server's logarithm differs in the last bit
    expect(inverseFrequency(records, holders)).toBeCloseTo(expected, 7);
  });

  it('weighs a query index by index', () => {
    const query = weighted({ indices: [3, 9], values: new Float32Array([2, 0.5]) }, (index) => index);
    expect(query).toEqual({ indices: [3, 9], values: new Float32Array([6, 4.5]) });
  });
});
