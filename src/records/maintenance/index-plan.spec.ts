import { type IndexLimits, type NamespaceState, planGrowth, planIndexes, planMerge, type SegmentState } from './index-plan.js';

const LIMITS: IndexLimits = { minRows: 100, isFull: false };
const NO_TAIL = { rows: 0, high: 0n };

/** Segments of these sizes, one after the other, a number each. */
function segments(...sizes: readonly (number | readonly [built: number, rows: number])[]): readonly SegmentState[] {
  return sizes.map((size, index) => {
    const [builtRows, rows] = typeof size === 'number' ? [size, size] : size;
    const [low, high] = [BigInt(index * 10_000), BigInt((index + 1) * 10_000)];
    return { id: String(index), low, high, last: high, builtRows, rows };
  });
}

function stateOf(sizes: readonly SegmentState[], tailRows: number): NamespaceState {
  return { segments: sizes, tail: { rows: tailRows, high: 999_999n } };
}

describe('vectors outside of every index', () => {
  it('stay so while they are few', () => {
    expect(planIndexes(stateOf([], 100), LIMITS)).toBeUndefined();
  });

  it('get an index over all numbers when they are many', () => {
    expect(planIndexes(stateOf([], 101), LIMITS)).toEqual({ kind: 'build', low: 0n, high: 999_999n, replaces: [] });
  });

  it('get one of their own beside a much larger one', () => {
    expect(planIndexes(stateOf(segments(1_000), 25), LIMITS)).toBeUndefined();
    const plan = planIndexes(stateOf(segments(1_000), 26), LIMITS);
    expect(plan).toEqual({ kind: 'build', low: 10_000n, high: 999_999n, replaces: [] });
  });

  it('take in the newest ones that are not much larger', () => {
    const plan = planIndexes(stateOf(segments(5_000, 400, 150), 120), LIMITS);
    expect(plan).toEqual({ kind: 'build', low: 10_000n, high: 999_999n, replaces: ['1', '2'] });
  });

  it('take in more of them where there are too many', () => {
    const sizes = [20_000_000, 5_000_000, 1_250_000, 310_000, 77_000, 19_200, 4_800, 1_200, 300];
    const plan = planIndexes(stateOf(segments(...sizes), 101), LIMITS);
    expect(plan).toMatchObject({ kind: 'build', replaces: ['7', '8'] });
  });

  it('get no index of their own in a table that has its full number, but join the newest of their namespace once they are a twentieth of it', () => {
    const full = { ...LIMITS, isFull: true };
    expect(planIndexes(stateOf([], 5_000), full)).toBeUndefined();
    expect(planIndexes(stateOf(segments(9_000, 1_000), 49), full)).toBeUndefined();
    expect(planIndexes(stateOf(segments(9_000, 1_000), 50), full)).toEqual({
      kind: 'build',
      low: 10_000n,
      high: 999_999n,
      replaces: ['1'],
    });
  });
});

describe('an index', () => {
  it('is dropped when nothing of it is left', () => {
    expect(planIndexes({ segments: segments(500, [300, 0]), tail: NO_TAIL }, LIMITS)).toEqual({ kind: 'drop', ids: ['1'] });
  });

  it('stays while a small part of it is gone', () => {
    expect(planIndexes({ segments: segments([1_000, 850]), tail: NO_TAIL }, LIMITS)).toBeUndefined();
  });

  it('is built anew when more is gone', () => {
    const plan = planIndexes({ segments: segments([1_000, 849]), tail: NO_TAIL }, LIMITS);
    expect(plan).toEqual({ kind: 'build', low: 0n, high: 10_000n, replaces: ['0'] });
  });

  it('is then joined with an older one that is not much larger', () => {
    const plan = planIndexes({ segments: segments(1_500, [1_000, 800]), tail: NO_TAIL }, LIMITS);
    expect(plan).toEqual({ kind: 'build', low: 0n, high: 20_000n, replaces: ['0', '1'] });
  });
});

it('builds into few indexes, and each vector not often, while a namespace grows', () => {
  let state: NamespaceState = { segments: [], tail: NO_TAIL };
  let built = 0;
  for (let step = 1; step <= 1_000; step += 1) {
    state = { segments: state.segments, tail: { rows: 101, high: BigInt(step * 101) } };
    const plan = planIndexes(state, LIMITS);
    const replaces = plan?.kind === 'build' ? plan.replaces : [];
    const rows = 101 + state.segments.filter(({ id }) => replaces.includes(id)).reduce((sum, segment) => sum + segment.rows, 0);
    const kept = state.segments.filter(({ id }) => !replaces.includes(id));
    const { high } = state.tail;
    const segment = { id: `s${String(step)}`, low: kept.at(-1)?.high ?? 0n, high, last: high, builtRows: rows, rows };
    state = { segments: [...kept, segment], tail: NO_TAIL };
    built += rows;
    expect(state.segments.length).toBeLessThanOrEqual(9);
  }
  expect(state.segments.reduce((sum, { rows }) => sum + rows, 0)).toBe(101_000);
  expect(built / 101_000).toBeLessThan(10);
});

describe('an index that is grown', () => {
  const grown = (rows: number, last: bigint): SegmentState => ({ id: '7', low: 0n, high: 1_000n, last, builtRows: rows, rows });

  it('is made when there are many vectors', () => {
    expect(planGrowth(stateOf([], 100), LIMITS)).toBeUndefined();
    expect(planGrowth(stateOf([], 101), LIMITS)).toEqual({ kind: 'build', low: 0n, high: 999_999n, replaces: [] });
  });

  it('takes in what is new, once that is a quarter of what is worth an index', () => {
    expect(planGrowth(stateOf([grown(500, 500n)], 25), LIMITS)).toBeUndefined();
    const plan = { kind: 'grow', id: '7', from: [{ low: 1_000n, high: 999_999n }], last: 500n };
    expect(planGrowth(stateOf([grown(500, 500n)], 26), LIMITS)).toEqual(plan);
  });

  it('takes in what a growth that was cut off has left below it', () => {
    const begun = { ...grown(10, 2_010n), low: 2_000n, high: 9_000n };
    const from = (high: bigint): unknown => planGrowth({ segments: [begun], tail: { rows: 500, high } }, LIMITS);
    expect(from(800n)).toMatchObject({ from: [{ low: 0n, high: 2_000n }] });
    expect(from(9_500n)).toMatchObject({
      from: [
        { low: 0n, high: 2_000n },
        { low: 9_000n, high: 9_500n },
      ],
    });
  });

  it('is followed by another one for vectors that are not worth it, unless there is no room for one', () => {
    const asked: string[] = [];
    const takesNoMore = (id: string, rows: number): boolean => {
      asked.push(`${id}: ${String(rows)}`);
      return false;
    };
    const state = stateOf([grown(500, 500n)], 200);
    const another = { kind: 'build', low: 1_000n, high: 999_999n, replaces: [] };
    expect(planGrowth(state, LIMITS, takesNoMore)).toEqual(another);
    expect(asked).toEqual(['7: 200']);
    expect(planGrowth(state, { ...LIMITS, isFull: true }, takesNoMore)).toMatchObject({ kind: 'grow', id: '7' });
    // what is below its numbers can go nowhere else
    expect(planGrowth({ ...state, tail: { rows: 200, high: 900n } }, LIMITS, takesNoMore)).toMatchObject({ kind: 'grow' });
  });

  it('takes in the others, as far as they hold anything', () => {
    const newest = { ...grown(0, 0n), id: '9', low: 5_000n, high: 9_000n };
    const below = [
      { ...grown(300, 900n), id: '7' },
      { ...grown(0, 0n), id: '8', low: 2_000n, high: 3_000n },
    ];
    const merge = { kind: 'grow', id: '9', from: [{ low: 0n, high: 1_000n }], isPatient: true };
    expect(planMerge(stateOf([...below, newest], 0))).toEqual({ ...merge, last: 5_000n });
    expect(planMerge(stateOf([...below, { ...newest, rows: 10, last: 5_010n }], 0))).toEqual({ ...merge, last: 5_010n });
    expect(planMerge(stateOf([newest], 0))).toBeUndefined();
  });

  it('is followed by another one when it has no numbers left, as those of earlier versions', () => {
    const another = { kind: 'build', low: 1_000n, high: 999_999n, replaces: [] };
    expect(planGrowth(stateOf([grown(900, 980n)], 26), LIMITS)).toEqual(another);
    expect(planGrowth(stateOf([grown(900, 980n)], 26), { ...LIMITS, isFull: true })).toBeUndefined();
  });

  it('is replaced when too much of it is gone, and dropped when all is', () => {
    const worn = { ...grown(1_000, 1_000n), rows: 800 };
    expect(planGrowth(stateOf([worn], 0), LIMITS)).toEqual({ kind: 'build', low: 0n, high: 1_000n, replaces: ['7'] });
    expect(planGrowth(stateOf([{ ...worn, rows: 0 }], 0), LIMITS)).toEqual({ kind: 'drop', ids: ['7'] });
  });
});
