import fc from 'fast-check';
import { type Json, JsonNumber, parseJson, stringifyJson } from './json.js';
import { JsonReader } from './json-reader.js';
import { JsonSyntaxError } from './json-syntax-error.js';

/** The same value as `JSON.parse` gives, where that loses nothing. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item as Json)]));
  return Array.isArray(value) ? value.map((item: Json) => plain(item)) : value;
}

describe('parseJson', () => {
  it('keeps the text of numbers', () => {
    expect(stringifyJson(parseJson('[1.0, 9223372036854775807, 1e3, -0]'))).toBe('[1.0,9223372036854775807,1e3,-0]');
  });

  it('has no special keys, and keeps the last of equal ones', () => {
    const value = parseJson('{"__proto__":1,"constructor":2,"a":3,"a":4}') as ReadonlyMap<string, JsonNumber>;
    expect([...value].map(([key, number]) => [key, number.text])).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['a', '4'],
    ]);
  });

  it('reads a long text with an escape', () => {
    const text = `${'x'.repeat(20_000_000)}\n`;
    expect(parseJson(JSON.stringify(text)) === text).toBe(true);
    expect(() => parseJson(`"${text.slice(0, -1)}\\x"`)).toThrow('invalid escape');
  });

  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', ']', ',', '\\', '0')).map(([text, at, insert]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + 1);
    });
    fc.assert(
      fc.property(broken, (text) => {
        let expected = true;
        try {
          JSON.parse(text);
        } catch {
          expected = false;
        }
        let actual = true;
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonSyntaxError);
          // a lone surrogate is refused here only
          actual = /surrogate|hex escape|out of range/.test((error as Error).message) && expected;
        }
        expect(actual).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['', 'EOF while parsing a value at line 1 column 0'],
    ['{"a":[1,]}', 'a: trailing comma at line 1 column 9'],
    ['{"a":{"b":[0,nul]}}', 'a.b[1]: expected ident at line 1 column 14'],
    ['{"a":"\\ud800"}', 'a: unexpected end of hex escape at line 1 column 14'],
    ['{"a" 1}', 'expected `:` at line 1 column 6'],
    ['[1] 2', 'trailing characters at line 1 column 5'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });

  it('goes 127 levels deep', () => {
    expect(() => parseJson('['.repeat(127) + ']'.repeat(127))).not.toThrow();
    expect(() => parseJson('['.repeat(128) + ']'.repeat(128))).toThrow('recursion limit exceeded');
  });
});

describe('JsonReader', () => {
  it('takes flat numbers at once, and leaves anything else unread', () => {
    const reader = new JsonReader('[1, 2.5] ');
    expect(reader.tryNumbers()).toEqual([1, 2.5]);
    reader.end();
    for (const text of ['[1, "a"]', '[[1]]', '"x"', '[1e999]', '[1,]']) expect(new JsonReader(text).tryNumbers()).toBeUndefined();
  });

  it('takes a string without escapes, and leaves one with them unread', () => {
    expect(new JsonReader(' "abc" ').tryPlainString()).toBe('abc');
    expect(new JsonReader('"a\\"b"').tryPlainString()).toBeUndefined();
  });
});
