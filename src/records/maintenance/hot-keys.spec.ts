import { and, type Filter, not } from '../../filters/filter.js';
import { HotKeys } from './hot-keys.js';

const MINUTE = 60_000;
const COLLECTION = { id: '7' };

const above = (field: string): Filter => ({ kind: 'compare', field, op: '>', value: { number: '1' } });

function use(keys: HotKeys, filter: Filter, times: number, now: number, collection = COLLECTION): void {
  for (let time = 0; time < times; time += 1) keys.note(collection, filter, now);
}

describe('hot keys', () => {
  it('have been used twenty times', () => {
    const keys = new HotKeys();
    use(keys, above('price'), 19, MINUTE);
    expect(keys.hotKeys('7', MINUTE)).toEqual([]);
    use(keys, above('price'), 1, MINUTE);
    expect(keys.hotKeys('7', MINUTE)).toEqual(['price']);
  });

  it('count once per filter, however often it names them', () => {
    const keys = new HotKeys();
    use(keys, and(above('price'), above('price')), 19, MINUTE);
    expect(keys.hotKeys('7', MINUTE)).toEqual([]);
  });

  it('are those of ranges that an index serves', () => {
    const keys = new HotKeys();
    use(keys, not(above('price')), 100, MINUTE);
    expect(keys.hotKeys('7', MINUTE)).toEqual([]);
  });

  it('are a collection’s own, until it is forgotten', () => {
    const keys = new HotKeys();
    use(keys, above('price'), 30, MINUTE);
    use(keys, above('year'), 30, MINUTE, { id: '8' });
    expect(keys.hotKeys('8', MINUTE)).toEqual(['year']);
    keys.forget('8');
    expect(keys.hotKeys('8', MINUTE)).toEqual([]);
    expect(keys.hotKeys('7', MINUTE)).toEqual(['price']);
  });

  it('cool down when nobody uses them', () => {
    const keys = new HotKeys();
    use(keys, above('price'), 40, 9 * MINUTE);
    expect(keys.hotKeys('7', 14 * MINUTE)).toEqual(['price']);
    expect(keys.hotKeys('7', 16 * MINUTE)).toEqual([]);
    expect(keys.hotKeys('7', 25 * MINUTE)).toEqual([]);
  });

  it('stay hot while they are used three times a minute', () => {
    const keys = new HotKeys();
    const hot: boolean[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      use(keys, above('price'), 3, minute * MINUTE);
      hot.push(keys.hotKeys('7', minute * MINUTE).length === 1);
    }
    expect(hot.slice(0, 6)).toEqual(Array(6).fill(false));
    expect(hot.slice(6)).toEqual(Array(54).fill(true));
  });

  it('never get hot by being used once a minute', () => {
    const keys = new HotKeys();
    for (let minute = 0; minute < 60; minute += 1) {
      use(keys, above('price'), 1, minute * MINUTE);
      expect(keys.hotKeys('7', minute * MINUTE)).toEqual([]);
    }
  });

  it('are at most eight, the most used first', () => {
    const keys = new HotKeys();
    const names = Array.from({ length: 12 }, (_, index) => `key ${String(index).padStart(2, '0')}`);
    names.forEach((name, index) => {
      use(keys, above(name), 30 + index, MINUTE);
    });
    expect(keys.hotKeys('7', MINUTE)).toEqual(names.slice(4).reverse());
  });

  it('are found among any number of keys that are used once', () => {
    const keys = new HotKeys();
    for (let index = 0; index < 2_000; index += 1) {
      keys.note(COLLECTION, above(`noise ${String(index)}`), MINUTE);
      keys.note(COLLECTION, above('price'), MINUTE);
    }
    expect(keys.hotKeys('7', MINUTE)).toEqual(['price']);
  });

  it('are remembered for the thousand collections last used', () => {
    const keys = new HotKeys();
    use(keys, above('price'), 30, MINUTE);
    for (let index = 0; index < 1_000; index += 1) keys.note({ id: `other ${String(index)}` }, above('price'), MINUTE);
    expect(keys.hotKeys('7', MINUTE)).toEqual([]);
  });
});
