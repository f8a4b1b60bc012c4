import { and, exists, type Filter, has, id, is, not, oneCondition, or } from './filter.js';
import { matches } from './matches.js';
import { measureFilter } from './measure.js';

const A = is('a', 'x');
const B = is('bb', { number: '1.50' });

describe('the size of a filter', () => {
  it.each<[string, Filter, number, number]>([
    ['a condition', A, 1, 1],
    ['its opposite', not(A), 1, 1],
    ['two of them', and(A, B), 2, 2],
    ['one in a group', or(A), 1, 2],
    ['none', and(), 0, 1],
    ['groups in groups', and(A, or(B, and(A, B))), 4, 4],
    ['the opposite of a group', not(and(A, B)), 2, 3],
    ['the opposite of an opposite', not(not(A)), 1, 2],
    ['what a client wrote as one condition', oneCondition(or(A, has('a', 'x'))), 1, 1],
    ['its opposite, beside what it needs', oneCondition(and(exists('a'), not(oneCondition(or(A, B))))), 1, 1],
    ['such a condition in a group', and(oneCondition(or(A, has('a', 'x'))), B), 2, 2],
  ])('counts the conditions and the levels of %s', (_name, filter, predicates, depth) => {
    expect(measureFilter(filter)).toMatchObject({ predicates, depth });
  });

  it('counts the values of the condition that has most', () => {
    expect(measureFilter(and(is('a', 'x', 'y', null), id('1', '2'))).values).toBe(3);
  });

  it('counts fields and values in UTF-8, and what is said twice once', () => {
    expect(measureFilter(and(A, B)).bytes).toBe('axbb1.50'.length);
    expect(measureFilter(is('é', 'é')).bytes).toBe(4);
    expect(measureFilter(is(['a', 'b'], true)).bytes).toBe('abtrue'.length);
    expect(measureFilter(oneCondition(or(A, has('a', 'x')))).bytes).toBe(2);
    expect(measureFilter({ kind: 'equals', field: 'a', json: '[1]' }).bytes).toBe(4);
  });

  it('tells regular expressions from texts', () => {
    expect(measureFilter(and(matches('a+'), A)).regexCharacters).toBe(2);
    expect(measureFilter({ kind: 'document', op: 'contains', pattern: 'a+' }).regexCharacters).toBe(0);
  });
});
