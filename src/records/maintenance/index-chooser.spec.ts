import type { Collection, VectorIndex } from '../../collections/collection.js';
import type { Config } from '../../config/config.js';
import type { Database } from '../../postgres/database.js';
import type { RecallStore } from '../search/recall.store.js';
import { IndexChooser } from './index-chooser.js';
import type { IndexGrowth, NamespaceState } from './index-plan.js';
import type { VectorIndexStore } from './vector-index.store.js';

const ROWS = 1_000;
const EMBEDDED = { traits: { concurrentIndexes: false } } as Database;
const CONFIG = { indexQuantization: 'auto', indexCacheMb: 0 } as Config;

type Held = Pick<VectorIndex, 'content' | 'reason'>;
const BITS: Held = { content: 'binary', reason: 'cheapest' };
const WHOLE: Held = { content: 'full', reason: 'cheapest' };

/** What is to go on with two indexes, older first, of so many vectors each. */
function unfinished(older: Held, newer: Held, rows = ROWS): IndexGrowth | undefined {
  const indexes = [older, newer].map((held, id) => ({ id: String(id), namespace: '', rows, m: 16, ...held }));
  const collection = { dimension: 384, metric: 'cosine', settings: '{}', indexes, measurements: [] } as unknown as Collection;
  const segments = indexes.map(({ id }, at) => ({ id, low: BigInt(at) * 10_000n, high: BigInt(at + 1) * 10_000n }));
  const state: NamespaceState = {
    segments: segments.map((segment) => ({ ...segment, last: segment.low + 500n, builtRows: rows, rows })),
    tail: { rows: 0, high: 0n },
  };
  return new IndexChooser(CONFIG, EMBEDDED, {} as RecallStore, {} as VectorIndexStore).unfinished(collection, state);
}

describe('a move into an index of whole vectors that was cut off', () => {
  const rest: IndexGrowth = { kind: 'grow', id: '1', from: [{ low: 0n, high: 10_000n }], last: 10_500n, isPatient: true };

  it('goes on where they are faster to search', () => {
    expect(unfinished(BITS, WHOLE)).toEqual(rest);
  });

  it('goes on where bits lose too much', () => {
    expect(unfinished(BITS, { content: 'full', reason: 'recall' })).toEqual(rest);
  });

  it('does not where the newest one is of bits, as that is of what is new', () => {
    expect(unfinished(WHOLE, BITS)).toBeUndefined();
  });

  it('turns back where so many no longer stay in memory', () => {
    expect(unfinished(WHOLE, BITS, 100_000)).toEqual(rest);
  });
});
