import type { RecallMeasurement, RecallPoint, VectorIndex } from '../../collections/collection.js';
import { chosenPoint, measuredEf, type MoreMisses, recallOf } from '../search/recall-curve.js';
import {
  curveSteps,
  isEnough,
  isMeasurementDue,
  isOpen,
  isTooLittle,
  mostQueries,
  queryCount,
  recentCount,
} from './recall-plan.js';

const HOUR_MS = 3_600_000;

function indexOf(id: string, rows: number, content: VectorIndex['content'] = 'full'): VectorIndex {
  return { id, namespace: '', low: '0', high: '9', content, reason: null, rows };
}

function pointOf(efSearch: number, recall: number, given: Partial<RecallPoint> = {}): RecallPoint {
  return { limit: 10, efSearch, candidates: 1, recall, error: 0.01, ...given };
}

function measured(given: Partial<RecallMeasurement> = {}): RecallMeasurement {
  const points = [pointOf(20, 0.9), pointOf(40, 0.97), pointOf(80, 0.995), pointOf(200, 0.98, { limit: 100 })];
  const counts = { rows: 1_000, queries: 64, recentQueries: 0 };
  return { namespace: '', target: 0.98, indexes: ['1'], ...counts, points, contents: [], forms: [], measuredAt: 0, ...given };
}

describe('a measurement', () => {
  const isDue = (
    given: Partial<RecallMeasurement>,
    indexes: readonly VectorIndex[],
    target = 0.98,
    recent = 0,
    now = 0,
  ): boolean => isMeasurementDue(measured(given), indexes, target, recent, now);

  it('is due where there is none', () => {
    expect(isMeasurementDue(undefined, [indexOf('1', 1_000)], 0.98, 0, 0)).toBe(true);
  });

  it('is due when indexes have grown by half, and not before', () => {
    expect(isDue({}, [indexOf('1', 1_000), indexOf('2', 500)])).toBe(false);
    expect(isDue({}, [indexOf('1', 1_000), indexOf('2', 501)])).toBe(true);
  });

  it('is due when an index was built anew', () => {
    expect(isDue({}, [indexOf('2', 900)])).toBe(true);
  });

  it('is due after a day, and after an hour when clients search who did not before', () => {
    const indexes = [indexOf('1', 1_000)];
    expect(isDue({}, indexes, 0.98, 0, 23 * HOUR_MS)).toBe(false);
    expect(isDue({}, indexes, 0.98, 0, 24 * HOUR_MS)).toBe(true);
    expect(isDue({}, indexes, 0.98, 32, 2 * HOUR_MS)).toBe(true);
    expect(isDue({ recentQueries: 32 }, indexes, 0.98, 32, 2 * HOUR_MS)).toBe(false);
  });

  it('is due for a higher target than its curve serves, and only once', () => {
    const indexes = [indexOf('1', 1_000)];
    expect(isDue({ target: 0.9 }, indexes, 0.98)).toBe(false);
    expect(isDue({ target: 0.9 }, indexes, 0.99)).toBe(true);
    expect(isDue({ target: 0.99 }, indexes, 0.99)).toBe(false);
  });

  it('takes fewer queries the more there is to compare', () => {
    expect([1e6, 4e8, 1e12].map((floats) => queryCount(floats, false))).toEqual([64, 40, 16]);
    expect(queryCount(1e8, true)).toBe(40);
    expect([1e6, 4e7, 4e8, 1e12].map((floats) => mostQueries(floats, false))).toEqual([512, 512, 320, 16]);
    expect(mostQueries(1e8, true)).toBe(100);
  });

  it('leaves open what is enough where much less effort found as much as is wanted', () => {
    const points = (...recalls: readonly number[]): readonly RecallPoint[] =>
      recalls.map((recall, at) => pointOf(20 * 2 ** at, recall, { error: 0.02 }));
    expect(isOpen(points(0.9, 0.96, 1), 0.98)).toBe(false);
    expect(isOpen(points(0.9, 0.985, 1), 0.98)).toBe(true);
    // of few queries one has found nothing
    expect(isOpen(points(0.9, 0.97, 1), 0.98)).toBe(true);
    // so few that have missed nothing prove nothing
    expect(isOpen([pointOf(20, 1, { error: 0.01 })], 0.995)).toBe(true);
    expect(isOpen([pointOf(20, 1, { error: 0.004 })], 0.995)).toBe(false);
    expect(isOpen(points(0.9, 0.96, 0.965), 0.98)).toBe(false);
    expect(isOpen([], 0.98)).toBe(false);
    expect(points(0.95, 0.97, 0.99).map((point) => isTooLittle(point, 0.98))).toEqual([true, false, false]);
  });

  it("takes half of its queries from clients', or none of few", () => {
    expect([0, 15, 16, 30, 64].map((known) => recentCount(64, known))).toEqual([0, 0, 16, 30, 32]);
  });
});

describe('a curve', () => {
  it('goes up from the least effort, and on for larger limits where there are vectors enough', () => {
    const efs = curveSteps([indexOf('1', 100_000)], 10).map(({ efSearch }) => efSearch);
    expect(efs).toEqual([...efs].sort((left, right) => left - right));
    expect(curveSteps([indexOf('1', 100_000)], 100)[0]?.efSearch).toBeGreaterThan(100);
    expect(curveSteps([indexOf('1', 1_000)], 100)).toEqual([]);
  });

  it('is one of candidates where an index holds bits', () => {
    const steps = curveSteps([indexOf('1', 100_000, 'binary')], 10);
    expect(steps.map(({ candidates }) => candidates)).toEqual([5, 10, 20, 40, 80]);
  });

  it('ends where nothing was missed, or the target is kept and little is left to gain', () => {
    expect(isEnough(pointOf(20, 1), 0.999)).toBe(true);
    expect(isEnough(pointOf(20, 0.997, { error: 0.001 }), 0.98)).toBe(true);
    expect(isEnough(pointOf(20, 0.99, { error: 0.001 }), 0.98)).toBe(false);
    expect(isEnough(pointOf(20, 0.997, { error: 0.001 }), 0.999)).toBe(false);
  });
});

describe('the effort', () => {
  it('is the least that keeps the recall by its lower bound, or the most there is', () => {
    const { points } = measured();
    expect([0.89, 0.95, 0.97, 0.999].map((target) => chosenPoint(points, 10, target)?.efSearch)).toEqual([20, 40, 80, 80]);
    expect(chosenPoint([], 10, 0.9)).toBeUndefined();
  });

  it('grows with what is wanted, through what was measured at both limits', () => {
    const [small, middle, large, larger] = [5, 30, 100, 200].map((wanted) => measuredEf(measured(), wanted, 0.97) ?? 0);
    expect([small, large, larger]).toEqual([80, 200, 400]);
    expect(middle).toBeGreaterThan(80);
    expect(middle).toBeLessThan(200);
  });
});

describe('a recall', () => {
  it('is the less certain the smaller the sample', () => {
    const all = (count: number, misses: MoreMisses = 'one result'): number =>
      recallOf(
        Array.from({ length: count }, () => ({ hits: 10, wanted: 10 })),
        misses,
      ).error;
    expect(all(64)).toBeLessThan(all(16));
    expect(all(16)).toBeLessThan(0.01);
    // without a miss 128 searches prove 0.98, and 512 prove 0.995
    expect([64, 128, 256, 512].map((count) => 1 - all(count, 'two searches'))).toEqual(
      [64 / 66, 128 / 130, 256 / 258, 512 / 514].map((share) => expect.closeTo(share, 9) as number),
    );
  });

  it('is the share of all hits, and uncertain where searches differ', () => {
    const of = (...hits: readonly number[]): ReturnType<typeof recallOf> =>
      recallOf(
        hits.map((count) => ({ hits: count, wanted: 10 })),
        'one result',
      );
    const [even, uneven] = [of(9, 9, 9, 9), of(10, 10, 10, 6)];
    expect([even.recall, uneven.recall]).toEqual([0.9, 0.9]);
    expect(uneven.error).toBeGreaterThan(even.error);
  });
});
