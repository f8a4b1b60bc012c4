import fastCheck from 'fast-check';
import { matchesName, toLikePattern } from './name-pattern.js';

describe('a pattern of names', () => {
  it.each([
    ['docs', 'docs', true],
    ['docs', 'docs2', false],
    ['docs-*', 'docs-', true],
    ['docs-*', 'docs-eu', true],
    ['docs-*', 'mydocs-eu', false],
    ['*', '', true],
    ['*-eu', 'docs-eu', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*bc*c', 'abc', false],
    ['a.c', 'abc', false],
    ['a_c', 'abc', false],
  ])('%j matches %j: %j', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  it('means what the regular expression means that has `.*` for its stars', () => {
    const text = fastCheck.string({ unit: fastCheck.constantFrom('a', 'b', '*', '.', '%'), maxLength: 6 });
    const name = fastCheck.string({ unit: fastCheck.constantFrom('a', 'b', '.', '%'), maxLength: 8 });
    fastCheck.assert(
      fastCheck.property(text, name, (pattern, candidate) => {
        const expression = pattern
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        expect(matchesName(pattern, candidate)).toBe(new RegExp(`^${expression}$`, 'u').test(candidate));
      }),
      { numRuns: 2_000 },
    );
  });

  it('escapes for LIKE what has a meaning there', () => {
    expect(toLikePattern('a_b%c\\d*')).toBe('a\\_b\\%c\\\\d%');
  });
});
