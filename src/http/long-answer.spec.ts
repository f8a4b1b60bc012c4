import { objectPieces } from './long-answer.js';

describe('an object in pieces', () => {
  it.each<Readonly<Record<string, unknown>>>([
    {},
    { a: 1 },
    { list: [], text: 'x"y', none: null, left: undefined },
    { list: [1, 'two', { three: [3] }, null], nested: { list: [1] } },
  ])('is the JSON of %j', (object) => {
    expect([...objectPieces(object)].join('')).toBe(JSON.stringify(object));
  });

  it('has an item of a list in each', () => {
    const pieces = [...objectPieces({ list: Array.from({ length: 1_000 }, () => 'xyz') })];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(10);
  });
});
