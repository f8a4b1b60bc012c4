import { parseJson } from '../../../http/json.js';
import { parsePointId, parsePointIds, pointIdText } from './point-id.js';

describe('a point id', () => {
  it.each([
    ['7', '7'],
    ['-7', '-7'],
    ['-0', '0'],
    ['18446744073709551615', '18446744073709551615'],
    ['"7"', '7'],
    ['" a#b/ü "', ' a#b/ü '],
    ['"1722500000000-0"', '1722500000000-0'],
  ])('%s is stored as %j', (sent, stored) => {
    expect(parsePointId(parseJson(sent), 'id')).toBe(stored);
  });

  it.each(['""', 'null', 'true', '1.0', '1e3', '[]', '{}'])('%s is refused, with its place', (sent) => {
    expect(() => parsePointId(parseJson(sent), 'points[3].id')).toThrow('Invalid points[3].id: ');
  });

  it('is refused when it is missing', () => {
    expect(() => parsePointId(undefined, 'points[0].id')).toThrow('Invalid points[0].id: ');
  });

  it.each([
    ['0', '0'],
    ['-12', '-12'],
    ['999999999999999999', '999999999999999999'],
    ['18446744073709551615', '18446744073709551615'],
    ['-9223372036854775808', '-9223372036854775808'],
  ])('%j comes back as the number %s', (stored, text) => {
    expect(pointIdText(stored)).toBe(text);
  });

  it.each(['', '007', '-0', '+1', '1.0', '1e3', ' 1', '18446744073709551616', '-9223372036854775809', 'a', '1722500000000-0'])(
    '%j comes back as a string',
    (stored) => {
      expect(pointIdText(stored)).toBe(JSON.stringify(stored));
    },
  );
});

describe('a list of point ids', () => {
  it('may be empty', () => {
    expect(parsePointIds([], 'ids')).toEqual([]);
  });

  it('keeps the order of its ids', () => {
    expect(parsePointIds(parseJson('[3, "b", 1]'), 'ids')).toEqual(['3', 'b', '1']);
  });

  it.each(['"a"', '{}', '1'])('cannot be %s', (sent) => {
    expect(() => parsePointIds(parseJson(sent), 'ids')).toThrow('Invalid ids: ');
  });

  it('names the entry that is no id', () => {
    expect(() => parsePointIds(parseJson('["a", null]'), 'ids')).toThrow('Invalid ids[1]: ');
  });
});
