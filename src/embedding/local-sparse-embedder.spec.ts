import fc from 'fast-check';
import { embedSparsely } from './local-sparse-embedder.js';
import type { InputType, SparseEmbedding } from './model.js';

async function embed(text: string, inputType: InputType = 'passage'): Promise<SparseEmbedding> {
  const { vectors } = await embedSparsely([text], inputType);
  return vectors[0] ?? { indices: [], values: new Float32Array(), tokens: [] };
}

async function score(query: string, passage: string): Promise<number> {
  const left = await embed(query, 'query');
  const right = await embed(passage);
  return left.indices.reduce((sum, index, at) => {
    const other = right.indices.indexOf(index);
    return sum + (left.values[at] ?? 0) * (other < 0 ? 0 : (right.values[other] ?? 0));
  }, 0);
}

describe('embedSparsely', () => {
  it('makes vectors that every store takes: different uint32 indices in order, positive values, at least one, at most 2048', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const { indices, values, tokens } = await embed(text);
        expect(indices.length).toBeGreaterThan(0);
        expect(values).toHaveLength(indices.length);
        expect(tokens).toHaveLength(indices.length);
        expect(indices).toEqual([...new Set(indices)].sort((left, right) => left - right));
        expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index <= 0xffff_ffff)).toBe(true);
        expect(values.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
      }),
      { numRuns: 200 },
    );
    const words = Array.from({ length: 5_000 }, (_item, at) => `word${String(at)}`).join(' ');
    expect((await embed(words)).indices).toHaveLength(2_048);
  });

  it('gives a term the index that it has always had, since stored ones must stay comparable', async () => {
    const { indices, tokens } = await embed('disease vector');
    expect(Object.fromEntries(tokens.map((token, at) => [token, indices[at]]))).toEqual({
      disease: 3_242_487_936,
      vector: 2_378_312_548,
    });
  });

  it('scores zero without a common word, and higher the more words are common', async () => {
    expect(await score('apple pie', 'a car drives by')).toBe(0);
    expect(await score('apple pie', 'an apple a day')).toBeGreaterThan(0);
    expect(await score('apple pie', 'apple pie recipe')).toBeGreaterThan(await score('apple pie', 'apple tree garden'));
  });

  it('counts repetition less and less, and long texts less than short ones', async () => {
    const once = await score('apple', 'apple and more');
    const twice = await score('apple', 'apple apple more');
    const often = await score('apple', 'apple '.repeat(1_000));
    expect(twice).toBeGreaterThan(once);
    expect(often).toBeLessThan(3 * once);
    expect(await score('apple', `apple ${'other '.repeat(500)}`)).toBeLessThan(once);
  });

  it('makes little of words that are in every text', async () => {
    expect(await score('the apple', 'an apple')).toBeGreaterThan(5 * (await score('the apple', 'the pear')));
  });

  it('gives a word the same index in queries and passages', async () => {
    expect((await embed('apple pie', 'query')).indices).toEqual((await embed('Pie, apple')).indices);
  });
});
