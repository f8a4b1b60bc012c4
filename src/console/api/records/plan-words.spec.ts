import { planInWords } from './plan-words.js';

describe('a plan in words', () => {
  it.each([
    ['hnsw; indexes=1; ef=120; budget=none; estimate=none; found=10', 'graph, ef 120, found 10'],
    ['hnsw; indexes=1; ef=40; budget=none; estimate=none; form=half; found=10', 'graph of 16-bit numbers, ef 40, found 10'],
    [
      'hnsw; indexes=2; ef=80; budget=400; estimate=5000; found=10',
      '2 graphs, ef 80, at most 400 vectors from each, about 5000 match the filter, found 10',
    ],
    [
      'exact; reason=few matches; estimate=210; candidates=198; found=10',
      'exact: few records match the filter, 198 of an estimated 210, found 10',
    ],
    ['exact; reason=no index; estimate=none; candidates=none; found=3', 'exact: there is no index, found 3'],
    ['something new', 'something new'],
  ])('of %p', (plan, words) => {
    expect(planInWords(plan)).toBe(words);
  });
});
