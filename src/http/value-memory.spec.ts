import { getHeapStatistics } from 'node:v8';
import { ValueMemory } from './value-memory.js';

it('the values of one text may take half of what the process may have', () => {
  const half = Math.floor(getHeapStatistics().heap_size_limit / 2);
  const memory = new ValueMemory();
  expect([memory.take(half - 1), memory.take(1), memory.take(1)]).toEqual([true, true, false]);
});
