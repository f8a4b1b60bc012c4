import { fuse, type Lists, type Ranked } from './fusion.js';

const LISTS: Lists = {
  dense: [
    { id: 'a', score: 0.9 },
    { id: 'b', score: 0.6 },
  ],
  sparse: [
    { id: 'b', score: 4 },
    { id: 'c', score: 1 },
  ],
};
const NOTHING: Lists = { dense: [], sparse: [] };

describe('the fusion of a dense and a sparse list', () => {
  it('weighs the scores as they are', () => {
    // b: 0.75 · 0.6 + 0.25 · 4 = 1.45; a: 0.75 · 0.9 = 0.675; c: 0.25 · 1 = 0.25
    expectFused(fuse('weighted', LISTS, 0.75), [
      ['b', 1.45],
      ['a', 0.675],
      ['c', 0.25],
    ]);
  });

  it('divides each list by its best score, and then weighs', () => {
    // a: 0.75 · 1 = 0.75; b: 0.75 · 2/3 + 0.25 · 1 = 0.75; c: 0.25 · 1/4 = 0.0625
    expectFused(fuse('alpha', LISTS, 0.75), [
      ['a', 0.75],
      ['b', 0.75],
      ['c', 0.0625],
    ]);
  });

  it('adds reciprocal ranks to scores', () => {
    // a: 0.75 · (0.9 + 1/61) = 0.675 + 0.012295; b: 0.75 · (0.6 + 1/62) + 0.25 · (4 + 1/61) = 0.45 + 0.012097 + 1 + 0.004098
    // c: 0.25 · (1 + 1/62) = 0.25 + 0.004032
    expectFused(fuse('rrf', LISTS, 0.75), [
      ['b', 1.466195],
      ['a', 0.687295],
      ['c', 0.254032],
    ]);
  });

  it('follows the dense list alone with a weight of 1, and keeps what only the sparse one has at 0', () => {
    expectFused(fuse('weighted', LISTS, 1), [
      ['a', 0.9],
      ['b', 0.6],
      ['c', 0],
    ]);
  });

  it('follows the sparse list alone with a weight of 0', () => {
    expectFused(fuse('weighted', LISTS, 0), [
      ['b', 4],
      ['c', 1],
      ['a', 0],
    ]);
  });

  it('puts equals in the order of the dense list, then of the sparse one', () => {
    const lists = { dense: [ranked('x', 0.5), ranked('y', 0.5)], sparse: [ranked('z', 0.5), ranked('w', 0.5)] };
    expect(fuse('weighted', lists, 0.5).map(({ id }) => id)).toEqual(['x', 'y', 'z', 'w']);
  });

  it('does not turn around a list whose best score is below 0', () => {
    const lists = { dense: [ranked('near', -0.2), ranked('far', -0.8)], sparse: [] };
    expectFused(fuse('alpha', lists, 0.5), [
      ['near', -0.1],
      ['far', -0.4],
    ]);
  });

  it('does not divide by a best score of 0', () => {
    expectFused(fuse('alpha', { dense: [ranked('x', 0)], sparse: [] }, 0.5), [['x', 0]]);
  });

  it.each(['rrf', 'weighted', 'alpha'] as const)('makes an empty list of empty lists by %s', (fusion) => {
    expect(fuse(fusion, NOTHING, 0.7)).toEqual([]);
  });
});

function ranked(id: string, score: number): Ranked {
  return { id, score };
}

function expectFused(actual: readonly Ranked[], expected: readonly (readonly [string, number])[]): void {
  expect(actual.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
  expected.forEach(([, score], index) => {
    expect(actual[index]?.score).toBeCloseTo(score, 6);
  });
}
