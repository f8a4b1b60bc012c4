import { parseJson } from '../../../http/json.js';
import { invalidArgument, unparsable, unprocessable } from '../chroma-error.js';
import { floatText, unexpected } from './serde.js';

describe('unexpected', () => {
  it.each([
    ['null', 'null'],
    ['true', 'boolean `true`'],
    ['5', 'integer `5`'],
    ['-9223372036854775808', 'integer `-9223372036854775808`'],
    ['18446744073709551615', 'integer `18446744073709551615`'],
    ['18446744073709551616', 'floating point `1.8446744073709552e+19`'],
    ['-9223372036854775809', 'floating point `-9.223372036854776e+18`'],
    ['-0', 'floating point `-0.0`'],
    ['1.0', 'floating point `1.0`'],
    ['1e3', 'floating point `1000.0`'],
    ['[1]', 'sequence'],
    ['{"a":1}', 'map'],
    ['"x"', 'string "x"'],
    ['"a\\n\\"é\\u0001\\u200b\'\\\\"', 'string "a\\n\\"é\\u{1}\\u{200b}\'\\\\"'],
    ['"\\u00a0\\u0301\\ud83d\\ude00\\u2028\\u0000\\t\\r "', 'string "\\u{a0}\\u{301}😀\\u{2028}\\0\\t\\r "'],
  ])('calls %s what the real server calls it', (text, name) => {
    expect(unexpected(parseJson(text))).toBe(name);
  });
});

describe('floatText', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1.2, '1.2'],
    [100, '100.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1e20, '1e+20'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [0.00001, '0.00001'],
    [0.000015, '0.000015'],
    [1e-6, '1e-6'],
    [-1.25e-10, '-1.25e-10'],
  ])('prints %d as the real server does', (value, text) => {
    expect(floatText(value)).toBe(text);
  });
});

describe('Chroma errors', () => {
  it('tell the place of a wrong value', () => {
    const { status, error, message } = unprocessable('a.b', 'invalid type: null, expected a map');
    expect([status, error]).toEqual([422, 'ChromaError']);
    expect(message).toBe(
      'Failed to deserialize the JSON body into the target type: a.b: invalid type: null, expected a map at line 1 column 1',
    );
  });

  it('leave the place out when it is the body', () => {
    expect(unprocessable('', 'missing field `name`').message).toBe(
      'Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 1',
    );
  });

  it('are 400 for arguments and for what cannot be parsed', () => {
    expect(invalidArgument('no')).toMatchObject({ status: 400, error: 'InvalidArgumentError', message: 'no' });
    expect(unparsable('a', 'expected value')).toMatchObject({
      status: 400,
      error: 'InvalidArgumentError',
      message: 'Failed to parse the request body as JSON: a: expected value at line 1 column 1',
    });
  });
});
