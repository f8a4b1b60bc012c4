import { LARGEST_PASS, mapLong } from './slices.js';

describe('a list that something is made of', () => {
  const list = (length: number): readonly number[] => Array.from({ length }, (_item, index) => index);
  const double = (item: number): number => 2 * item;

  /** How often the event loop came round meanwhile. */
  async function turnsOf(work: () => Promise<unknown>): Promise<number> {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await work();
    isOver = true;
    return turns;
  }

  it('is whole and in order, however long it is', async () => {
    for (const length of [0, 1, 99, 100, 20_000, 45_000]) {
      expect(await mapLong(list(length), (item, index) => [item, index])).toEqual(list(length).map((item) => [item, item]));
    }
  });

  it('lets the event loop go on after 20,000 items, or 4 MiB', async () => {
    LARGEST_PASS.items = 0;
    expect(await turnsOf(() => mapLong(list(19_999), double))).toBe(0);
    expect(await turnsOf(() => mapLong(list(45_000), double))).toBe(2);
    expect(LARGEST_PASS.items).toBe(LARGEST_PASS.limit);
    expect(await turnsOf(() => mapLong(list(100), double, () => 1024 * 1024))).toBe(25);
  });

  it('ends with the error of an item', async () => {
    const fail = (item: number): number => {
      if (item === 30_000) throw new Error('no such thing');
      return item;
    };
    await expect(mapLong(list(45_000), fail)).rejects.toThrow('no such thing');
  });
});
