import type { FormRecall, IndexContent, RecallMeasurement } from '../../collections/collection.js';
import { type ChoiceRequest, chooseIndex, formsByCost, formsInQuestion, indexBytes, losesTooMuch } from './index-choice.js';

const SERVER = formsByCost({ concurrentIndexes: true });
const EMBEDDED = formsByCost({ concurrentIndexes: false });

const ANY: ChoiceRequest = {
  ...{ dimension: 384, wanted: 'auto', byCost: SERVER, forms: [], target: 0.98 },
  fits: () => true,
};

function form(content: IndexContent, recall: number, given: Partial<FormRecall> = {}): FormRecall {
  return { content, candidates: 2, recall, error: 0.001, inGraph: false, ...given };
}

const GOOD = [form('half', 0.999), form('binary', 0.8, { candidates: 5 }), form('binary', 0.995, { candidates: 40 })];
const smallOnly = (content: IndexContent): boolean => content === 'binary';

describe('the form of an index', () => {
  it.each<[string, Partial<ChoiceRequest>, string]>([
    ['16 bits, where they keep the recall', { forms: GOOD }, 'half: cheapest'],
    ['whole vectors, where 16 bits lose too much', { forms: [form('half', 0.985)] }, 'full: recall'],
    ['whole vectors, where nothing is known', {}, 'full: recall'],
    ['bits on the embedded engine, where they keep the recall', { forms: GOOD, byCost: EMBEDDED }, 'binary: cheapest'],
    [
      'whole vectors on the embedded engine, where bits lose too much',
      { forms: [form('half', 1)], byCost: EMBEDDED },
      'full: recall',
    ],
    ['bits, where nothing else fits', { forms: GOOD, fits: smallOnly }, 'binary: memory'],
    ['the smallest that keeps the recall, where nothing fits', { forms: GOOD, fits: () => false }, 'binary: memory'],
    [
      '16 bits, where bits would fit and lose too much',
      { forms: [form('half', 1), form('binary', 0.9)], fits: smallOnly },
      'half: cheapest',
    ],
    [
      'whole vectors, where all others lose too much',
      { forms: [form('half', 0.9), form('binary', 0.9)], fits: smallOnly },
      'full: recall',
    ],
    ['what was configured', { forms: GOOD, wanted: 'binary' }, 'binary: setting'],
    ['16 bits above 2,000 dimensions', { forms: GOOD, dimension: 3_000, wanted: 'full' }, 'half: dimension'],
    ['bits above 4,000 dimensions', { forms: [], dimension: 4_001, wanted: 'half' }, 'binary: dimension'],
    [
      '16 bits above 2,000 dimensions, even if they lose too much',
      { forms: [form('half', 0)], dimension: 3_000 },
      'half: dimension',
    ],
    [
      'bits above 2,000 dimensions, where a number is beyond 16 bits',
      { forms: [form('half', 0), form('binary', 1)], dimension: 3_000 },
      'binary: recall',
    ],
    [
      'not bits whose graph was worse than their comparison',
      { forms: [...GOOD, form('binary', 0.9, { inGraph: true })], fits: smallOnly },
      'half: cheapest',
    ],
  ])('is %s', (_, given, expected) => {
    const { content, reason } = chooseIndex({ ...ANY, ...given });
    expect(`${content}: ${reason}`).toBe(expected);
  });

  it('may lose half of what may be missed', () => {
    const chosen = (recall: number): IndexContent => chooseIndex({ ...ANY, forms: [form('half', recall, { error: 0 })] }).content;
    expect([chosen(0.991), chosen(0.989)]).toEqual(['half', 'full']);
  });

  it('is looked into only where it can be chosen', () => {
    expect(formsInQuestion(384, SERVER, false)).toEqual(['half']);
    expect(formsInQuestion(384, SERVER, true)).toEqual(['half', 'binary']);
    expect(formsInQuestion(384, EMBEDDED, false)).toEqual(['binary']);
    expect(formsInQuestion(3_000, EMBEDDED, false)).toEqual(['binary', 'half']);
    expect(formsInQuestion(5_000, SERVER, false)).toEqual(['binary']);
  });
});

describe('an index loses too much', () => {
  const loses = (content: IndexContent, forms: readonly FormRecall[]): boolean =>
    losesTooMuch(content, { forms } as Pick<RecallMeasurement, 'forms'> as RecallMeasurement, 0.98);

  it('when what it holds does not keep the recall, or its graph does not', () => {
    expect(loses('half', [form('half', 0.97)])).toBe(true);
    expect(loses('binary', [form('binary', 1), form('binary', 0.97, { inGraph: true })])).toBe(true);
  });

  it('not for what a graph of 16-bit numbers that lose nothing has missed', () => {
    const graph = form('half', 0.97, { inGraph: true });
    expect(loses('half', [form('half', 1), graph])).toBe(false);
    expect(loses('half', [form('half', 0.99), graph])).toBe(true);
  });

  it('never when it keeps it, nothing is known, or it holds all', () => {
    expect(loses('half', [form('half', 0.985)])).toBe(false);
    expect(loses('half', [])).toBe(false);
    expect(loses('full', [form('half', 0.5)])).toBe(false);
  });
});

describe('the size of an index', () => {
  // measured with pgvector 0.8: 100,000 vectors, m = 16, in MiB
  it.each<[IndexContent, number, number]>([
    ['full', 384, 195],
    ['half', 384, 112],
    ['binary', 384, 33],
    ['full', 1_536, 781],
  ])('of form %s and %d dimensions is near what it is: %d MiB', (content, dimension, measured) => {
    const estimated = indexBytes(content, dimension, 100_000, 16) / 2 ** 20;
    expect(Math.abs(estimated / measured - 1)).toBeLessThan(0.06);
  });

  it('is of several pages each for vectors that do not fit on one', () => {
    expect(indexBytes('half', 4_000, 1, 16)).toBe(2 * 8_192);
  });
});
