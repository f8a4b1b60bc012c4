import fc from 'fast-check';
import { embedLocally } from './local-embedder.js';

async function embed(text: string, dimension = 384): Promise<Float32Array> {
  const { vectors } = await embedLocally([text], dimension);
  return vectors[0] ?? new Float32Array();
}

async function similarity(left: string, right: string, dimension = 384): Promise<number> {
  const other = await embed(right, dimension);
  return (await embed(left, dimension)).reduce((sum, value, index) => sum + value * (other[index] ?? Number.NaN), 0);
}

describe('embedLocally', () => {
  it('makes vectors of the length one, for any text and dimension', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 16_000 }), async (text, dimension) => {
        const vector = await embed(text, dimension);
        expect(vector).toHaveLength(dimension);
        expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4);
      }),
      { numRuns: 50 },
    );
  });

  it('gives a text the vector that it has always had, since stored ones must stay comparable', async () => {
    const vector = await embed('The quick brown fox', 8);
    expect(Array.from(vector, (value) => value.toFixed(4))).toEqual([
      '0.1410',
      '-0.1410',
      '0.3185',
      '0.0673',
      '-0.5531',
      '-0.5121',
      '-0.5160',
      '0.1410',
    ]);
  });

  it('ranks texts that share words above those that share none', async () => {
    const query = 'famous towers in Paris';
    const near = 'The Eiffel Tower, one of the most famous towers, stands in Paris.';
    const far = 'Photosynthesis allows plants to convert sunlight into energy.';
    expect(await similarity(query, near)).toBeGreaterThan((await similarity(query, far)) + 0.2);
  });

  it('ranks other forms of a word above other words', async () => {
    expect(await similarity('embedding', 'embeddings')).toBeGreaterThan((await similarity('embedding', 'database')) + 0.3);
  });

  it('ranks the same order of words above another', async () => {
    const query = 'man bites dog';
    expect(await similarity(query, 'the man bites dog')).toBeGreaterThan(await similarity(query, 'the dog bites man'));
  });

  it('makes little of words that are in every text', async () => {
    const query = 'what is the price of the apple';
    expect(await similarity(query, 'apple price list')).toBeGreaterThan(await similarity(query, 'what is the name of the dog'));
  });

  it('finds words in scripts without spaces', async () => {
    expect(await similarity('东京', '我住在东京')).toBeGreaterThan((await similarity('东京', '今天天气很好')) + 0.2);
  });

  it('pays no heed to case, punctuation, apostrophes and forms of the same letter', async () => {
    expect(await similarity('Don’t PANIC, ﬁx it!', "don't panic fix it")).toBeCloseTo(1, 5);
  });

  it('tells symbols apart', async () => {
    expect(await similarity('👍', '👎')).toBeLessThan(0.9);
  });

  it('counts words as tokens', async () => {
    expect(await embedLocally(['one two three', '', 'four'], 4)).toMatchObject({ totalTokens: 4 });
  });

  it('lets others have their turn while it reads a long text', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await embed('word '.repeat(200_000));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});
