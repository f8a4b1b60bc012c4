import { RecentQueries } from './recent-queries.js';

const COLLECTION = { id: '1', dimension: 2 };
const queryOf = (number: number): Float32Array => Float32Array.of(number, 1);
const BYTES = queryOf(0).byteLength;

describe('the recent queries', () => {
  it('are kept by collection and namespace', () => {
    const recent = new RecentQueries();
    recent.note(COLLECTION, 'a', queryOf(1));
    recent.note({ id: '2' }, 'a', queryOf(2));
    recent.note(COLLECTION, 'b', queryOf(3));
    expect(recent.of(COLLECTION, 'a')).toEqual([queryOf(1)]);
    expect(recent.of(COLLECTION, 'c')).toEqual([]);
  });

  it('have no repetitions', () => {
    const recent = new RecentQueries();
    for (const number of [1, 2, 1, 1, 2]) recent.note(COLLECTION, '', queryOf(number));
    expect(recent.of(COLLECTION, '')).toEqual([queryOf(1), queryOf(2)]);
  });

  it('are copies: the body of a request does not stay in memory', () => {
    const recent = new RecentQueries();
    const body = new Float32Array(1_000).fill(7);
    recent.note(COLLECTION, '', body.subarray(10, 12));
    expect(recent.of(COLLECTION, '')[0]?.buffer.byteLength).toBe(BYTES);
  });

  it('are replaced by chance when a namespace has its number of them', () => {
    const recent = new RecentQueries();
    for (let number = 0; number < 64; number += 1) recent.note(COLLECTION, '', queryOf(number));
    recent.note(COLLECTION, '', queryOf(100), () => 0);
    recent.note(COLLECTION, '', queryOf(101), () => 0.999);
    const kept = recent.of(COLLECTION, '');
    expect(kept).toHaveLength(64);
    expect(kept[0]).toEqual(queryOf(100));
    expect(kept).not.toContainEqual(queryOf(101));
  });

  it('never take more memory than all of them may, and those of the namespace searched last stay', () => {
    const recent = new RecentQueries(10 * BYTES);
    for (let number = 0; number < 300; number += 1) {
      recent.note(COLLECTION, String(number % 7), queryOf(number));
      expect(recent.size).toBeLessThanOrEqual(10 * BYTES);
    }
    recent.note(COLLECTION, 'last', queryOf(0));
    expect(recent.of(COLLECTION, 'last')).toHaveLength(1);
  });

  it('have nothing of a query that alone is too large', () => {
    const recent = new RecentQueries(BYTES);
    recent.note(COLLECTION, '', new Float32Array(50));
    expect(recent.size).toBe(0);
  });
});
