import type { Chunk, CopyRecord, Source, SourceCollection } from '../copy.js';
import { recordFilter } from '../record-filter.js';
import { Portions } from './portions.js';
import { Selection } from './selection.js';

const COLLECTION: SourceCollection = {
  ...{ key: 'k', tenant: 't', database: 'd', name: 'n', metric: 'l2', dimension: 4, metadata: null, records: 60 },
  ...{ fingerprint: 'f', warnings: [] },
};

function record(n: number): CopyRecord {
  const metadata = `{"n":${String(n)}}`;
  const namespace = n % 3 === 0 ? 'third' : '';
  return { id: `r${String(n)}`, namespace, embedding: Float32Array.of(n, 0, 0, 0), document: null, uri: null, metadata };
}

/** Chunks of six, each with a reject; the cursor is a number. */
const SOURCE: Source = {
  label: 'numbers',
  collections: () => Promise.resolve([COLLECTION]),
  requireUnchanged: () => Promise.resolve(),
  close: () => Promise.resolve(),
  async *read(_collection, after) {
    await Promise.resolve();
    for (let at = Number(after ?? 0); at < 60; at += 6) {
      const records = Array.from({ length: 6 }, (_, index) => record(at + index));
      yield { records, rejects: [{ id: `bad${String(at)}`, reason: 'bad' }], cursor: String(at + 6) };
    }
  },
};

async function read(source: Source, after: string | null = null): Promise<readonly Chunk[]> {
  const [collection = COLLECTION] = await source.collections();
  const chunks: Chunk[] = [];
  for await (const chunk of source.read(collection, after)) chunks.push(chunk);
  return chunks;
}

const idsOf = (chunks: readonly Chunk[]): readonly string[] => chunks.flatMap(({ records }) => records.map(({ id }) => id));
const rejectsOf = (chunks: readonly Chunk[]): readonly string[] => chunks.flatMap(({ rejects }) => rejects.map(({ id }) => id));
const WORDS = '--limit 20';

describe.each<[string, () => Source, number]>([
  ['in portions', () => new Portions(SOURCE, 90), 60],
  ['selected', () => new Selection(SOURCE, { limit: 20, words: WORDS }), 20],
  ['selected, in portions', () => new Portions(new Selection(SOURCE, { limit: 20, words: WORDS }), 90), 20],
  [
    'in portions, by a filter',
    () => new Portions(new Selection(SOURCE, { filter: recordFilter('{"n": {"$gte": 7}}'), words: 'f' }), 60),
    53,
  ],
])('a source that is read %s', (_, make, count) => {
  it('goes on from every cursor: each record comes once, and each reject', async () => {
    const all = await read(make());
    expect(idsOf(all)).toHaveLength(count);
    for (const [index, { cursor }] of all.entries()) {
      // the selection knows its collections by their keys
      const rest = await read(make(), cursor);
      expect([...idsOf(all.slice(0, index + 1)), ...idsOf(rest)]).toEqual(idsOf(all));
      expect([...rejectsOf(all.slice(0, index + 1)), ...rejectsOf(rest)]).toEqual(rejectsOf(all));
    }
  });
});

it('no portion is larger than it may be, unless it is one record', async () => {
  expect((await read(new Portions(SOURCE, 90))).map(({ records }) => records.length).slice(0, 4)).toEqual([3, 3, 3, 3]);
  expect((await read(new Portions(SOURCE, 1))).every(({ records }) => records.length === 1)).toBe(true);
});

it('a cursor within a chunk is understood without a limit of bytes', async () => {
  const [first] = await read(new Portions(SOURCE, 90));
  expect(idsOf(await read(new Portions(SOURCE, Infinity), first?.cursor ?? null))[0]).toBe('r3');
});

it('namespaces that are not wanted do not come, nor their rejects', async () => {
  const chunks = await read(new Selection(SOURCE, { namespaces: ['third'], words: '--namespace third' }));
  expect(idsOf(chunks)).toEqual(Array.from({ length: 20 }, (_, n) => `r${String(3 * n)}`));
  expect(rejectsOf(chunks)).toEqual([]);
});
