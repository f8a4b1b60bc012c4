import { and, type Comparison, exists, type FieldPath, type Filter, has, id, is, not, or } from './filter.js';
import { rangeKeys } from './range-keys.js';

const compare = (field: FieldPath, op: Comparison = '>', value: { number: string } | string = { number: '1' }): Filter => ({
  kind: 'compare',
  field,
  op,
  value,
});
const text: Filter = { kind: 'text', field: 'a', op: 'contains', text: 'x' };

describe('the keys whose numbers an index would look up', () => {
  it.each<[string, Filter, readonly string[]]>([
    ['a range', compare('a'), ['a']],
    ['a path of one key', compare(['a']), ['a']],
    ['two bounds on one key', and(compare('a', '>'), compare('a', '<')), ['a']],
    ['ranges beside other conditions', and(compare('a'), and(compare('b'), text), not(compare('c'))), ['a', 'b']],
    ['a choice among ranges', or(compare('a'), compare('b')), ['a', 'b']],
    ['a choice with what another index serves', or(compare('a'), is('b', 'x'), has('b', 'x'), id('1')), ['a']],
    ['a choice whose parts can each be looked up', or(and(compare('a'), text), and(is('b', 'x'), text)), ['a']],
  ])('are those of %s', (_, filter, expected) => {
    expect([...rangeKeys(filter)]).toEqual(expected);
  });

  it.each<[string, Filter]>([
    ['a negation', not(compare('a'))],
    ['a bound that is a text', compare('a', '>', 'x')],
    ['a path into an object', compare(['a', 'b'])],
    ['no path at all', compare([])],
    ['a choice with what must be looked for in every record', or(compare('a'), text)],
    ['a choice with very many values', or(compare('a'), is('b', ...Array.from({ length: 101 }, String)))],
    ['a key of dots, which may be a path', or(and(exists('a.b'), compare('a.b')), and(not(exists('a.b')), compare(['a', 'b'])))],
    ['a key that is no text', compare('a\0')],
    ['a key of half a character', compare('\ud800')],
    ['a very long key', compare('k'.repeat(257))],
    ['equality', is('a', { number: '1' })],
    ['nothing', or()],
  ])('are none for %s', (_, filter) => {
    expect([...rangeKeys(filter)]).toEqual([]);
  });
});
