import { getHeapStatistics } from 'node:v8';
import { parseJson } from './json.js';
import { JsonReader } from './json-reader.js';
import { ValueMemory } from './value-memory.js';

describe('the values of one text', () => {
  it('may take half of what the process may have', () => {
    const half = Math.floor(getHeapStatistics().heap_size_limit / 2 / 40);
    const memory = new ValueMemory();
    expect([memory.take(half - 1), memory.take(1), memory.take(1)]).toEqual([true, true, false]);
  });

  it.each([
    ['items', '[1,"a",null,[]]', 4],
    ['objects, which count as five, and keys', '[{},{"a":1}]', 11],
  ])('are counted: %s', (_what, text, count) => {
    expect(() => parseJson(text, undefined, count)).not.toThrow();
    expect(() => parseJson(text, undefined, count - 1)).toThrow(`more than ${String(count - 1)} values`);
  });

  it('are read no further than the limit', () => {
    const reader = new JsonReader(`[${'{},'.repeat(1_000)}{}]`, undefined, 100);
    let read = 0;
    const readAll = (): void => {
      reader.readArray(() => {
        reader.skipValue();
        read += 1;
      });
    };
    expect(readAll).toThrow('more than 100 values');
    expect(read).toBe(20);
  });

  it('are counted when they are skipped', () => {
    const reader = new JsonReader('[[],[],[]]', undefined, 2);
    expect(() => reader.skipValue()).toThrow('more than 2 values');
  });
});
