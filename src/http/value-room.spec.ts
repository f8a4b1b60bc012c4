import { getHeapStatistics } from 'node:v8';
import { ValueRoom } from './value-room.js';

it('the values of one text may take half of what the process may have', () => {
  const half = Math.floor(getHeapStatistics().heap_size_limit / 2);
  const room = new ValueRoom();
  expect([room.take(half - 1), room.take(1), room.take(1)]).toEqual([true, true, false]);
});
